"""Watermarks that can be true, and how much overlaps them."""

import pytest

from luodi.migration.model import Column, Kind, Table
from luodi.migration.newest import before, newest


class Marks:
    """A source with these watermarks, compared as they are written."""

    def __init__(self, *marks):
        self.marks = marks

    def newest(self, table, column, most=None):
        return max((m for m in self.marks if most is None or m <= most), default=None)


def asked(*marks, kind=Kind.DATETIME):
    column = Column(name="upd", type=kind.value, kind=kind)
    return newest(Marks(*marks), Table(name="p", columns=(column,)), column)


def test_it_works():
    assert asked("2026-01-01 08:00:00", "2026-01-02 08:00:00") == ("2026-01-02 08:00:00", False)


@pytest.mark.parametrize(
    ("kind", "good", "future"),
    [
        (Kind.DATETIME, "2026-01-02 08:00:00", "9999-12-31 00:00:00"),
        (Kind.DATETIME, "2026-01-02T08:00:00", "2999-01-01T00:00:00"),
        (Kind.DATETIME, "2026-01-02 08:00:00+08:00", "2099-01-01 00:00:00+08:00"),
        (Kind.DATETIME, "2026-01-02 08:00:00", "20260-01-01 00:00:00"),  # PostgreSQL takes it
        (Kind.DATETIME, "2026-01-02 08:00:00", "infinity"),
        (Kind.DATE, "2026-01-02", "2226-01-02"),
        (Kind.TEXT, "2026-01-02", "9999-12-31"),
    ],
)
def test_what_lies_in_the_future_is_none(kind, good, future):
    assert asked(good, future, kind=kind) in {(good, True), (None, True)}
    if not future.startswith("20260"):  # compared as text here, as a moment in a database
        assert asked(good, future, kind=kind) == (good, True)


def test_only_such_rows():
    assert asked("9999-12-31 00:00:00") == (None, True)


@pytest.mark.parametrize("mark", [None, "77", "A0099", "20260102"])
def test_what_is_no_moment_cannot_be_judged(mark):
    marks = [] if mark is None else [mark]
    assert asked(*marks, kind=Kind.TEXT) == (mark, False)


@pytest.mark.parametrize(
    ("mark", "minutes", "earlier"),
    [
        ("2026-01-02 00:30:00", 60, "2026-01-01 23:30:00"),
        ("2026-01-02T00:30:00", 60, "2026-01-01T23:30:00"),
        ("2026-01-02 00:30:00.5", 60, "2026-01-01 23:30:00.500000"),
        ("2026-01-02 00:30:00+08:00", 60, "2026-01-01 23:30:00+08:00"),
        ("2026-01-02", 60, "2026-01-01"),
        ("2026-01-02", 1441, "2025-12-31"),
        ("2026-01-02 00:30:00", 0, "2026-01-02 00:30:00"),
        ("0001-01-01 00:00:00", 60, "0001-01-01 00:00:00"),
        ("77", 60, "77"),
    ],
)
def test_what_overlaps(mark, minutes, earlier):
    assert before(mark, minutes) == earlier
