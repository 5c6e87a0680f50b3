"""How a text file is written is found out, or declared; what was passed over is said."""

import pytest

from luodi.evidence.progress import Silent


def put(tmp_path, data):
    (tmp_path / "p.csv").write_text(data, encoding="utf-8", newline="")
    return "p.csv"


def read(desk, name):
    """Rows of the file, what was refused, and what connecting found."""
    with desk.extracted(name) as (workspace, connected, _):
        rows = workspace.db.execute("SELECT * EXCLUDE _ordinal FROM old.p ORDER BY _ordinal")
        found = rows.fetchall()
        refused = workspace.db.execute("SELECT line, reason FROM _luodi.reject ORDER BY line")
        return found, refused.fetchall(), {(f.code, f.count) for f in connected.findings}


@pytest.mark.parametrize("delimiter", ["||", "@|@", "|!|", "~~~"])
def test_delimiters_of_several_signs(desk, tmp_path, delimiter):
    lines = [["id", "name", "memo"], ["1", "a|b", ""], ["2", f'"c{delimiter}d"', '"x""y"']]
    name = put(tmp_path, "\n".join(map(delimiter.join, lines)))
    declared = delimiter if delimiter == "~~~" else ""
    assert desk.rows(name, "p", delimiter=declared) == [
        (1, "1", "a|b", ""),
        (2, "2", f"c{delimiter}d", 'x"y'),
    ]


def test_two_empty_fields_are_no_delimiter_of_two_signs(desk, tmp_path):
    rows, refused, _ = read(desk, put(tmp_path, "a|b|c\n1||2\n||\n"))
    assert (rows, refused) == ([("1", "", "2"), ("", "", "")], [])


def test_what_excel_says_of_its_delimiter(desk, tmp_path):
    rows, refused, _ = read(desk, put(tmp_path, "sep=;\r\nid;name\r\n1;a,b\r\n2\r\n"))
    assert (rows, refused) == ([("1", "a,b")], [(4, "width")])


@pytest.mark.parametrize(
    ("header", "lines"),
    [("id,name", ["1,a,", "2,,", "3,b,"]), ("id,name,", ["1,a", "2,", "3,b"])],
)
def test_a_delimiter_at_the_end_of_every_line(desk, tmp_path, header, lines):
    rows, refused, found = read(desk, put(tmp_path, "\n".join([header, *lines])))
    assert rows == [("1", "a"), ("2", ""), ("3", "b")]
    assert (refused, found) == ([], {("migration.text_trailing", 1)})


def test_a_last_column_that_is_mostly_empty(desk, tmp_path):
    rows, _, found = read(desk, put(tmp_path, "a,b\n1,\n2,\n3,x\n"))
    assert (rows[2], found) == (("3", "x"), set())


def test_titles_above_the_header(desk, tmp_path):
    name = put(tmp_path, "东江一院患者表\n导出：张主任\n\nid,name\n1,a\n2,b\n3,c,d\n4,e\n")
    rows, refused, found = read(desk, name)
    assert rows == [("1", "a"), ("2", "b"), ("4", "e")]
    assert refused == [(7, "width")]
    assert ("migration.text_titles", 2) in found


def test_one_column_whose_texts_have_commas(desk, tmp_path):
    with desk.source(put(tmp_path, "name\na,b\nc\n")) as source:
        (table,), _ = source.tables(Silent())
    assert [column.name for column in table.columns] == ["name"]


@pytest.mark.parametrize("body", ["a,b\n", "a,b", "a,b\r\n\r\n"])
def test_a_header_alone(desk, tmp_path, body):
    assert read(desk, put(tmp_path, body)) == ([], [], set())
