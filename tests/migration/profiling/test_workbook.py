"""The profile as a workbook, read by another reader: every sheet says what was measured."""

import io
from decimal import Decimal

import pytest
import python_calamine

from luodi.migration.model import Kind
from luodi.migration.profiling.model import (
    ColumnProfile,
    Count,
    Guess,
    Inclusion,
    KeyCandidate,
    SystemProfile,
    TableProfile,
)
from luodi.migration.profiling.workbook import workbook

VALUES = ("007", "=1+1", "_x000D_", " 片", "2024-01-31")


def made():
    counts = tuple(Count(value=value, rows=n) for n, value in enumerate(VALUES, 1))
    column = ColumnProfile(
        name="dw",
        type="varchar(64)",
        kind=Kind.TEXT,
        comment="单位",
        rows=10,
        nulls=1,
        blanks=2,
        distinct=5,
        minimum="007",
        maximum=" 片",
        shortest=1,
        longest=10,
        mean_length=Decimal("3.25"),
        top=counts,
        shapes=(Count(value="9{3}", rows=4),),
        patterns=(Count(value="9{3}", rows=4),),
        dates=(Count(value="yyyy-mm-dd", rows=3),),
        guesses=(Guess(meaning="unit", confidence=Decimal("0.75")),),
    )
    table = TableProfile(
        name="ypxx",
        comment="药品",
        rows=10,
        columns=(column,),
        keys=(KeyCandidate(columns=("a", "b")),),
    )
    reference = Inclusion(
        table="ypxx",
        column="dw",
        references="zdxx",
        key="dm",
        distinct=5,
        missing=1,
        orphans=2,
        confidence=Decimal("0.9"),
    )
    return SystemProfile(system="s", product="", tables=(table,), inclusions=(reference,))


def read(lang):
    book = python_calamine.load_workbook(io.BytesIO(workbook(made(), lang)))
    return [
        (name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
        for name in book.sheet_names
    ]


def test_it_works():
    sheets = dict(read("zh"))
    assert list(sheets) == ["表", "列", "常见值", "字形", "字形（带长度）", "引用关系"]
    assert sheets["表"][1] == ["ypxx", "药品", 10, 1, "a + b"]
    told = dict(zip(*sheets["列"], strict=True))
    assert told["含义"] == "单位"
    assert (told["列"], told["注释"], told["最小值"], told["最大值"]) == (
        "dw",
        "单位",
        "007",
        " 片",
    )
    assert told["日期格式"] == "yyyy-mm-dd 3"
    assert sheets["引用关系"][1] == ["ypxx", "dw", "zdxx", "dm", 0.9, 1, 2]


def test_values_stay_what_they_are():
    rows = dict(read("zh"))["常见值"][1:]
    assert [(row[2], row[3]) for row in rows] == list(zip(VALUES, range(1, 6), strict=True))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_column_has_a_title(lang):
    for name, rows in read(lang):
        assert all(rows[0]), name
        assert len(set(rows[0])) == len(rows[0]), name
