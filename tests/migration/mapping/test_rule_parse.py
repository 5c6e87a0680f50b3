"""Rules in a cell: read back as they were, and as people type them."""

import pytest
from hypothesis import given

from luodi.migration.mapping.rule_parse import (
    Unreadable,
    parse_names,
    parse_pipeline,
    parse_predicate,
)
from luodi.migration.mapping.rule_text import names_text, pipeline_text, predicate_text
from luodi.transform import model as op
from luodi.transform.model import Compare, Predicate
from mapping_strategies import STEPS, predicates

WRITTEN = {
    "trim | half_width | upper": (op.Trim(), op.HalfWidth(), op.Upper()),
    'date("%Y%m%d", "%Y-%m-%d", earliest=1900-01-01, otherwise=null)': (
        op.Date(
            formats=("%Y%m%d", "%Y-%m-%d"),
            earliest=op.date(1900, 1, 1),
            otherwise=op.Otherwise.NULL,
        ),
    ),
    "dictionary(sex) | require": (op.Dictionary(name="sex"), op.Require()),
    "coalesce(mobile, `home phone`, `value`)": (
        op.Coalesce(columns=("mobile", "home phone", "value")),
    ),
    'replace("\\"", new="a|b")': (op.Replace(old='"', new="a|b"),),
    "decimal(4, round=true, least=0.5)": (op.Decimal(scale=4, round=True, least=op.Number("0.5")),),
    "id_card(birth)": (op.IdCard(part=op.IdPart.BIRTH),),
    'when(value = "1", then: constant("M") | upper, else: default(true))': (
        op.When(
            test=Predicate(compare=Compare.EQ, value="1"),
            then=(op.Constant(value="M"), op.Upper()),
            other=(op.Default(value=True),),
        ),
    ),
    'boolean(yes=["1", "Y"], no=["0"])': None,
}


@pytest.mark.parametrize("text", [text for text, steps in WRITTEN.items() if steps])
def test_it_works(text):
    assert parse_pipeline(text) == WRITTEN[text]
    assert pipeline_text(WRITTEN[text]) == text


@given(STEPS)
def test_every_rule_comes_back(steps):
    assert parse_pipeline(pipeline_text(steps)) == steps


@given(predicates())
def test_every_condition_comes_back(predicate):
    assert parse_predicate(predicate_text(predicate)) == predicate


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("trim｜upper", "trim | upper"),
        ("dictionary（sex，otherwise＝null）", "dictionary(sex, otherwise=null)"),
        ("default(“未知”)", 'default("未知")'),
        ("  trim\n|\tupper ", "trim | upper"),
        ('one_of(values=["1","2"])', 'one_of("1", "2")'),
        ("slice(start=2)", "slice(2)"),
        ("when(年龄 ≥ 18、then: upper)", "when(年龄 >= 18, then: upper)"),
        ("when(a == 1, then: trim)", "when(a = 1, then: trim)"),
        ("when(a > 1.5, then: trim)", 'when(a > "1.5", then: trim)'),
    ],
)
def test_as_people_type_them(typed, meant):
    assert pipeline_text(parse_pipeline(typed)) == meant


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("trmi", "map_rule_operation", 1),
        ("trim | | upper", "map_rule_expected", 8),
        ("trim upper", "map_rule_expected", 6),
        ("date(", "map_rule_expected", 6),
        ('date(format="x")', "map_rule_parameter", 6),
        ("pad(8, 9)", "map_rule_expected", 9),
        ('pad("x")', "map_rule_value", 1),
        ("pad", "map_rule_value", 1),
        ("trim(1)", "map_rule_parameter", 6),
        ('default("a)', "map_rule_sign", 9),
        ("date(earliest=2021-02-30)", "map_rule_sign", 15),
        ("when(a ~ 1)", "map_rule_sign", 8),
        ("when(a in 1)", "map_rule_expected", 12),
        ("when(a = [1])", "map_rule_expected", 13),
        ("when(a is null, otherwise: trim)", "map_rule_expected", 17),
    ],
)
def test_what_does_not_read(text, code, place):
    with pytest.raises(Unreadable) as refused:
        parse_pipeline(text)
    assert (refused.value.code, refused.value.params["place"]) == (f"migration.{code}", place)


def test_nothing_is_no_rule():
    assert parse_pipeline(" ") == ()
    assert parse_predicate("") is None
    assert parse_names("") == ()


def test_columns():
    assert parse_names("a, `b c`、姓名") == ("a", "b c", "姓名")
    assert names_text(("a", "b c", "姓名")) == "a, `b c`, 姓名"


def test_nested_beyond_any_use():
    with pytest.raises(Unreadable):
        parse_predicate("all(" * 5000 + "a is null" + ")" * 5000)
    with pytest.raises(Unreadable):
        parse_pipeline("when(a is null, then: " * 5000 + "trim" + ")" * 5000)
