import csv
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.terminology.measure import Quantity
from luodi.terminology.specification import Fault, Specification, parse, written


def quantity(value: str, unit: str) -> Quantity:
    return Quantity(value=Decimal(value), unit=unit)


def test_it_works():
    assert parse("0.25g×24片/盒") == Specification(
        components=(quantity("0.25", "g"),),
        count=Decimal(24),
        count_unit="片",
        package_unit="盒",
    )


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("5ml:50mg×10支/盒", "50mg:5ml×10支/盒"),
        ("50mg:5ml*10支", "50mg:5ml×10支"),
        ("５０ｍｇ：５ｍｌ＊１０支／盒", "50mg:5ml×10支/盒"),
        ("200mg×100ml/瓶", "200mg:100ml×1瓶"),
        ("100mg*7片*2板", "100mg×14片"),
        ("0.9%100ml", "900mg:100ml×1"),
        ("0.9%(100ml:0.9g)×1瓶", "900mg:100ml×1瓶"),
        ("5% 2.5g/50.000ml*1瓶/盒", "2500mg:50ml×1瓶/盒"),
        ("80万单位*10支/盒", "800000u×10支/盒"),
        ("12.5万u×1支", "125000u×1支"),
        ("18μg×10粒/盒", "0.018mg×10粒/盒"),
        ("18mcg×10粒/盒", "0.018mg×10粒/盒"),
        ("10g/袋", "10000mg×1袋"),
        ("10g×1袋", "10000mg×1袋"),
        ("10.000g*1袋/袋", "10000mg×1袋"),
        ("1g/10g*1袋", "1000mg:10000mg×1袋"),
        ("15g:0.75mg×1支", "0.75mg:15000mg×1支"),
        ("1000mg/g", "1000mg:1000mg×1"),
        ("15mg/500mg*30片/瓶", "15mg+500mg×30片/瓶"),
        ("(4mg+1.25mg)*20片/盒", "1.25mg+4mg×20片/盒"),
        ("160ug/4.5ug*60吸/盒", "0.0045mg+0.16mg×60吸/盒"),
        ("80/5mg×7片/盒", "5mg+80mg×7片/盒"),
        ("250ml:25g:25g：3g：6.25g*1瓶", "25000mg+25000mg+3000mg+6250mg:250ml×1瓶"),
        ("0.25g*24s", "250mg×24片"),
        ("10mg×7片×4板/盒", "10mg×28片/盒"),
        ("0.1g(以阿莫西林计)×24粒/盒", "100mg×24粒/盒"),
        ("72粒×1盒", "72粒/盒"),
        ("1片*30片/盒", "30片/盒"),
        ("6粒*3板/盒", "18粒/盒"),
        ("复方*1支", "1支"),
        ("75iu×1支(附2ml氯化钠注射液)", "75u×1支"),
        ("8cm*13cm/10片/盒", "130mm+80mm×10片/盒"),
        ("11*15cm*6片/袋", "110mm×150mm×6片/袋"),
    ],
)
def test_equal_packings_are_written_alike(text, normal):
    spec = parse(text)
    assert isinstance(spec, Specification), spec
    assert sorted(spec.normal.replace("×", "+").split("+")) == sorted(
        normal.replace("×", "+").split("+")
    )


def test_grams_and_milligrams_are_one_packing():
    assert parse("0.25g×24片/盒").normal == parse("250mg*24片/盒").normal
    assert parse("0.25g×24片/盒").normal != parse("0.25g×12片/盒").normal


def test_a_package_without_name_is_the_same_packing():
    assert parse("0.25g×24片/盒").packing == parse("0.25g×24片").packing


def test_a_compound_has_no_single_strength():
    assert parse("15mg/500mg*30片/瓶").strength is None
    assert parse("0.25g×24片").strength == quantity("0.25", "g")


def test_mass_and_activity_of_one_substance_are_one_strength():
    spec = parse("0.125g（12.5万单位）*1支/支")
    assert spec.strength == quantity("0.125", "g")
    assert len(spec.components) == 2


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.EMPTY),
        (" \u3000", Fault.EMPTY),
        ("千年健颗粒", Fault.NO_QUANTITY),
        ("见说明书", Fault.NO_QUANTITY),
        ("10:20ml×1支", Fault.UNIT_MISSING),
        ("10", Fault.UNIT_MISSING),
        ("1g/10/g/袋", Fault.UNIT_MISSING),
        ("4Ts×1片/袋", Fault.UNIT_UNKNOWN),
        ("10万×1支", Fault.UNIT_UNKNOWN),
        ("1ml*120ml/瓶", Fault.AMBIGUOUS),
        ("1iu*400iu/瓶", Fault.AMBIGUOUS),
        ("2支+1支/盒", Fault.AMBIGUOUS),
        ("0.2g×24片/盒(0.125g+0.15g)", Fault.MALFORMED),
        ("0.25g×0片", Fault.MALFORMED),
        ("0g×24片", Fault.MALFORMED),
        ("20 000u×1支", Fault.MALFORMED),
        ("1:1000", Fault.UNIT_MISSING),
        ("每片0.25g", Fault.UNIT_UNKNOWN),
    ],
)
def test_what_does_not_parse_says_why(text, fault):
    assert parse(text) == fault


@given(st.text(alphabet="0123456789.mgluMLiu×*:/%()+片支瓶盒 万", max_size=24))
def test_any_text_gets_an_answer(text):
    found = parse(text)
    assert isinstance(found, Specification | Fault)
    if isinstance(found, Specification):
        assert found.count > 0
        assert found.normal


amounts = st.decimals("0.001", "9999", places=3)


@given(amounts, st.integers(1, 500), st.sampled_from("片粒支"), st.sampled_from("×*xX＊"))
def test_units_and_signs_do_not_matter(amount, count, unit, times):
    gram = f"{amount}g{times}{count}{unit}/盒"
    milligram = f" {amount * 1000}MG × {count} {unit} ／ 盒"
    assert parse(gram).normal == parse(milligram).normal


@given(amounts)
def test_a_number_is_written_without_noise(amount):
    assert Decimal(written(amount)) == amount
    assert "E" not in written(amount)


def test_real_packings_parse(shared_data):
    """2,966 drugs of a real dictionary; what does not parse is listed by its fault."""
    with (shared_data / "legacy_his" / "dms_drug.csv").open(encoding="utf-8") as file:
        found = Counter(type(parse(row["format"])).__name__ for row in csv.DictReader(file))
    assert found.total() == 2966
    assert found["Specification"] / found.total() > 0.99
