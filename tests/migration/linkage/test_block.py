"""block: pairs worth a look, within a budget, whatever the blocks."""

from itertools import combinations

import duckdb
import pytest

from luodi.evidence.progress import Silent
from luodi.migration.linkage.block import block, collapse
from luodi.migration.linkage.model import Binding
from luodi.migration.linkage.rules import blocking

FIELDS = (Binding(field="phone", kind="phone", column="phone"),)


@pytest.fixture
def db():
    with duckdb.connect() as db:
        yield db


def records(db, phones, side=lambda n: 0):
    db.execute("CREATE TEMP TABLE record (rid BIGINT, side INTEGER, id VARCHAR, phone VARCHAR)")
    rows = [(n, side(n), str(n), phone) for n, phone in enumerate(phones, 1)]
    db.executemany("INSERT INTO record VALUES (?, ?, ?, ?)", rows)


def blocked(db, *, linking=False):
    alike = collapse(db, FIELDS, linking=linking)
    counts = block(db, FIELDS, linking=linking, progress=Silent())
    return {*db.execute("SELECT l, r FROM pair").fetchall()}, (alike, *counts)


def test_it_works(db):
    records(db, ["a", "b", "a", None, None, "a"])
    pairs, counts = blocked(db)
    assert pairs == {(1, 3), (1, 6), (3, 6)}
    assert [(count.rule, count.pairs) for count in counts] == [("identical", 0), ("phone", 3)]


def test_two_sides_are_paired_with_each_other_only(db):
    records(db, ["a", "a", "a", "b"], side=lambda n: int(n > 2))
    assert blocked(db, linking=True)[0] == {(1, 3), (2, 3)}


def test_many_alike_in_everything_are_paired_with_the_first(db):
    many = blocking().identical + 1
    records(db, ["a"] * many)
    pairs, counts = blocked(db)
    assert pairs == {(1, n) for n in range(2, many + 1)}
    assert counts[0].blocks_cut == 1


def test_a_block_that_is_too_large_is_paired_in_a_window(db):
    """The names differ, so that the rows are not alike in everything."""
    number = blocking().largest + 50
    db.execute(
        "CREATE TEMP TABLE record AS SELECT n AS rid, 0 AS side, n::VARCHAR AS id, 'a' AS phone, "
        f"lpad((n * 7 % {number})::VARCHAR, 4, '0') AS given_name FROM range(1, {number} + 1) t(n)"
    )
    fields = (*FIELDS, Binding(field="given_name", kind="given_name", column="given_name"))
    collapse(db, fields, linking=False)
    (count,) = (c for c in block(db, fields, linking=False, progress=Silent()) if c.blocks_cut)
    window = blocking().window
    assert (count.rule, count.blocks_cut) == ("phone", 1)
    assert count.pairs == number * window - window * (window + 1) // 2
    names = dict(db.execute("SELECT rid, given_name::INT FROM record").fetchall())
    pairs = db.execute("SELECT l, r FROM pair").fetchall()
    assert max(abs(names[left] - names[right]) for left, right in pairs) == window


def test_no_pair_twice_and_none_of_a_record_with_itself(db):
    records(db, ["a", "b"] * 5)
    pairs = blocked(db)[0]
    expected = {two for two in combinations(range(1, 11), 2) if sum(two) % 2 == 0}
    assert pairs == expected
