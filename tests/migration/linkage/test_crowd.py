"""crowd: a value of too many names is none."""

import duckdb
import pytest

from luodi.migration.linkage.crowd import forget_crowded
from luodi.migration.linkage.model import Binding
from luodi.migration.linkage.rules import judgement

NAME, CARD = (Binding(field=kind, kind=kind, column=kind) for kind in ("name", "id_card"))
LIMIT = judgement().crowd["id_card"]


@pytest.fixture
def db():
    with duckdb.connect() as db:
        db.execute("CREATE TEMP TABLE record (name VARCHAR, id_card VARCHAR)")
        yield db


def fill(db, *rows):
    db.executemany("INSERT INTO record VALUES (?, ?)", rows)


def test_it_works(db):
    fill(db, *((f"n{n}", "desk") for n in range(LIMIT + 1)), ("a", "own"))
    assert forget_crowded(db, (NAME, CARD)) == 1
    assert db.execute("SELECT * FROM record WHERE id_card IS NOT NULL").fetchall() == [("a", "own")]


def test_a_card_that_a_family_shares_stays(db):
    fill(db, *((f"n{n}", "family") for n in range(LIMIT)))
    assert forget_crowded(db, (NAME, CARD)) == 0


def test_one_person_who_came_often_is_no_crowd(db):
    fill(db, *(("a", "own") for _ in range(10 * LIMIT)))
    assert forget_crowded(db, (NAME, CARD)) == 0


def test_a_table_without_names(db):
    fill(db, *((f"n{n}", "desk") for n in range(LIMIT + 1)))
    assert forget_crowded(db, (CARD,)) == 0
