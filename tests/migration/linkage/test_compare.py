"""compare: levels of agreement, and guards over them."""

import duckdb
import pytest

from luodi.evidence.progress import Silent
from luodi.migration.linkage.bind import bind
from luodi.migration.linkage.block import collapse
from luodi.migration.linkage.compare import compare, count_values
from luodi.migration.linkage.into import into
from luodi.migration.linkage.prepare import Side, prepare
from luodi.migration.linkage.rules import comparisons, judgement


@pytest.fixture(scope="module")
def db():
    with duckdb.connect() as db:
        yield db


def compared(db, first, second):
    """Levels by field, and the guard, of two records."""
    columns = [c for c in first if first[c] is not None or second.get(c) is not None]
    shape = ", ".join(f"{column} VARCHAR" for column in columns)
    db.execute(f"CREATE OR REPLACE TABLE t (_ordinal BIGINT, id VARCHAR, {shape})")
    into(
        db,
        "t",
        [(n, str(n), *(row.get(c) for c in columns)) for n, row in enumerate((first, second))],
    )
    side = Side("t", "t", "id", "_ordinal", bind(columns, {}, table="t"))
    fields = prepare(db, (side,), Silent())
    collapse(db, fields, linking=False)
    count_values(db, fields)
    db.execute("CREATE OR REPLACE TEMP TABLE two AS SELECT 1 AS l, 2 AS r")
    compare(db, fields, "two", "gamma")
    shown = db.execute("SELECT * FROM gamma")
    row = dict(zip((column for column, *_ in shown.description), shown.fetchone(), strict=True))
    levels = {
        field.field: ["missing", *(level.id for level in comparisons()[field.kind].levels)][
            row[f"g_{field.field}"]
        ]
        for field in fields
    }
    guard = judgement().guards[row["guard"] - 1].id if row["guard"] else None
    return levels, guard, row["certain"]


def level(db, field, first, second):
    return compared(db, {field: first, "sex": "1"}, {field: second, "sex": "1"})[0][field]


ONE = {
    "name": "王建国",
    "sex": "1",
    "birth": "1960-03-04",
    "id_card": "11010519491231002X",
    "phone": "13912345670",
    "address": "杭州市西湖区学院路8号",
}


def test_it_works(db):
    levels, guard, certain = compared(db, ONE, dict(ONE))
    assert set(levels.values()) == {"exact"}
    assert (guard, certain) == (None, True)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("王建国", "exact"),
        ("汪建国", "sound"),
        ("王剑国", "sound"),
        ("欧阳建国", "given"),
        ("国建王", "order"),
        ("王建军", "edit"),
        ("王建", "edit"),
        ("王小明", "surname"),
        ("李小明", "different"),
        ("无名氏", "missing"),
        ("王建国之子", "missing"),
    ],
)
def test_chinese_names(db, second, expected):
    assert level(db, "name", "王建国", second) == expected


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("SMITH, JOHN", "exact"),
        ("Smith John", "order"),
        ("Jon Smith", "edit"),
        ("Ann Lee", "different"),
    ],
)
def test_other_names(db, second, expected):
    assert level(db, "name", "John Smith", second) == expected


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("1960-04-03", "swapped"),
        ("1960-03-14", "edit"),
        ("1960-03-25", "part"),
        ("1960-01-01", "year"),
        ("1975-12-30", "different"),
        ("1900-01-01", "missing"),
    ],
)
def test_births(db, second, expected):
    assert level(db, "birth", "1960-03-04", second) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("11010519491231002X", "110105491231002", "exact"),
        ("11010519491231002X", "11010519491213002X", "edit"),
        ("11010519491231002X", "110105194912310046", "different"),
        ("H01234567", "M01234567", "different"),
        ("E12345678", "E12345679", "edit"),
    ],
)
def test_identity_cards(db, first, second, expected):
    assert level(db, "id_card", first, second) == expected


def test_a_guard_speaks(db):
    other = {**ONE, "name": "李小明", "birth": "1988-12-30", "phone": None, "address": None}
    assert compared(db, ONE, other)[1:] == ("id_card_of_another", False)
