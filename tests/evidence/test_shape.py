"""Foreign TOML into nouns; an error names the file, the place and the way out."""

import contextlib
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import Noun
from luodi.evidence.shape import field_names, parse_toml, place_of, read_toml, shape


class Colour(StrEnum):
    RED = "red"


class Ask(Noun, frozen=True, kw_only=True):
    figure: str
    value: int | Decimal


class Criterion(Noun, frozen=True, kw_only=True):
    id: str
    colour: Colour = Colour.RED
    due: date | None = None
    require: tuple[Ask, ...] = ()
    words: dict[str, str] = {}  # noqa: RUF012


class Gates(Noun, frozen=True, kw_only=True):
    format: int
    criterion: tuple[Criterion, ...] = ()


GOOD = """
format = 1
[[criterion]]
id = "data.rows"
due = 2027-03-12
[[criterion]]
id = "data.money"
require = [{ figure = "amount", value = 12.50 }]
"""


@pytest.fixture
def written(tmp_path):
    def write(data):
        path = tmp_path / "关口 gates.toml"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def refusal(act, kind=LuodiError):
    with pytest.raises(kind) as refused:
        act()
    return refused.value


def test_it_works(written):
    path = written(GOOD)
    gates = shape(read_toml(path), Gates, str(path))
    assert gates.criterion[0].due == date(2027, 3, 12)
    assert gates.criterion[1].require == (Ask(figure="amount", value=Decimal("12.50")),)


def test_a_mark_in_front_is_no_trouble(written):
    assert read_toml(written(b"\xef\xbb\xbfformat = 1"))["format"] == 1


def test_a_missing_file_is_named(tmp_path):
    for path in (tmp_path / "没有.toml", tmp_path):
        error = refusal(lambda path=path: read_toml(path))
        assert (error.code, error.params["path"]) == ("evidence.toml_missing", str(path))


def test_another_encoding_is_named_with_its_line(written):
    error = refusal(lambda: read_toml(written('format = 1\nname = "门诊"'.encode("gbk"))))
    assert (error.code, error.params["line"]) == ("evidence.toml_not_text", 2)
    assert "UTF-8" in error.next_step("zh")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("format = 1\nname =", "2"),
        ("format = 1\nname = \n", "2"),
        ("[[criterion", "1"),
        ("a = 1\na = 2", "2"),
        ("a = 2027-02-31", "1"),
        ('a = "unfinished', "1"),
        ("a = " + "[" * 5000, "1"),
        ("a = " + "9" * 5000, "1"),
    ],
    ids=lambda text: text[:16],
)
def test_broken_toml_is_named_with_its_place(written, text, line):
    error = refusal(lambda: read_toml(written(text)))
    assert (error.code, error.params["line"]) == ("evidence.toml_broken", line)


@given(st.text())
def test_any_text_is_toml_or_a_sentence(text):
    with contextlib.suppress(LuodiError):
        assert isinstance(parse_toml(text, "x.toml"), dict)


@pytest.mark.parametrize(
    ("old", "new", "code", "params"),
    [
        (
            'id = "data.money"',
            'id = "data.money"\ncolor = "red"',
            "field_unknown_near",
            {"place": "criterion 2 (data.money)", "field": "color", "near": "colour"},
        ),
        ("format = 1", "format = 1\nxyzzy = 1", "field_unknown", {"place": "top"}),
        ("format = 1", "", "field_missing", {"place": "top", "field": "format"}),
        ('id = "data.rows"', "", "field_missing", {"place": "criterion 1", "field": "id"}),
        (
            "due = 2027-03-12",
            'colour = "blue"',
            "value_unknown",
            {"place": "criterion 1 (data.rows) › colour", "value": "blue"},
        ),
        (
            "value = 12.50",
            'value = "much"',
            "value_wrong",
            {"place": "criterion 2 (data.money) › require 1 › value"},
        ),
        (
            'figure = "amount"',
            "figure = 7",
            "value_type",
            {"place": "criterion 2 (data.money) › require 1 › figure", "expected": "text"},
        ),
        (
            "due = 2027-03-12",
            "words = { zh = 1 }",
            "value_type",
            {"place": "criterion 1 (data.rows) › words", "found": "whole"},
        ),
    ],
)
def test_a_wrong_field_is_named_with_its_place(old, new, code, params):
    table = parse_toml(GOOD.replace(old, new, 1), "gates.toml")
    error = refusal(lambda: shape(table, Gates, "gates.toml"), WrongUse)
    assert error.code == f"evidence.{code}"
    assert error.params["path"] == "gates.toml"
    assert error.params == {**error.params, **params}
    assert "gates.toml" in error.text("zh")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("$", "top"),
        ("$.criterion[0]", "criterion 1 (data.rows)"),
        ("$.criterion[9].id", "criterion 10 › id"),
        ("$.nothing[0].id", "nothing 1 › id"),
        ("$.criterion[...]", "criterion"),
    ],
)
def test_a_place_is_written_the_way_people_count(path, place):
    assert place_of(parse_toml(GOOD, "x"), path) == place


def test_field_names_reach_into_every_noun():
    assert {"format", "criterion", "colour", "figure", "words"} <= field_names(Gates)
    assert field_names(int) == set()


def test_a_noun_within_itself_is_followed_once():
    assert field_names(Task) == {"name", "inner"}


class Task(msgspec.Struct):
    name: str
    inner: list["Task"] = []


def test_reading_changes_nothing(written):
    path = written(GOOD)
    read_toml(path)
    assert path.read_text("utf-8") == GOOD
    assert [item.name for item in Path(path.parent).iterdir()] == [path.name]
