"""Chance is arithmetic: what SQL draws, Python draws too."""

from functools import cache

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from luodi.sandbox.data.draw import MACROS, draw, salt, salted


@cache
def drawing() -> duckdb.DuckDBPyConnection:
    db = duckdb.connect()
    for macro in MACROS:
        db.execute(macro)
    return db


NUMBERS = st.integers(0, 2**32 - 1)


def test_it_works() -> None:
    assert draw(1, "sex", 1) == 91439600
    assert salted("draw('sex', n)", 1) == f"draw({salt(1, 'sex')}, n)"


@given(st.lists(NUMBERS, min_size=1, max_size=20), NUMBERS)
def test_sql_draws_the_same(numbers: list[int], seed: int) -> None:
    query = salted("SELECT draw('name.first', unnest($1)::UBIGINT)", seed)
    drawn = [value for (value,) in drawing().execute(query, [numbers]).fetchall()]
    assert drawn == [draw(seed, "name.first", number) for number in numbers]


def test_it_is_even() -> None:
    counts = [0] * 16
    for number in range(16_000):
        counts[draw(3, "even", number) % 16] += 1
    assert all(850 < count < 1150 for count in counts)
