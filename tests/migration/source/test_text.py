"""Text files as a source: nothing is lost, nothing moves into another column."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.progress import Silent
from luodi.migration.source import record, records, text
from luodi.migration.source.record import Style
from luodi.migration.source.records import Parser


def put(tmp_path, data, name="p.csv"):
    (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return name


def rejects(desk, name, **options):
    with desk.extracted(name, **options) as (workspace, _, outcome):
        found = workspace.db.execute(
            "SELECT line, reason FROM _luodi.reject ORDER BY line"
        ).fetchall()
        assert sum(table.rejected for table in outcome.result.tables) == len(found)
        assert (outcome.verdict == "fail") == bool(found)
        rows = workspace.db.execute("SELECT * EXCLUDE _ordinal FROM old.p ORDER BY _ordinal")
        return rows.fetchall(), found


def test_it_works(desk, tmp_path):
    name = put(tmp_path, 'id,name,memo\r\n1,张三,"a,""b""\r\nc"\r\n2,,\\N\r\n')
    assert desk.rows(name, "p") == [(1, "1", "张三", 'a,"b"\r\nc'), (2, "2", "", None)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16"])
def test_encodings(desk, tmp_path, encoding):
    body = "id,name\n" + "".join(f"{n},張三豐的檢查報告單\n" for n in range(50))
    rows = desk.rows(put(tmp_path, body.encode(encoding)), "p", encoding="")
    assert rows[0] == (1, "0", "張三豐的檢查報告單")
    assert len(rows) == 50


def test_characters_of_the_newer_standard(desk, tmp_path):
    """What Python's codec leaves in the private-use area."""
    body = "id,name\n1,张".encode("gb18030") + b"\xfe\x59" + "三丰\n".encode("gb18030")
    assert "龴" <= desk.rows(put(tmp_path, body), "p", encoding="gbk")[0][2][1] <= "\U0002ffff"


@pytest.mark.parametrize("delimiter", ["\t", "|", ";", "^"])
def test_delimiters(desk, tmp_path, delimiter):
    lines = [["id", "name"], ["1", "a,b"], ["2", "c"]]
    body = "\n".join(map(delimiter.join, lines))
    assert desk.rows(put(tmp_path, body), "p") == [(1, "1", "a,b"), (2, "2", "c")]


def test_marks_of_null(desk, tmp_path):
    name = put(tmp_path, 'a,b\nNULL,"NULL"\n,""\n')
    assert desk.rows(name, "p", null="NULL") == [(1, None, "NULL"), (2, "", "")]
    assert desk.rows(name, "p", null="") == [(1, "NULL", "NULL"), (2, "", "")]


def test_escapes(desk, tmp_path):
    name = put(tmp_path, 'a\tb\n"x\\"y"\tz\\\tw\n\\N\tone\\ntwo\n', "p.tsv")
    assert desk.rows(name, "p", escape="\\") == [(1, 'x"y', "z\tw"), (2, None, "one\ntwo")]


def test_without_a_header(desk, tmp_path):
    name = put(tmp_path, "1,a\n2,b\n")
    assert desk.rows(name, "p", header=False) == [(1, "1", "a"), (2, "2", "b")]


def test_an_inch_in_a_specification(desk, tmp_path):
    name = put(tmp_path, 'a,b\n1,5" 针头\n2,x\n')
    assert desk.rows(name, "p") == [(1, "1", '5" 针头'), (2, "2", "x")]


# --- bad files ------------------------------------------------------------------------------------


def test_nul_bytes(desk, tmp_path):
    """They stay where they are, and it is said in which column and rows."""
    rows, found = rejects(desk, put(tmp_path, b"a,b\n1,x\0y\n2,z\n"))
    assert (rows, found) == ([("1", "x\0y"), ("2", "z")], [])
    with desk.extracted("p.csv") as (_, _, outcome):
        (said,) = outcome.findings
    assert said.code == "migration.text_nul"
    assert said.params == {"table": "p", "column": "b", "ordinals": "1"}


@pytest.mark.parametrize(
    "data",
    [
        b'ID,NAME\n1,"a\n\0,b\n',
        b"ID,NAME\n\0\0\0,a\n",
        "ID,NAME\n1,张三\0\0\n2,李四\0\n".encode("gbk"),
        "ID,NAME\n1,张三\0\n\0,李四\0\n".encode(),
        pytest.param(
            b"ID,NAME\n1,a\0\n" + b"2,b\n" * 300_000 + "3,张三\n".encode("gbk"),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_nul_bytes_and_unbalanced_quotes_lose_nothing(desk, tmp_path, data):
    with desk.extracted(put(tmp_path, data)) as (workspace, _, outcome):
        zeros = "sum(length(ID || NAME) - length(replace(ID || NAME, chr(0), '')))"
        count, in_rows = workspace.db.execute(f"SELECT count(*), {zeros} FROM old.p").fetchone()
        kept = workspace.db.execute("SELECT raw FROM _luodi.reject").fetchall()
        assert count + len(kept) == data.count(b"\n") - 1
        in_rejects = sum(bytes(raw).count(0) for (raw,) in kept)
        assert in_rows + in_rejects == data.count(0)
        codes = {finding.code for finding in outcome.findings if finding.severity != "info"}
        said = {"migration.text_nul"} | ({"migration.line_quote"} if kept else set())
        assert codes - {"migration.encoding_guessed"} == said


def test_what_is_said_of_refused_lines(desk, tmp_path):
    name = put(tmp_path, 'a,b\n1,"x\n2,y\n3\n4,z,z\n')
    with desk.extracted(name) as (_, connected, outcome):
        for one in (connected, outcome):
            assert [(f.code, f.params["table"], f.params["lines"]) for f in one.findings] == [
                ("migration.line_quote", "p", "2"),
                ("migration.line_width", "p", "4, 5"),
            ]


def test_two_encodings_in_one_file(desk, tmp_path):
    body = "a,b\n1,王小明\n".encode() + "2,张三\n".encode("gbk") + "3,李四\n".encode()
    with desk.extracted(put(tmp_path, body)) as (workspace, connected, _):
        found = workspace.db.execute("SELECT b FROM old.p ORDER BY _ordinal").fetchall()
        assert found == [("王小明",), ("张三",), ("李四",)]
    (said,) = (f for f in connected.findings if f.code == "migration.encoding_mixed")
    assert (said.params["encoding"], said.params["lines"]) == ("gb18030", "3")


def test_characters_cut_in_two_and_those_that_were_not(desk, tmp_path):
    """Oracle writes an emoji in UTF8 as two surrogates; a column too short cuts them apart."""
    pair = b"\xed\xa0\xbd\xed\xb8\x80"
    name = put(tmp_path, b"a,b\n1,x" + pair + b"\n2,y" + pair[:3] + b"\n")
    with desk.extracted(name, encoding="utf-8") as (workspace, _, outcome):
        found = workspace.db.execute("SELECT b FROM old.p ORDER BY _ordinal").fetchall()
    assert found == [("x😀",), ("y\\ud83d",)]
    assert [(f.code, f.params["ordinals"]) for f in outcome.findings] == [
        ("migration.text_half_pair", "2")
    ]


def test_half_a_character_in_utf_16(desk, tmp_path):
    body = "a,b\n1,张三\n".encode("utf-16") + "2,x\ud83d\n".encode("utf-16-le", "surrogatepass")
    with desk.extracted(put(tmp_path, body)) as (workspace, _, outcome):
        found = workspace.db.execute("SELECT b FROM old.p ORDER BY _ordinal").fetchall()
    assert found == [("张三",), ("x\\ud83d",)]
    assert [f.code for f in outcome.findings] == ["migration.text_half_pair"]


def test_private_use_and_wrongly_decoded_text(desk, tmp_path):
    wrong = "张三李四王五".encode().decode("gbk")
    name = put(tmp_path, f"a,b,c,d\n1,王\ue000,{wrong},x\ufffd\n2,b,c,d\n")
    with desk.extracted(name) as (_, _, outcome):
        found = {(f.code, f.params["column"], f.params["ordinals"]) for f in outcome.findings}
    assert found == {
        ("migration.text_private_use", "b", "1"),
        ("migration.text_mojibake", "c", "1"),
        ("migration.text_replaced", "d", "1"),
    }


@pytest.mark.slow
def test_a_line_of_many_megabytes(desk, tmp_path):
    name = put(tmp_path, b"a,b\n1,x\n2," + b"y" * 12_000_000 + b"\n3,z\n")
    assert [(row[1], len(row[2])) for row in desk.rows(name, "p")] == [
        *(("1", 1), ("2", 12_000_000), ("3", 1)),
    ]


@pytest.mark.parametrize("end", [b"\n3,z\n", b""])
def test_a_line_that_never_ends(desk, tmp_path, end, monkeypatch):
    """Refused with its number; what follows is read."""
    monkeypatch.setattr(text, "LONGEST_LINE", 100_000)
    monkeypatch.setattr(text, "BLOCK", 4096)
    monkeypatch.setattr(text, "BEGINNING", 10)
    name = put(tmp_path, b"a,b\n1,x\n2," + b"y" * 200_000 + end)
    rows, found = rejects(desk, name)
    assert (rows, found) == ([("1", "x"), *([("3", "z")] if end else [])], [(3, "long")])
    with desk.extracted(name) as (workspace, _, outcome):
        kept = workspace.db.execute("SELECT raw FROM _luodi.reject").fetchone()
        assert kept == (b"2,yyyyyyyy",)
        assert [(f.code, f.params["lines"]) for f in outcome.findings] == [
            ("migration.line_long", "3")
        ]


@pytest.mark.parametrize("name", ["p.csv", "p.txt"])
def test_line_ends_inside_quotes(desk, tmp_path, name):
    body = 'a,b\r\n1,"x\r\ny"\r\n2,"\r\n"\r\n'
    assert desk.rows(put(tmp_path, body, name), "p") == [(1, "1", "x\r\ny"), (2, "2", "\r\n")]


def test_a_quotation_that_is_never_closed(desk, tmp_path):
    lines = [f"{n},x{n}" for n in range(1, 1001)]
    lines[499] = '500,"x500'
    lines[700] = '701,"a ""b"" c"'
    rows, found = rejects(desk, put(tmp_path, "a,b\n" + "\n".join(lines) + "\n"))
    assert found == [(501, "quote")]
    assert len(rows) == 999
    assert ("701", 'a "b" c') in rows


def test_a_quotation_that_is_not_closed_to_the_end(desk, tmp_path, monkeypatch):
    monkeypatch.setattr(text, "BLOCK", 4096)
    monkeypatch.setattr(record, "LONGEST", 4096)
    monkeypatch.setattr(records, "LONGEST", 4096)
    lines = [f"{n},x{n}" for n in range(1, 5001)]
    lines[2499] = '2500,"x'
    rows, found = rejects(desk, put(tmp_path, "a,b\n" + "\n".join(lines) + "\n"))
    assert found == [(2501, "quote")]
    assert [row[0] for row in rows] == [str(n) for n in range(1, 5001) if n != 2500]


def test_something_behind_a_closed_quotation(desk, tmp_path):
    rows, found = rejects(desk, put(tmp_path, 'a,b\n1,"x"y\n2,z\n'))
    assert (rows, found) == ([("2", "z")], [(2, "quote")])


def test_ragged_rows(desk, tmp_path):
    rows, found = rejects(desk, put(tmp_path, "a,b\n1\n2,x\n3,y,z\n\n4,w"))
    assert (rows, found) == ([("2", "x"), ("4", "w")], [(2, "width"), (4, "width")])


def test_the_header_twice(desk, tmp_path):
    rows, found = rejects(desk, put(tmp_path, "a,b\n1,x\na,b\n2,y\n"))
    assert (rows, found) == ([("1", "x"), ("2", "y")], [(3, "header")])


def test_a_wrong_declared_encoding(desk, tmp_path):
    body = "a,b\n1,x\n2,张三\n3,y\n".encode("gbk")
    rows, found = rejects(desk, put(tmp_path, body), encoding="utf-8")
    assert (rows, found) == ([("1", "x"), ("3", "y")], [(3, "encoding")])


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_damaged_line_in_a_small_file(desk, tmp_path, encoding):
    body = "a,b\n1,张三\n".encode(encoding) + b"2,\xff\xff\n3,y\n"
    rows, found = rejects(desk, put(tmp_path, body))
    assert (rows, found) == ([("1", "张三"), ("3", "y")], [(3, "encoding")])


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"\x1a"])
def test_an_empty_file(desk, tmp_path, data):
    with pytest.raises(WrongUse) as caught, desk.source(put(tmp_path, data)):
        pass
    assert caught.value.code == "migration.file_empty"
    assert caught.value.next_step("zh")


def test_a_header_alone(desk, tmp_path):
    assert desk.rows(put(tmp_path, "a,b\n"), "p") == []


def test_an_unknown_encoding(desk, tmp_path):
    with pytest.raises(WrongUse) as caught, desk.source(put(tmp_path, "a\n1\n"), encoding="gbkk"):
        pass
    assert caught.value.code == "migration.encoding_unknown"


def test_a_binary_file(desk, tmp_path):
    name = put(tmp_path, bytes(range(256)) * 40)
    with pytest.raises(LuodiError) as caught, desk.source(name):
        pass
    assert caught.value.code == "migration.file_binary"
    assert "excel:" in caught.value.next_step("zh")


def test_a_file_that_is_not_there(desk):
    with pytest.raises(LuodiError) as caught, desk.source("nowhere.csv"):
        pass
    assert caught.value.code == "migration.file_absent"


def test_a_column_that_vanished(desk, tmp_path):
    name = put(tmp_path, "a,b\n1,2\n")
    with desk.source(name) as source:
        (table,), _ = source.tables(Silent())
    put(tmp_path, "a\n1\n")
    from luodi.migration.source.model import Start

    with desk.source(name) as source, pytest.raises(LuodiError) as caught:
        list(source.scan(table, Start()))
    assert caught.value.code == "migration.column_vanished"


# --- properties -----------------------------------------------------------------------------------

CELL = st.text(st.sampled_from('ab,"\n\r张 '), max_size=6)


def parsed(body, size, style=None):
    parser = Parser(style or Style(","), 3)
    cut = [body[place : place + size] for place in range(0, len(body), size)]
    found = [parser.feed(part) for part in cut] + [parser.feed("", last=True)]
    return [row for one in found for row in one.rows], [r for one in found for r in one.refused]


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=8), st.integers(1, 50))
def test_what_a_writer_quotes_is_read_again(rows, size):
    sink = io.StringIO()
    csv.writer(sink, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    assert parsed(sink.getvalue(), size) == ([list(row) for row in rows], [])


@given(st.text(st.sampled_from('ab,"\n'), max_size=60), st.integers(1, 70))
def test_every_line_is_in_a_row_or_refused(body, size):
    rows, refused = parsed(body, size)
    said = "".join("".join(v or "" for v in row) for row in rows) + "".join(r.text for r in refused)
    for letter in "ab":
        assert said.count(letter) == body.count(letter)
    assert all(len(row) == 3 for row in rows)
