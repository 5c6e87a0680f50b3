"""Delimited text: whatever a value holds, it comes back as it was."""

import tempfile
from pathlib import Path

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.landing.systems import System
from luodi.migration.model import Column, Kind, Table
from luodi.migration.target.csv_files import CsvFormat
from luodi.migration.target.rows import Rows
from luodi.migration.workspace import Workspace

TABLE = Table(
    name="t",
    columns=tuple(Column(name=name, type="text", kind=Kind.TEXT) for name in "kab"),
)
texts = st.none() | st.text(
    st.sampled_from(list("ab汉𠮷 \t\r\n,;|\"'\\N\ufeff"))
    | st.characters(exclude_categories=["Cs"]),
    max_size=8,
).filter(lambda text: "\0" not in text)
styles = st.sampled_from(
    [
        CsvFormat(),
        CsvFormat(encoding="gb18030", delimiter="|", null=""),
        CsvFormat(encoding="utf-8-sig", delimiter="\t", quote="'", null="NULL"),
        CsvFormat(encoding="utf-16", header=False, delimiter=";"),
    ]
)


def there_and_back(style, rows, without=frozenset()):
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as db:
        db.execute("ATTACH ':memory:' AS work")
        db.execute("CREATE TABLE work.t (k VARCHAR, a VARCHAR, b VARCHAR)")
        for row in rows:
            db.execute("INSERT INTO work.t VALUES (?, ?, ?)", row)
        part, whole = Path(folder) / "part", Path(folder) / "whole"
        written = style.write(
            Rows(Workspace(db), "SELECT * FROM t ORDER BY rowid", ("k", "a", "b")), part
        )
        assert written == len(rows)
        if without:
            style.without(part, TABLE, "k", without)
        style.join([part], TABLE, whole)
        return [row for block in style.read(whole, TABLE) for row in block]


def test_it_works():
    rows = [("1", "张三", None), ("2", "", r"\N"), ("3", " a,b ", '"')]
    assert there_and_back(CsvFormat(), rows) == rows


@settings(max_examples=60, deadline=None)
@given(style=styles, values=st.lists(st.tuples(texts, texts), max_size=6))
def test_every_value_comes_back(style, values):
    rows = [(str(number), *pair) for number, pair in enumerate(values)]
    assert there_and_back(style, rows) == rows


@settings(max_examples=30, deadline=None)
@given(style=styles, values=st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
def test_rows_taken_out_again(style, values):
    rows = [(str(number), *pair) for number, pair in enumerate(values)]
    assert there_and_back(style, rows, frozenset({"0"})) == rows[1:]


def test_records_longer_than_what_is_read_at_a_time(monkeypatch):
    monkeypatch.setattr("luodi.migration.target.csv_files.READ", 7)
    rows = [(str(number), '一\n二\r\n三,四"' * number, None) for number in range(9)]
    assert there_and_back(CsvFormat(), rows) == rows


def test_as_systems_toml_says():
    made = CsvFormat.of(System(id="x", url="csv:x", encoding="GBK", delimiter="|", quote=""))
    assert (made.encoding, made.charset, made.delimiter, made.quote) == ("gbk", "gbk", "|", "")
