"""One column measured, against the same counted value by value in plain Python."""

import datetime
import re
from collections import Counter
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.migration.model import Column, Kind
from luodi.migration.profiling.columns import SPACE, TOP, measure
from luodi.migration.profiling.dates import date_formats
from luodi.migration.profiling.patterns import LONG, pattern
from luodi.migration.workspace import quoted

DB = duckdb.connect(config={"threads": 1})
SIGNS = "019AZaz张三 　\u00a0\u200b×（）Ⅱ㐀𠀀\ue5e5\t\x1e-./:"


def measured(values, stored="VARCHAR", kind=Kind.TEXT, name='a "b'):
    db = DB
    db.execute(f"CREATE OR REPLACE TABLE t (_ordinal BIGINT, {quoted(name)} {stored})")
    if values:
        db.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(values, 1)))
    found = measure(db, "t", Column(name=name, type=stored.lower(), kind=kind))
    assert db.execute("SELECT count(*) FROM duckdb_tables() WHERE temporary").fetchone() == (0,)
    return found.profile


def counts(found):
    return {count.value: count.rows for count in found}


def test_it_works():
    found = measured(["张三", "李四", "张三", None, " ", ""])
    assert (found.rows, found.nulls, found.blanks, found.filled) == (6, 1, 2, 3)
    assert (found.distinct, found.repeated, found.unique) == (4, 1, False)
    assert (found.minimum, found.maximum) == ("", "李四")
    assert (found.shortest, found.longest, found.mean_length) == (0, 2, Decimal("1.40"))
    assert found.top[0].value == "张三"
    assert counts(found.shapes) == {"汉{2}": 3, " ": 1, "": 1}


@settings(max_examples=50)
@given(st.lists(st.none() | st.text(st.sampled_from(SIGNS), max_size=6), max_size=25))
def test_text_is_counted_exactly(values):
    found = measured(values)
    there = [value for value in values if value is not None]
    grouped = Counter(there)
    assert found.rows == len(values)
    assert found.nulls == len(values) - len(there)
    assert found.blanks == sum(not value.strip(SPACE) for value in there)
    assert found.distinct == len(grouped)
    assert found.repeated == sum(n > 1 for n in grouped.values())
    assert found.minimum == min(there, default=None, key=str.encode)
    assert found.maximum == max(there, default=None, key=str.encode)
    assert found.shortest == min(map(len, there), default=None)
    assert found.longest == max(map(len, there), default=None)
    ordered = sorted(grouped.items(), key=lambda item: (-item[1], item[0].encode()))
    assert [(c.value, c.rows) for c in found.top] == ordered[:TOP]
    assert counts(found.patterns) == dict(Counter(map(pattern, there)))


@settings(max_examples=25)
@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=20))
def test_whole_numbers_are_counted_exactly(values):
    found = measured(values, "BIGINT", Kind.INTEGER)
    there = [value for value in values if value is not None]
    assert (found.nulls, found.distinct) == (len(values) - len(there), len(set(there)))
    assert found.minimum == (str(min(there)) if there else None)
    assert found.maximum == (str(max(there)) if there else None)
    assert (found.zeros, found.negatives) == (there.count(0), sum(v < 0 for v in there))
    if there:
        assert found.mean == (Decimal(sum(there)) / len(there)).quantize(Decimal("0.01"))


@settings(max_examples=25)
@given(
    st.lists(
        st.decimals(-10_000, 10_000, places=4).map(str)
        | st.integers(-(10**25), 10**25).map(str)
        | st.sampled_from(["007", "0.10", "+5", "9007199254740993", "9007199254740992"]),
        min_size=1,
        max_size=15,
    )
)
def test_numbers_kept_as_text_are_ordered_as_numbers(values):
    found = measured(values)
    assert found.smallest == min(map(Decimal, values))
    assert found.largest == max(map(Decimal, values))


def test_text_with_one_word_in_it_is_no_number():
    assert measured(["1", "2", "无"]).smallest is None


def test_moments():
    morning = datetime.datetime(2024, 5, 1, 8, 30)  # noqa: DTZ001
    found = measured([morning, morning.replace(hour=0, minute=0), None], "TIMESTAMP", Kind.DATETIME)
    assert (found.midnights, found.minimum) == (1, "2024-05-01 00:00:00")
    assert measured([morning.date()], "DATE", Kind.DATE).midnights == 1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["2024-05-01", "2024-5-1", "2024-02-30"], {"yyyy-mm-dd": 2}),
        (["20240501", "19990101"], {"yyyymmdd": 2}),
        (["20240501083000"], {"yyyymmddhhmmss": 1}),
        (["2024年5月1日", "2024年05月01日"], {"yyyy年mm月dd日": 2}),
        (
            ["2024/5/1 8:30", "2024-05-01 08:30:00"],
            {"yyyy/mm/dd hh:mm": 1, "yyyy-mm-dd hh:mm:ss": 1},
        ),
        (["01-MAY-2024", "01-May-2024"], {"dd-mon-yyyy": 2}),
        (["2024-05-01T08:30:00"], {"yyyy-mm-ddThh:mm:ss": 1}),
        (["2024-05-01 08:30:00.123"], {"yyyy-mm-dd hh:mm:ss.f": 1}),
        (["18900302260"], {}),
        (["99999999", "20240501"], {}),
        (["86979474000208"], {}),
        (["1.5", "10.12"], {}),
    ],
)
def test_formats_of_dates(values, expected):
    assert counts(measured(values).dates) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("31-JAN-24", "dd-mon-yy"),
        ("31-1月 -24", "dd-mon-yy (zh)"),  # Oracle's NLS_LANGUAGE of China
        ("31-JAN-2024 08:30:00", "dd-mon-yyyy hh:mm:ss"),
        ("Jan  3 2024 12:00AM", "mon dd yyyy hh:mmAM"),  # SQL Server's style 100
        ("1/31/2024 12:00:00 AM", "mm/dd/yyyy hh:mm:ss AM"),
        ("25/12/2023", "dd/mm/yyyy"),
        ("12/25/2023", "mm/dd/yyyy"),
        ("2024-01", "yyyy-mm"),
        ("24-01-31", "yy-mm-dd"),
        ("2024-01-31T08:30:00Z", "yyyy-mm-ddThh:mm:ssZ"),
        ("2024-01-31T08:30:00.123+08:00", "yyyy-mm-ddThh:mm:ss+hh:mm"),
        ("113/01/31", "roc yyy/mm/dd"),
        ("民國113年1月31日", "民國yyy年mm月dd日"),
    ],
)
def test_formats_of_other_systems(value, expected):
    assert counts(measured([value]).dates) == {expected: 1}


NUMBERS = [
    ("1130131", "roc yyymmdd"),
    ("1706659200", "unix seconds"),
    ("1706659200123", "unix milliseconds"),
    ("45322", "excel serial"),
    ("45322.354167", "excel serial"),
]


@pytest.mark.parametrize(("value", "expected"), NUMBERS)
def test_numbers_are_dates_under_a_name_that_says_so(value, expected):
    assert counts(measured([value], name="出生日期").dates) == {expected: 1}
    assert counts(measured([value], name="admittedAt").dates) == {expected: 1}
    assert counts(measured([value], name="编号").dates) == {}


def test_whole_numbers_that_are_dates():
    found = measured([20240131, 19991231, 0], "BIGINT", Kind.INTEGER, name="CSRQ")
    assert counts(found.dates) == {"yyyymmdd": 2}
    assert counts(measured([1706659200], "BIGINT", Kind.INTEGER, name="created_at").dates) == {
        "unix seconds": 1
    }
    assert counts(measured([20240131], "BIGINT", Kind.INTEGER, name="DJH").dates) == {}


def test_a_day_and_a_month_are_told_by_most():
    assert counts(measured(["03/04/2021", "25/12/2021"]).dates) == {"dd/mm/yyyy": 2}
    assert counts(measured(["03/04/2021", "12/25/2021"]).dates) == {"mm/dd/yyyy": 2}


def test_formats_are_known_once():
    assert len({known.id for known in date_formats()}) == len(date_formats())


def test_long_text_has_one_pattern():
    found = measured(["长" * 65, "x" * 1_000, "短"])
    assert counts(found.patterns) == {LONG: 2, "汉": 1}
    assert len(found.maximum) == 200 or found.maximum == "长" * 65


def test_an_empty_table():
    found = measured([])
    assert (found.rows, found.distinct, found.minimum, found.top) == (0, 0, None, ())


def test_pictures_are_measured_and_not_shown():
    found = measured([b"\x00\x01", b"\x00"], "BLOB", Kind.BINARY)
    assert (found.shortest, found.longest, found.distinct, found.top) == (1, 2, 2, ())


def test_floats_that_are_no_numbers():
    found = measured([1.5, float("nan"), float("inf")], "DOUBLE", Kind.FLOAT)
    assert found.distinct == 3
    assert found.mean is None


def test_a_date_that_was_staged_as_text_is_text():
    found = measured(["0000-00-00", "2024-05-01"], "VARCHAR", Kind.DATE)
    assert found.kind is Kind.TEXT
    assert counts(found.dates) == {"yyyy-mm-dd": 1}


@pytest.mark.parametrize(
    "stored", ["TIME", "BOOLEAN", "UUID", "HUGEINT", "DECIMAL(12,4)", "INTEGER[]"]
)
def test_every_type_can_be_measured(stored):
    found = measured([None, None], stored, Kind.OTHER)
    assert (found.rows, found.nulls) == (2, 2)


def test_names_with_quotes_are_columns():
    assert re.search("b", measured(["b"]).name)
