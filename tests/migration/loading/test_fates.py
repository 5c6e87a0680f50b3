"""Fates: one line for each source row, whichever feed said it first."""

import pytest

from luodi.migration.loading.fates import FATES, Fates
from migration.load_sample import DOMAIN, fill, rules


@pytest.fixture
def fates(loading):
    run = loading.stage()
    return Fates(loading.workspace, run.batch)


def test_it_works(fates):
    assert fates.counts() == {
        "pms_patient": {"loaded": 4, "rejected": 1},
        "pms_visit": {"loaded": 3, "rejected": 2},
    }
    assert set(fates.counts()["pms_visit"]) <= set(FATES)


def test_the_first_fate_stays(fates):
    more = "SELECT unnest([4, 4, 5]), 'later', 'xb'"
    assert fates.add("review", "pms_patient", "patient", more) == 1
    lines = fates.workspace.db.execute(
        f"SELECT ordinal, fate, reason FROM {fates.exceptions} "
        "WHERE source_table = 'pms_patient' ORDER BY 1"
    ).fetchall()
    assert lines == [(4, "rejected", "dictionary"), (5, "review", "later")]


def test_reasons_name_the_first_row(fates):
    assert ("pms_patient", "patient", "sex", "dictionary", 1, 4) in fates.reasons()
    assert ("pms_visit", "visit", "fee", "decimal", 1, 5) in fates.reasons()


def test_a_row_of_two_feeds_is_counted_once(loading):
    patient = DOMAIN["feed"][1]
    again = {"id": "again", "from": "pms_patient", "to": "visit", "key": {"column": "id"}}
    again["column"] = [{"to": "patient_id", "from": ["pid"]}]
    run = loading.stage(rules(feed=[patient, again]))
    counts = Fates(loading.workspace, run.batch).counts()
    assert counts["pms_patient"] == {"loaded": 4, "rejected": 1}
    assert len(loading.rows(run, "again")) == len(loading.rows(run, "patient")) == 4


def test_names_that_have_to_be_quoted(loading):
    feed = {**DOMAIN["feed"][1], "id": "patient_2"}
    fill(loading.workspace, visits=[])
    run = loading.stage(rules(feed=[feed]))
    fates = Fates(loading.workspace, run.batch)
    assert fates.add("rejected", "it's", "f", "SELECT 1, 'why', NULL") == 1
    assert fates.without("it's").endswith("= 'it''s')")
