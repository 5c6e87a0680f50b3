"""Check constraints that are taken over, and those that are left to the target."""

import duckdb
import pytest

from luodi.migration.loading.check import readable

COLUMNS = ("sex", "price", "性别")


def passes(expression, **row):
    """Whether the expression, as it was read, holds for a row."""
    test = readable(expression, COLUMNS)
    values = ", ".join(f'{value} AS "{name}"' for name, value in row.items())
    return duckdb.sql(f"SELECT {test} FROM (SELECT {values})").fetchone()[0]


def test_it_works():
    assert passes("price > 0 AND price <= 99.5", price="1") is True
    assert passes("price > 0 AND price <= 99.5", price="100") is False
    assert passes("(price BETWEEN 1 AND 2)", price="NULL") is None


def test_postgresql_keeps_a_list_as_an_array():
    kept = "((sex)::text = ANY ((ARRAY['M'::character varying, 'F'::character varying])::text[]))"
    assert passes(kept, sex="'M'") is True
    assert passes(kept, sex="'X'") is False


@pytest.mark.parametrize("name", ['"性别"', "`性别`", "[性别]", "性别"])
def test_names_however_they_are_quoted(name):
    assert passes(f"{name} IN ('男', '女')", 性别="'男'") is True


@pytest.mark.parametrize(
    "expression",
    [
        "sex ~ '^[MF]$'",
        "upper(sex) = 'M'",
        "price > (SELECT 1)",
        "price > floor",
        "sex = 'M' COLLATE nocase",
        "price % 2 = 0",
        "",
    ],
)
def test_what_may_mean_something_else_is_left_to_the_target(expression):
    assert not readable(expression, COLUMNS)
