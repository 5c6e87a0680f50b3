"""A small mapping with everything in it, its catalogues, and a landing folder that holds it."""

import pytest

from luodi.migration.model import Catalogue, Column, Kind, Table

PATIENTS = """\
# 患者域，病案室签
format = 1
domain = "patients"
title = { zh = "患者", en = "Patients" }
owner = "medical_records"
source = "old_his"
target = "new_his"

# 性别两边都用国标
[[dictionary]]
id = "sex"
edition = "GB/T 2261.1-2003"

# 一行一位患者
[[feed]]
id = "patient"
from = "pms_patient"
to = "patient"
[feed.key]
column = "id"
strategy = "sequence"

[[feed.column]]
to = "name"
from = ["name"]
steps = [{ op = "trim" }, { op = "require" }]  # 姓名不许空

[[feed.column]]
to = "sex"
from = ["gender"]
steps = [{ op = "dictionary", name = "sex" }]

[[feed.column]]
to = "birth"
from = ["birthday"]
steps = [{ op = "date", formats = ["%Y%m%d", "%Y-%m-%d"], otherwise = "null" }]

[[feed.column]]
to = "balance"
from = ["balance"]
steps = [{ op = "decimal", scale = 2 }]

[[exclude]]
id = "login_log"
table = "sms_login_log"
reason = "登录日志不迁"
home = "老库只读备份，机房 A3"
"""
SEX = """\
source_value\ttarget_value\tsource_label\tstatus\tdecided_by
1\tM\t男\taccepted\t王主任
2\tF\t女\taccepted\t王主任
9\t\t\tempty\t王主任
"""


def text(name, length=20, **more):
    return Column(name=name, type=f"varchar({length})", kind=Kind.TEXT, length=length, **more)


def number(name, **more):
    return Column(name=name, type="bigint", kind=Kind.INTEGER, **more)


OLD = Catalogue(
    system="old_his",
    product="MariaDB",
    tables=(
        Table(
            name="pms_patient",
            comment="病人",
            rows=18,
            primary_key=("id",),
            columns=(
                number("id", nullable=False),
                text("name", 64, comment="姓名"),
                text("gender", 1),
                text("birthday"),
                text("balance"),
                text("phone_no"),
            ),
        ),
        Table(name="sms_login_log", rows=7, primary_key=("id",), columns=(number("id"),)),
    ),
)
NEW = Catalogue(
    system="new_his",
    product="PostgreSQL",
    tables=(
        Table(
            name="patient",
            primary_key=("id",),
            columns=(
                number("id", nullable=False),
                text("name", 64, nullable=False),
                text("sex", 1),
                Column(name="birth", type="date", kind=Kind.DATE),
                Column(name="balance", type="numeric(12,2)", kind=Kind.DECIMAL, scale=2),
                number("serial", nullable=False, generated=True),
            ),
        ),
    ),
)


@pytest.fixture
def folder(tmp_path):
    """A folder with a mapping in it."""
    (tmp_path / "mapping").mkdir()
    (tmp_path / "mapping" / "patients.toml").write_text(PATIENTS, encoding="utf-8")
    (tmp_path / "mapping" / "sex.tsv").write_text(SEX, encoding="utf-8")
    return tmp_path


@pytest.fixture
def catalogues():
    return {"old_his": OLD, "new_his": NEW}
