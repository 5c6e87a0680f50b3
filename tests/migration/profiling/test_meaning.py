"""What a column is taken for, from its name, comment, patterns and values."""

import random

import pytest

from luodi.migration.model import Column, Kind
from luodi.migration.profiling.columns import measure
from luodi.migration.profiling.meaning import Words, guess, meanings
from luodi.migration.profiling.mnemonics import is_initials
from luodi.migration.workspace import Workspace
from staged import table


@pytest.fixture(scope="module")
def workspace():
    with Workspace.in_memory() as opened:
        yield opened


NUMBER = iter(range(10_000))


def told(workspace, name, values, *, stored="VARCHAR", comment="", of="t", kind=Kind.TEXT):
    made = table(workspace, "s", f"t{next(NUMBER)}", {name: stored}, [(v,) for v in values])
    column = Column(name=name, type=stored.lower(), kind=kind, comment=comment)
    found = measure(workspace.db, f"work.{workspace.relation('s', made.name)}", column)
    return guess(found.profile, found.values, of)


def meaning(*args, **kwargs):
    found = told(*args, **kwargs)
    return found[0].meaning if found else ""


CARDS = ["110101199003071234", "31010419851224451X", "440306200012310029"]
NAMES = ["张三", "李四光", "王小明", "赵云", "钱学森"]


@pytest.mark.parametrize("name", ["SFZH", "id_card", "IdCardNo", "身份证号", "ZJHM", "c17"])
def test_it_works(workspace, name):
    found = told(workspace, name, CARDS)
    assert found[0].meaning == "id_card"
    assert found[0].confidence >= 0.8
    assert "value" in found[0].reasons


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("XM", "person_name"),
        ("BRXM", "person_name"),
        ("BR_XM", "person_name"),
        ("PatientName", "person_name"),
        ("患者姓名", "person_name"),
        ("XB", "sex"),
        ("CSRQ", "birth_date"),
        ("date_of_birth", "birth_date"),
        ("LXDH", "phone"),
        ("JTDZ", "address"),
        ("ZYH", "medical_record_no"),
        ("KSDM", "department_code"),
        ("YPMC", "drug_name"),
        ("YPGG", "specification"),
        ("PYM", "mnemonic"),
        ("WBM", "wubi"),
        ("RYRQ", "admission_time"),
        ("CYRQ", "discharge_time"),
        ("invoice_no", "invoice_no"),
        ("password", "secret"),
        ("remark", "free_text"),
        ("有效期", "expiry_date"),
        ("LXR", "contact_name"),
        ("SQDH", "document_no"),
        ("SJH", ""),
        ("ITEM_FLAG2", "flag"),
    ],
)
def test_names_alone_say_something(workspace, name, expected):
    assert meaning(workspace, name, []) == expected


def test_a_comment_says_it_where_the_name_does_not(workspace):
    assert meaning(workspace, "c3", [], comment="病人出生日期") == "birth_date"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["13812345678", "15912345678"], "phone"),
        (["男", "女", "女"], "sex"),
        (["I10.x00", "E11.900", "K35.801", *[f"J{n}.0" for n in range(10, 99)]], "icd_code"),
        (["0.25g*24粒", "10ml:1g", "5mg×20片"], "specification"),
        (["扬子江药业集团有限公司", "哈药六厂"], "manufacturer"),
        (["国药准字H20063232"], "approval_no"),
        (["心血管内科", "门诊药房科", "重症病区"], "department_name"),
        (["辽宁省沈阳市和平区南京街155号", "北京市朝阳区建国路88号"], "address"),
        (["a@b.cn"], "email"),
        (["20240131", "19991231"], "date"),
        (["https://x/y.jpg"], "link"),
        (["头痛三天，伴恶心。", "咳嗽，咳痰。"], "free_text"),
    ],
)
def test_values_alone_say_something(workspace, values, expected):
    assert meaning(workspace, "c1", values) == expected


def test_names_of_people_are_told_by_their_surnames(workspace):
    people = [a + b for a in "张王李赵陈刘杨黄周吴" for b in ("伟", "芳", "秀英", "敏", "静", "强")]
    assert meaning(workspace, "c1", people) == "person_name"
    random.Random(1).shuffle(people)
    assert meaning(workspace, "c1", people) == "person_name"


def test_a_name_in_a_drug_table_is_a_drugs(workspace):
    assert meaning(workspace, "name", ["阿莫西林胶囊"], of="dms_drug") == "drug_name"
    assert meaning(workspace, "name", NAMES, of="pms_patient") == "person_name"


def test_a_work_unit_is_no_unit(workspace):
    assert meaning(workspace, "c1", ["沈阳铁路局"], comment="工作单位") != "unit"


def test_columns_without_a_sign_stay_unread(workspace):
    assert told(workspace, "c1", ["~~", "!!"]) == ()


def test_every_meaning_has_words_in_both_languages():
    assert len(meanings()) >= 50
    for one in meanings().values():
        assert one.zh
        assert one.en.isascii()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("patientId", ("patient", "id")),
        ("PATIENT_ID", ("patient", "id")),
        ("HTTPPort2", ("http", "port", "2")),
        ("身份证", ()),
    ],
)
def test_names_fall_into_words(name, words):
    assert Words.of(name).words == words


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("GDXHL", "古典型霍乱", True),
        ("CTJC", "CT检查", True),
        ("ZSYJAZZ", "注射用甲氨喋呤", True),  # 喋 has two readings
        ("ABCDE", "古典型霍乱", False),
        ("G", "古", False),
        ("", "古典", False),
    ],
)
def test_initials(code, name, expected):
    assert is_initials(code, name) is expected


def test_a_kind_of_paper_is_no_number_of_one(workspace):
    comment = "证件类型：01身份证 02护照"
    assert meaning(workspace, "ZJLX", ["01", "02"] * 20, comment=comment) != "id_card"
    assert meaning(workspace, "c5", ["1", "2"] * 20, comment="身份证或护照") != "id_card"


def test_a_number_whose_comment_speaks_of_its_kind(workspace):
    assert meaning(workspace, "ZJHM", CARDS, comment="证件号码，见证件类型") == "id_card"


@pytest.mark.parametrize(
    ("name", "comment", "expected"),
    [
        ("KSLB", "科室类别", "fee_type"),  # says department, is a category
        ("ICD", "诊断编码", "icd_code"),
        ("ZDMC", "诊断名称", "diagnosis_name"),
        ("CWF", "床位费", "amount"),
        ("PJLX", "票据类型：1门诊发票 2预交金收据", "fee_type"),
        ("SFZT", "收费状态（0未收 1已收）", "status"),
        ("refund_num_unit", "", "unit"),
        ("drug_id_list", "", ""),
        ("patient_id_type", "", "fee_type"),
        ("birth_place", "", "address"),
        ("NEXT_OF_KIN_PHONE", "", "phone"),
    ],
)
def test_a_name_is_what_it_ends_in(workspace, name, comment, expected):
    stored = "DECIMAL(10,2)" if name == "CWF" else "VARCHAR"
    kind = Kind.DECIMAL if name == "CWF" else Kind.TEXT
    assert meaning(workspace, name, [], comment=comment, stored=stored, kind=kind) == expected


def test_initials_are_read_as_the_comment_spells_them(workspace):
    days = {"stored": "TIMESTAMP", "kind": Kind.DATETIME}
    assert meaning(workspace, "JSRQ", [], **days) == "end_time"
    assert meaning(workspace, "JSRQ", [], comment="结束日期", **days) == "end_time"
    assert meaning(workspace, "JSRQ", [], comment="结算日期", **days) == "datetime"


def test_headers_in_traditional_characters(workspace):
    assert meaning(workspace, "病歷號", []) == "medical_record_no"
    assert meaning(workspace, "出生日期（民國）", ["0690203"]) == "birth_date"


def test_what_a_header_explains_is_no_name(workspace):
    assert meaning(workspace, "金额（元）", ["12.50"]) == "amount"
    assert meaning(workspace, "姓名（必填）", []) == "person_name"
    assert Words.of("（备用）").texts == ("（备用）",)


def test_what_reads_as_a_date_is_one_whatever_its_name(workspace):
    assert meaning(workspace, "lastVisitAt", ["1706659200", "1706745600"]) == "datetime"
    assert meaning(workspace, "c7", ["31-JAN-24", "01-FEB-24"]) == "date"
    assert meaning(workspace, "c7", ["2024-01-31T08:30:00Z"]) == "datetime"
