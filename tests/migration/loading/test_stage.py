"""Staging: rows as the target wants them, and rejections that drag others along until none does."""

from datetime import date
from decimal import Decimal

import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent
from migration.load_sample import DOMAIN, PATIENTS, changed, fill, rules

NAMES = {
    "id": "names",
    "from": "pms_patient",
    "to": "visit",
    "key": {"column": "id", "strategy": "sequence"},
    "column": [
        {"to": "patient_id", "from": ["pid"]},
        {"to": "fee", "from": ["xm"], "steps": [{"op": "decimal", "scale": 2}]},
    ],
}
"""A second feed of the patients, which takes only those whose name is a number."""


def test_it_works(loading):
    run = loading.stage()
    assert loading.rows(run, "patient")[:2] == [
        (1, 1, 1, "张三", "M", date(1980, 1, 2)),
        (2, 2, 2, "李四", "F", date(1975, 3, 4)),
    ]
    assert loading.rows(run, "visit", "_ordinal, id, patient_id, fee")[0] == (
        *(1, 10, 1),
        Decimal("12.50"),
    )


def test_who_looks_up_a_rejected_row_is_rejected(loading):
    fates = loading.fates(loading.stage())
    assert fates["pms_patient", 4] == ("rejected", "dictionary")
    fill(loading.workspace, visits=[(10, 4, "1.00"), (11, 1, "2.00")])
    fates = loading.fates(loading.stage(resume=False, dry=True))
    assert fates["pms_visit", 1] == ("rejected", "lookup")
    assert fates["pms_visit", 2] == ("loaded", None)


def test_what_one_feed_rejects_is_rejected_by_every_feed_of_its_table(loading):
    fill(loading.workspace, patients=[(1, "12", "1", ""), (2, "李四", "2", "")])
    run = loading.stage(rules(feed=[*DOMAIN["feed"], NAMES]))
    assert loading.rows(run, "patient", "_ordinal") == [(1,)]
    assert loading.rows(run, "names", "_ordinal") == [(1,)]
    fates = loading.fates(run)
    assert fates["pms_patient", 2] == ("rejected", "decimal")
    assert fates["pms_visit", 2] == ("rejected", "lookup")  # it was staged before, and once more


def test_a_sample_takes_the_same_rows_each_time_and_all_that_are_looked_up(loading):
    visits = [(vid, 1, "1.00") for vid in range(1000)]
    fill(loading.workspace, visits=visits)
    first = loading.stage(sample=50, dry=True)
    rows = loading.rows(first, "visit", "_ordinal")
    assert 20 < len(rows) < 120
    assert len(loading.rows(first, "patient")) == len(PATIENTS) - 1
    assert loading.rows(loading.stage(sample=50, dry=True), "visit", "_ordinal") == rows


def test_a_table_that_lost_a_column_is_said_by_name(loading):
    loading.workspace.db.execute("ALTER TABLE old_his.pms_patient DROP COLUMN csrq")
    with pytest.raises(LuodiError) as caught:
        loading.stage()
    assert "1980" not in str(caught.value)


def test_rejecting_once_staged_settles_again(loading):
    run = loading.stage()
    (patient,) = [feed for feed in run.feeds if feed.feed.id == "patient"]
    staging = run.staging
    assert staging.reject(patient, "SELECT 1::BIGINT, 'target_23514', NULL") == 1
    staging.shift(patient)
    staging.settle(Silent())
    fates = loading.fates(run)
    assert fates["pms_patient", 1] == ("rejected", "target_23514")
    assert fates["pms_visit", 1] == ("rejected", "lookup")
    assert staging.reject(patient, "SELECT 1::BIGINT, 'again', NULL") == 0  # it has its fate


def test_rows_that_a_filter_leaves_out_are_nobodys(loading):
    where = {"column": "xb", "compare": "eq", "value": "1"}
    run = loading.stage(rules(feed=changed("patient", where=where)))
    assert {ordinal for table, ordinal in loading.fates(run) if table == "pms_patient"} == {1, 3}
