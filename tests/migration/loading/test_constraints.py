"""Rows that the target would refuse are found in the workspace, by constraint."""

import pytest

from luodi.migration.loading.constraints import _has
from migration.load_sample import DDL, changed, fill, rules

PLAIN = [{"to": "patient_id", "from": ["pid"]}, {"to": "fee", "from": ["fee"]}]


def rebuilt(loading, ddl):
    loading.his.executescript("DROP TABLE visit; DROP TABLE patient")
    loading.his.executescript(ddl)


def test_it_works(loading):
    """Without a look-up, the foreign key is what tells that patient 99 is nowhere."""
    run = loading.stage(rules(feed=changed("visit", column=PLAIN[:1])))
    assert loading.fates(run)["pms_visit", 4] == ("rejected", "foreign_key")


def test_a_parent_that_is_in_the_target_is_enough(loading):
    loading.his.execute("INSERT INTO patient (id, name) VALUES (99, '旧人')")
    run = loading.stage(rules(feed=changed("visit", column=PLAIN[:1])))
    assert loading.fates(run)["pms_visit", 4] == ("loaded", None)


def test_values_that_repeat_among_the_rows(loading):
    rebuilt(loading, DDL.replace("name varchar(20) NOT NULL", "name varchar(20) NOT NULL UNIQUE"))
    fill(loading.workspace, patients=[(1, "张三", "1", ""), (2, " 张三", "1", "")], visits=[])
    fates = loading.fates(loading.stage())
    assert fates == {
        ("pms_patient", 1): ("loaded", None),
        ("pms_patient", 2): ("rejected", "unique"),
    }


def test_values_that_are_in_the_target(loading):
    loading.his.execute("INSERT INTO patient (id, name) VALUES (2, '旧人')")
    fates = loading.fates(loading.stage())
    assert fates["pms_patient", 2] == ("rejected", "unique_present")
    assert fates["pms_visit", 2] == ("rejected", "lookup")


def test_a_check_that_can_be_read(loading):
    rebuilt(loading, DDL.replace("sex varchar(1)", "sex varchar(1) CHECK (sex IN ('F'))"))
    fates = loading.fates(loading.stage())
    assert fates["pms_patient", 1] == ("rejected", "check")
    assert fates["pms_patient", 2] == ("loaded", None)


@pytest.mark.parametrize(
    ("codec", "sign", "holds"),
    [
        ("gbk", "张", True),
        ("gbk", "𠮷", False),
        ("cp1252", "é", True),
        ("cp1252", "张", False),
        ("the product's own", "张", True),
    ],
)
def test_characters_that_a_column_cannot_hold(codec, sign, holds):
    assert _has(codec, sign) is holds
