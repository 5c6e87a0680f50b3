"""One record of a text file: quotation marks, escapes, delimiters, ends of lines."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.migration.source.record import Style, Unclosed, record_at, records_of

CSV = Style(",", null=r"\N")
OUTFILE = Style("\t", quote="", escape="\\", null=r"\N")


def test_it_works():
    assert record_at('1,"a,b",\\N\n2,', 0, CSV) == (["1", "a,b", None], 11)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("a,,b", ["a", "", "b"]),
        ('"",x', ["", "x"]),
        ('"a""b"', ['a"b']),
        ('"line\nbreak",x', ["line\nbreak", "x"]),
        ("a\r\nb", ["a"]),
        ("a\rb\n", ["a\rb"]),
        ('5" tube,x', ['5" tube', "x"]),
        ('"\\N",\\N', [r"\N", None]),
        ("", [""]),
    ],
)
def test_how_fields_are_written(text, fields):
    found = record_at(text, 0, CSV)
    assert found is not None
    assert found[0] == fields


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("a\\\tb\tc", ["a\tb", "c"]),
        ("a\\nb\t\\N", ["a\nb", None]),
        ("a\\\\\tb", ["a\\", "b"]),
        ("a\\\nb\tc", ["a\nb", "c"]),
        ("a\\0b", ["a\0b"]),
    ],
)
def test_escapes_as_mysql_writes_them(text, fields):
    found = record_at(text, 0, OUTFILE)
    assert found is not None
    assert found[0] == fields


def test_a_delimiter_of_several_signs():
    assert record_at('a|+|"b|+|c"|+|d\n', 0, Style("|+|")) == (["a", "b|+|c", "d"], 16)


def test_something_behind_a_closed_quotation():
    assert record_at('"a"b,c\n', 0, CSV) is None


def test_a_quotation_that_is_never_closed():
    with pytest.raises(Unclosed):
        record_at('1,"a\nb\nc', 0, CSV)


def test_the_first_records():
    text = '\n1,a\n\n2,"b\n'
    assert records_of(text, CSV, 10, whole=True) == [["1", "a"]]
    assert records_of("1,a\n2,b\n3,c", CSV, 2, whole=True) == [["1", "a"], ["2", "b"]]
    assert records_of("1,a\n2,cu", CSV, 10, whole=False) == [["1", "a"]]
    assert records_of("1,a\n\x1a", CSV, 10, whole=True) == [["1", "a"]]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_what_python_writes_is_read_back(fields):
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow(fields)
    assert record_at(out.getvalue(), 0, Style(",")) == (fields, len(out.getvalue()))
