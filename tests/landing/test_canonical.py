"""What a file says, apart from how it was saved."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.errors import LuodiError
from luodi.landing.canonical import content_digest, file_digest

TOML = """\
format = 1
source = "patient"
limit = 12.50

[[column]]
from = "XM"
to = "姓名"
"""
TSV = "code\tname\nA01\t阿莫西林\nB02\t青霉素\n"


def refusal(act: Callable[[], object]) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        act()
    assert caught.value.next_step("zh")
    assert caught.value.next_step("en")
    return caught.value


def toml(text: str | bytes) -> str:
    return content_digest(text if isinstance(text, bytes) else text.encode(), "a.toml")


def tsv(text: str | bytes) -> str:
    return content_digest(text if isinstance(text, bytes) else text.encode(), "a.tsv")


def test_it_works(tmp_path: Path) -> None:
    path = tmp_path / "映 射.toml"
    path.write_text(TOML, encoding="utf-8")
    assert file_digest(path) == toml(TOML)
    assert len(toml(TOML)) == 64


@pytest.mark.parametrize(
    "saved",
    [
        TOML + "\n\n# 注释\n",
        "# a remark\n" + TOML.replace("format = 1", "format=1   # version"),
        TOML.replace("\n", "\r\n"),
        "\ufeff" + TOML,
        'limit = 12.5\nsource = "patient"\nformat = 1\n[[column]]\nto = "姓名"\nfrom = "XM"\n',
        TOML.replace('"patient"', "'patient'").replace("姓名", "\\u59d3\\u540d"),
        'format = 1\nsource = "patient"\nlimit = 12.50\ncolumn = [{from = "XM", to = "姓名"}]\n',
    ],
    ids=["remark", "remarks", "crlf", "bom", "order", "quotes", "inline"],
)
def test_saving_again_changes_nothing(saved: str) -> None:
    assert toml(saved) == toml(TOML)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("12.50", "12.51"),
        ("12.50", '"12.50"'),
        ('"patient"', '"Patient"'),
        ("XM", "XM "),
        ("to =", "too ="),
        ("[[column]]", "[[columns]]"),
        ("format = 1", "format = true"),
    ],
)
def test_another_value_changes_it(before: str, after: str) -> None:
    assert toml(TOML.replace(before, after, 1)) != toml(TOML)


def test_the_order_of_a_list_is_a_value() -> None:
    assert toml("a = [1, 2]") != toml("a = [2, 1]")


def test_a_moment_is_one_in_every_zone() -> None:
    assert toml("a = 2027-03-13T22:00:00+08:00") == toml("a = 2027-03-13T14:00:00Z")
    assert toml("a = 2027-03-13T22:00:00+08:00") != toml("a = 2027-03-13T22:00:00")


@pytest.mark.parametrize(
    "saved",
    [
        TSV.replace("\n", "\r\n"),
        "\ufeff" + TSV,
        TSV.rstrip("\n"),
        TSV + "\n\t\n",
        TSV.replace("青霉素", '"青霉素"'),
    ],
    ids=["crlf", "bom", "no last line feed", "blank rows", "quotes"],
)
def test_saving_a_table_again_changes_nothing(saved: str) -> None:
    assert tsv(saved) == tsv(TSV)


@pytest.mark.parametrize(
    "changed",
    [
        TSV.replace("A01", "A1"),
        TSV.replace("A01\t", "A01 \t"),
        TSV.replace("A01\t阿莫西林\n", ""),
        "code\tname\nB02\t青霉素\nA01\t阿莫西林\n",
        TSV.replace("A01\t阿莫西林", "A01阿莫西林"),
        TSV.replace("\t", ","),
    ],
    ids=["cell", "blank", "row gone", "row order", "columns", "delimiter"],
)
def test_another_cell_changes_it(changed: str) -> None:
    assert tsv(changed) != tsv(TSV)


def test_csv_and_tsv_of_the_same_cells() -> None:
    assert content_digest(TSV.replace("\t", ",").encode(), "a.CSV") == tsv(TSV)


# --- refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.xlsx", "a.json", "a", "a.toml.bak", ".toml"])
def test_other_kinds_of_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("x = 1")
    error = refusal(lambda: file_digest(path))
    assert error.code == "landing.no_canonical_form"
    assert name in error.text("zh")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(lambda: file_digest(tmp_path / "a.toml")).code == "evidence.toml_missing"


def test_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(TOML[:25], encoding="utf-8")
    error = refusal(lambda: file_digest(path))
    assert error.code == "evidence.toml_broken"
    assert error.params["line"] == "2"
    assert str(path) in error.text("zh")


@pytest.mark.parametrize("name", ["a.toml", "a.tsv"])
def test_a_file_saved_as_gbk(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes("a = 1\nb = '姓名'\n".encode("gbk"))
    error = refusal(lambda: file_digest(path))
    assert error.code == "evidence.toml_not_text"
    assert error.params["line"] == 2


def test_a_quotation_mark_that_swallows_the_rest() -> None:
    """It found an unreadable cell of more than csv's limit and ended as a defect."""
    error = refusal(lambda: tsv('code\tname\n"A01\t阿莫西林\n' + "B02\t青霉素\n" * 20_000))
    assert error.code == "landing.cells_broken"
    assert "a.tsv" in error.text("zh")


@pytest.mark.parametrize("text", ["a = nan", "[b]\na = [1, inf]"])
def test_a_number_that_is_none_is_located(text: str) -> None:
    error = refusal(lambda: toml(text))
    assert error.code == "evidence.not_canonical"
    assert error.text("en").startswith("The Decimal at a.toml $.")


# --- whatever the content -------------------------------------------------------------------------

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
values = st.recursive(
    words | st.integers(-(2**60), 2**60) | st.booleans() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
tables = st.dictionaries(words, values, max_size=5)


def backwards(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return [backwards(item) for item in value] if isinstance(value, list) else value


@given(table=tables)
def test_order_and_line_ends_never_count(table: dict[str, Any]) -> None:
    again = "\ufeff# 注\n" + tomli_w.dumps(backwards(table)).replace("\n", "\r\n")
    assert toml(again) == toml(tomli_w.dumps(table))


@given(table=tables, key=words, number=st.integers(0, 9))
def test_a_value_always_counts(table: dict[str, Any], key: str, number: int) -> None:
    before = tomli_w.dumps({**table, key: number})
    assert toml(tomli_w.dumps({**table, key: number + 1})) != toml(before)


rows = st.lists(st.lists(words.filter(str.strip), min_size=1, max_size=4), max_size=4)


def table_of(cells: list[list[str]], quoting: int) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter="\t", quoting=quoting).writerows(cells)  # type: ignore[arg-type]
    return text.getvalue()


@given(cells=rows)
def test_quotes_never_count(cells: list[list[str]]) -> None:
    assert tsv(table_of(cells, csv.QUOTE_ALL)) == tsv(table_of(cells, csv.QUOTE_MINIMAL))


@given(first=rows, second=rows)
def test_other_cells_always_count(first: list[list[str]], second: list[list[str]]) -> None:
    digests = {tsv(table_of(cells, csv.QUOTE_ALL)) for cells in (first, second)}
    assert len(digests) == (1 if first == second else 2)
