"""How often the meanings are right, against labels that people gave: precision and recall.

Precision: of the columns that were given a meaning, those whose first is one that is all right.
Recall: of the columns that have one, those that were given it.  The foreign columns were written
and labelled before the rules were tried on them; they then gave 0.96 and 0.89.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from luodi.evidence.progress import Silent
from luodi.migration.profile import profile
from luodi.migration.profiling.meaning import meanings
from luodi.migration.workspace import Workspace
from luodi.sandbox.data.generate import generate_into
from luodi.sandbox.data.model import Size
from staged import legacy, stage, table

HERE = Path(__file__).parent
NONE = "-"


class Score(NamedTuple):
    precision: float
    recall: float
    wrong: list[str]
    shown: list[str]
    """Columns of people that nobody took for such."""


def lines(name):
    text = (HERE / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


def truth(name):
    return {(line[0], line[1]): line[2].split("|") for line in lines(name)}


def scored(workspace, system, known) -> Score:
    found = profile(workspace, system, progress=Silent()).result
    given = {(t.name, c.name): c for t in found.tables for c in t.columns}
    assert given.keys() == known.keys()
    said = {place: column.meaning for place, column in given.items() if column.meaning}
    wanted = [place for place, right in known.items() if NONE not in right]
    wrong = [
        f"{'.'.join(place)}: {said.get(place, NONE)}, not {'|'.join(right)}"
        for place, right in known.items()
        if said.get(place, NONE) not in right
    ]
    personal = [place for place, right in known.items() if _is_personal(right[0])]
    return Score(
        sum(meaning in known[place] for place, meaning in said.items()) / len(said),
        sum(said.get(place) in known[place] for place in wanted) / len(wanted),
        wrong,
        [".".join(place) for place in personal if not given[place].personal],
    )


def _is_personal(meaning):
    return meaning in meanings() and meanings()[meaning].personal


def into_foreign(workspace):
    tables: dict[str, tuple[str, list[list[str]]]] = {}
    for name, about, *column in lines("truth_foreign.tsv"):
        tables.setdefault(name, (about, []))[1].append(column)
    made = []
    for name, (about, columns) in tables.items():
        cells = [[cell or None for cell in values.split("|")] for *_, values in columns]
        made.append(
            table(
                workspace,
                "his",
                name,
                {column: stored for column, stored, *_ in columns},
                list(zip(*cells, strict=True)),
                comment=about,
                comments={column: comment for column, _, comment, *_ in columns},
            )
        )
    stage(workspace, "his", *made)


def foreign_truth():
    return {(line[0], line[2]): line[5].split("|") for line in lines("truth_foreign.tsv")}


@pytest.fixture
def score(record_property) -> Callable[..., Score]:
    def run(workspace, system, known):
        found = scored(workspace, system, known)
        record_property("precision", round(found.precision, 3))
        record_property("recall", round(found.recall, 3))
        return found

    return run


def test_it_works(score):
    with Workspace.in_memory() as workspace:
        into_foreign(workspace)
        found = score(workspace, "his", foreign_truth())
    assert found.precision >= 0.97, found.wrong
    assert found.recall >= 0.97, found.wrong
    assert found.shown == []


@pytest.mark.slow
def test_the_legacy_his(score, shared_data):
    with Workspace.in_memory() as workspace:
        legacy(workspace, shared_data)
        found = score(workspace, "old-his", truth("truth_legacy_his.tsv"))
    assert found.precision >= 0.97, found.wrong
    assert found.recall >= 0.97, found.wrong
    assert found.shown == []


@pytest.mark.slow
def test_the_generated_hospital(score):
    with Workspace.in_memory() as workspace:
        generate_into(workspace, Size(patients=1_000, seed=3), "old", progress=Silent())
        found = score(workspace, "old", truth("truth_generated.tsv"))
    assert found.precision >= 0.97, found.wrong
    assert found.recall >= 0.97, found.wrong
    assert found.shown == []


@pytest.mark.parametrize(
    "name", ["truth_legacy_his.tsv", "truth_generated.tsv", "truth_foreign.tsv"]
)
def test_labels_are_meanings(name):
    place = 5 if name == "truth_foreign.tsv" else 2
    known = {*meanings(), NONE}
    for line in lines(name):
        assert set(line[place].split("|")) <= known, line
