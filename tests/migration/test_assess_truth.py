"""assess against a hospital whose faults are known: every row of every kind is found."""

import datetime
from collections import defaultdict

import pytest

from luodi.evidence.progress import Silent
from luodi.migration.assess import assess
from luodi.migration.quality.export import offending_rows
from luodi.migration.workspace import Workspace
from luodi.sandbox.data.generate import generate_into
from luodi.sandbox.data.model import Size, faults

pytestmark = pytest.mark.slow

PARTLY = {
    "phone_placeholder": "13800000000 and 13888888888 are numbers that somebody may have",
    "area_unknown": "330199 is of a city that exists: a county that was abolished looks alike",
    "address_unknown": "本市 is a place, if a large one",
    "diagnosis_unknown": "a blank diagnosis code breaks no rule by itself",
    "specification_variant": "* and x between strength and count are ways of writing it",
}
"""Faults of which no rule can or should find every row, and why."""
NOT_FOUND = {
    "service_without_category": "99 is a code as good as any; no dictionary of categories is there",
}

ABSENT = {"name_with_question_mark"}
"""Faults too rare for a hospital of this size; the rule has its own test among the rules."""


@pytest.fixture(scope="module")
def answers():
    """Rows with a fault, and of them those that some rule about the column found, by fault."""
    with Workspace.in_memory() as workspace:
        made = generate_into(workspace, Size(patients=6000), "old_his", progress=Silent())
        done = assess(
            workspace, "old_his", today=datetime.date(2026, 6, 30), progress=Silent()
        ).result
        truth = defaultdict(set)
        for fault, table, column, ordinal in workspace.db.execute(
            f"SELECT fault, table_name, column_name, ordinal FROM {made.truth}.fault"
        ).fetchall():
            truth[fault, table, column].add(ordinal)
        found = defaultdict(set)
        for hit in done.assessment.found:
            bench = done.benches[hit.check.table]
            rows = {row.ordinal for row in offending_rows(bench, hit.check, 1_000_000)}
            assert len(rows) == hit.offending or not rows, hit.check
            for column in hit.check.columns.values():
                found[hit.check.table, column] |= rows
        yield {
            fault: (rows, rows & found[table, column])
            for (fault, table, column), rows in truth.items()
        }


def test_most_kinds_are_there(answers):
    assert len(answers) >= 50


@pytest.mark.parametrize("fault", [one.id for one in faults().faults])
def test_every_row_is_found(answers, fault):
    if fault in ABSENT:
        assert fault not in answers
        return
    rows, found = answers[fault]
    if fault in NOT_FOUND:
        assert not found
    elif fault in PARTLY:
        assert found
        assert found < rows
    else:
        assert found == rows
