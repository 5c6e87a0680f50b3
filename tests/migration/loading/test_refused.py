"""The search for the rows that a target refuses: it finds them all, and no others."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luodi.migration.loading.refused import Search
from luodi.migration.model import Column, ForeignKey, Kind, Table
from luodi.migration.target.model import Part
from luodi.migration.target.rows import Rows
from luodi.migration.workspace import Workspace

ID, UP = (Column(name=name, type="bigint", kind=Kind.INTEGER) for name in ("id", "up"))
PERSON = Table(name="person", columns=(ID, UP), primary_key=("id",))
TREE = Table(
    name="person",
    columns=(ID, UP),
    primary_key=("id",),
    foreign_keys=(ForeignKey(columns=("up",), table="person", references=("id",)),),
)


class Judge:
    """Stands for the target: refuses what holds a bad row, or two that cannot be together."""

    def __init__(self, bad=(), pairs=(), tree=False):
        self.bad, self.pairs, self.tree, self.asked = set(bad), pairs, tree, 0

    def refuses(self, part, before=()):
        self.asked += 1
        rows = [row for block in part.rows.tuples() for row in block]
        ids = {id for id, _ in rows}
        if ids & self.bad:
            return "23514"
        if any(set(pair) <= ids for pair in self.pairs):
            return "23505"
        dangling = {up for _, up in rows if up is not None} - ids
        return "23503" if self.tree and dangling else ""


@pytest.fixture(scope="module")
def workspace():
    with Workspace.in_memory() as workspace:
        yield workspace


def search(workspace, judge, rows, table=PERSON):
    """Ordinals that are found among rows of id and up; ordinals have gaps."""
    workspace.db.execute(
        "CREATE OR REPLACE TABLE _luodi.staged (_ordinal BIGINT, id BIGINT, up BIGINT)"
    )
    workspace.db.executemany(
        "INSERT INTO _luodi.staged VALUES (?, ?, ?)", [(id * 3, id, up) for id, up in rows]
    )

    def part(where):
        select = f"SELECT id, up FROM _luodi.staged WHERE {where}"
        return Part("person", 1, table, "id", Rows(workspace, select, ("id", "up")), where)

    whole = part("true")
    found = Search(
        workspace,
        judge,
        "_luodi.staged",
        whole,
        (),
        lambda some, where: part(f"({some.where}) AND ({where})"),
    )
    return sorted((ordinal // 3, why) for ordinal, why in found.rows("23514"))


def plain(count):
    return [(id, None) for id in range(1, count + 1)]


def test_it_works(workspace):
    assert search(workspace, Judge(bad=[7]), plain(20)) == [(7, "23514")]


def test_one_row_of_many_is_found_in_few_tries(workspace):
    judge = Judge(bad=[613])
    assert search(workspace, judge, plain(1000)) == [(613, "23514")]
    assert judge.asked <= 22


def test_of_two_that_cannot_be_together_the_later_one(workspace):
    assert [id for id, _ in search(workspace, Judge(pairs=[(2, 19)]), plain(20))] == [19]


def test_what_is_left_may_be_refused_once_more(workspace):
    """A half that holds a refused pair hides one across both halves; whoever writes asks again."""
    judge = Judge(pairs=[(2, 11), (2, 19), (11, 19)])
    assert [id for id, _ in search(workspace, judge, plain(20))] == [19]
    left = [row for row in plain(20) if row[0] != 19]
    assert [id for id, _ in search(workspace, judge, left)] == [11]


def test_who_points_at_a_refused_row_is_not_refused_for_itself(workspace):
    """It goes with the row it points at, as everybody who looks it up does."""
    rows = [(1, None), (2, 1), (3, 2), (4, None), (5, 4)]
    assert search(workspace, Judge(bad=[2], tree=True), rows, TREE) == [(2, "23514")]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(count=st.integers(1, 40), bad=st.sets(st.integers(1, 40), min_size=1, max_size=10))
def test_all_of_them_and_no_others(workspace, count, bad):
    inside = {id for id in bad if id <= count}
    if inside:
        found = search(workspace, Judge(bad=bad), plain(count))
        assert [id for id, _ in found] == sorted(inside)
