import csv
from collections import Counter
from decimal import Decimal
from importlib import resources

import pytest

from luodi.evidence.catalogue import Lang
from luodi.evidence.figures import amount, figure_name, unit_name, written_figure
from luodi.evidence.gate.templates import template, template_names
from luodi.evidence.model import Figure, Number
from luodi.evidence.shape import parse_toml

ROWS = [
    row
    for row in csv.reader(
        (resources.files("luodi") / "evidence/figures.tsv")
        .read_text(encoding="utf-8")
        .splitlines(),
        delimiter="\t",
    )
    if not row[0].startswith("#")
]


def test_it_works() -> None:
    figure = Figure(name="unaccounted", value=1284517, unit="row")
    assert written_figure(figure, "zh") == "没有去向 1,284,517 行"
    assert written_figure(figure, "en") == "unaccounted for 1,284,517 rows"


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (0, "row", "0 行", "0 rows"),
        (3, "piece", "3 项", "3"),
        (Decimal("98.5"), "percent", "98.5%", "98.5%"),
        (7, "", "7", "7"),
        (7, "furlong", "7 furlong", "7 furlong"),
        (12, "CNY", "12 元", "12 CNY"),
        (Decimal("12.5"), "CNY", "12.50 元", "12.50 CNY"),
        (Decimal("-1234.50"), "CNY", "-1,234.50 元", "-1,234.50 CNY"),
        (Decimal("0.004"), "CNY", "0.004 元", "0.004 CNY"),
        (Decimal("1E+3"), "row", "1,000 行", "1,000 rows"),
    ],
)
def test_an_amount_is_said(value: Number, unit: str, zh: str, en: str) -> None:
    assert amount(value, unit, "zh") == zh
    assert amount(value, unit, "en") == en


def test_a_unit_can_be_said_by_itself() -> None:
    assert [unit_name(unit, "zh") for unit in ("row", "piece", "", "furlong")] == [
        "行",
        "项",
        "无",
        "furlong",
    ]
    assert [unit_name(unit, "en") for unit in ("row", "piece", "")] == ["rows", "piece", "none"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_unknown_figure_keeps_its_name(lang: Lang) -> None:
    assert figure_name("flux_capacity", lang) == "flux_capacity"


def test_every_entry_stands_once_and_in_both_languages() -> None:
    assert {len(row) for row in ROWS} == {4}
    assert {row[0] for row in ROWS} == {"unit", "figure"}
    times = Counter((row[0], row[1]) for row in ROWS)
    assert [key for key, count in times.items() if count > 1] == []
    assert [row for row in ROWS if not row[2]] == []
    assert [row[1] for row in ROWS if not row[3]] == ["piece"], "English counts without a word"


def test_the_table_is_sorted() -> None:
    keys = [(row[0] == "figure", row[1]) for row in ROWS]
    assert keys == sorted(keys)


def test_every_figure_and_unit_of_the_gates_is_said() -> None:
    source = (resources.files("luodi") / "evidence/gate/criteria.toml").read_text(encoding="utf-8")
    asked = [
        (item["figure"], item["unit"])
        for criterion in parse_toml(source, "criteria.toml")["criterion"]
        for item in criterion.get("require", [])
    ] + [
        (item.figure, item.unit)
        for name in template_names()
        for gate in template(name).gates()
        for criterion in gate.criteria
        for item in criterion.require
    ]
    known = {(row[0], row[1]) for row in ROWS}
    assert sorted({name for name, _ in asked if ("figure", name) not in known}) == []
    assert sorted({unit for _, unit in asked if ("unit", unit) not in known}) == []
    assert all(unit for _, unit in asked)
