"""Workbooks as a source."""

import datetime

import openpyxl
import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent


def book(path, rows, title="药品", merged=()):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    made.save(path)
    return made


def codes(desk, name):
    with desk.source(name) as source:
        return {(f.code, f.count) for f in source.tables(Silent())[1]}


def test_it_works(desk, tmp_path):
    book(
        tmp_path / "drugs.xlsx",
        [
            ["编号", "名称", "单价", "建档", "在用"],
            [1, "阿莫西林 ", 12.5, datetime.datetime(2024, 3, 4, 8, 0), True],  # noqa: DTZ001
            ["0002", None, 1e-7, datetime.date(2024, 3, 4), False],
            [None] * 5,
            [20240304123456, "x", -3, "2024/3/4", "是"],
        ],
    )
    assert desk.rows("drugs.xlsx", "药品") == [
        (1, "1", "阿莫西林 ", "12.5", "2024-03-04 08:00:00", "TRUE"),
        (2, "0002", None, "1e-07", "2024-03-04", "FALSE"),
        (3, "20240304123456", "x", "-3", "2024/3/4", "是"),
    ]


def test_titles_and_merged_headers(desk, tmp_path):
    book(
        tmp_path / "p.xlsx",
        [
            ["东江一院患者表"],
            ["编号", "联系方式", None, "备注"],
            [None, "电话", "地址", None],
            [1, "010", "北京", None],
        ],
        merged=["A1:D1", "B2:C2", "A2:A3", "D2:D3"],
    )
    with desk.extracted("p.xlsx") as (workspace, connected, _):
        (table,) = connected.result.tables
        names = [column.name for column in table.columns]
        assert names == ["编号", "联系方式_电话", "联系方式_地址", "备注"]
        assert workspace.db.execute('SELECT * FROM old."药品"').fetchall() == [
            (1, "1", "010", "北京", None)
        ]
        assert [f.code for f in connected.findings] == ["migration.excel_titles"]


def test_a_sheet_that_begins_elsewhere(desk, tmp_path):
    made = openpyxl.Workbook()
    sheet = made.active
    for place, value in {"C3": "a", "D3": "b", "C4": 1, "D4": 2}.items():
        sheet[place] = value
    made.save(tmp_path / "p.xlsx")
    assert desk.rows("p.xlsx", "Sheet") == [(1, "1", "2")]


def test_hidden_sheets_formulas_errors_and_long_numbers(desk, tmp_path):
    made = book(tmp_path / "x.xlsx", [["a", "b"], [1, "=A2+1"], [123456789012345678, "#N/A"]])
    hidden = made.create_sheet("藏")
    hidden.append(["c"])
    hidden.append([1])
    hidden.sheet_state = "hidden"
    made.save(tmp_path / "x.xlsx")
    assert codes(desk, "x.xlsx") == {
        ("migration.excel_formula", 1),
        ("migration.excel_error", 1),
        ("migration.excel_long_number", 1),
        ("migration.excel_hidden", 1),
    }


def test_a_formula_that_was_calculated_is_its_value(desk, tmp_path):
    """As Excel saves it: the formula and beside it what it came to."""
    import zipfile

    book(tmp_path / "raw.xlsx", [["a"], ["=1+1"]])
    with (
        zipfile.ZipFile(tmp_path / "raw.xlsx") as old,
        zipfile.ZipFile(tmp_path / "x.xlsx", "w") as new,
    ):
        for item in old.infolist():
            data = old.read(item)
            data = data.replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>")
            new.writestr(item, data)
    assert desk.rows("x.xlsx", "药品") == [(1, "2")]
    assert codes(desk, "x.xlsx") == set()


def test_columns_without_a_name_or_with_the_same(desk, tmp_path):
    book(tmp_path / "x.xlsx", [["a", None, "A", "b"], [1, 2, 3, 4]])
    with desk.extracted("x.xlsx") as (_, connected, _):
        (table,) = connected.result.tables
    assert [column.name for column in table.columns] == ["a", "column_2", "A_3", "b"]


def test_a_folder_of_workbooks(desk, tmp_path):
    book(tmp_path / "one.xlsx", [["a"], [1]])
    made = book(tmp_path / "two.xlsx", [["a"], [1]])
    made.create_sheet("其他").append(["b"])
    made.save(tmp_path / "two.xlsx")
    (tmp_path / "~$two.xlsx").write_bytes(b"lock")
    with desk.source(tmp_path) as source:
        names = {table.name for table in source.tables(Silent())[0]}
    assert names == {"one", "two.药品", "two.其他"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "migration.file_damaged"),
        (b"PK\x03\x04 no zip", "migration.file_damaged"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "migration.file_damaged"),
    ],
)
def test_no_workbook_at_all(desk, tmp_path, data, code):
    (tmp_path / "x.xlsx").write_bytes(data)
    with pytest.raises(LuodiError) as caught, desk.source("x.xlsx"):
        pass
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (b"<html><table><tr><td>1</td></tr></table>", "migration.file_really_html", ".xlsx"),
        ("编号\t姓名\r\n1\t张三\r\n".encode("gbk"), "migration.file_really_text", "csv:"),
    ],
)
def test_what_systems_call_a_workbook(desk, tmp_path, data, code, said):
    (tmp_path / "x.xls").write_bytes(data)
    with pytest.raises(LuodiError) as caught, desk.source("x.xls"):
        pass
    assert caught.value.code == code
    assert said in caught.value.next_step("zh")


def test_text_that_is_called_a_workbook_can_be_read_as_text(desk, tmp_path):
    (tmp_path / "x.xls").write_bytes("编号\t姓名\r\n1\t张三\r\n".encode("gbk"))
    assert desk.rows("csv:x.xls", "x") == [(1, "1", "张三")]


def test_merged_cells_among_the_rows(desk, tmp_path):
    book(tmp_path / "x.xlsx", [["a", "b"], ["内科", 1], [None, 2]], merged=["A2:A3"])
    assert codes(desk, "x.xlsx") == {("migration.excel_merged", 1)}


def test_an_identity_number_that_lost_its_digits(desk, tmp_path):
    book(tmp_path / "x.xlsx", [["name", "ID_NO"], ["张", 110105194912310021], ["王", "007"]])
    with desk.extracted("x.xlsx") as (workspace, connected, outcome):
        found = workspace.db.execute('SELECT ID_NO FROM old."药品"').fetchall()
    assert found[1] == ("007",)
    for one in (connected, outcome):
        (said,) = one.findings
        assert (said.code, said.params["column"]) == ("migration.excel_long_number", "ID_NO")
        assert one.verdict == "fail"


def test_hours_beyond_a_day_and_the_calendar_of_1904(desk, tmp_path):
    made = openpyxl.Workbook()
    made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = made.active
    sheet.append(["a", "b"])
    moment = datetime.datetime.fromisoformat("2024-03-04 08:00:00")
    sheet.append([moment, datetime.timedelta(hours=30, minutes=5)])
    made.save(tmp_path / "x.xlsx")
    assert desk.rows("x.xlsx", "Sheet") == [(1, "2024-03-04 08:00:00", "30:05:00")]


# --- xls, as Excel 97 to 2003 wrote it ------------------------------------------------------------


def old_book(path, rows, *, dates_1904=False, merged=(), hidden=False):
    import xlwt

    made = xlwt.Workbook()
    made.dates_1904 = dates_1904
    sheet = made.add_sheet("药品")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, datetime.datetime):
                sheet.write(number, place, value, day)
            elif value is not None:
                sheet.write(number, place, value)
    for area in merged:
        sheet.merge(*area)
    if hidden:
        other = made.add_sheet("藏")
        other.write(0, 0, "c")
        other.write(1, 0, 1)
        other.visibility = 1
    made.save(str(path))


@pytest.mark.parametrize("dates_1904", [False, True])
def test_xls(desk, tmp_path, dates_1904):
    moment = datetime.datetime.fromisoformat("2024-03-04 08:00:00")
    rows = [
        ["编号", "名称", "单价", "建档"],
        [1, "阿莫西林 ", 12.5, moment],
        ["0002", None, -3, None],
    ]
    old_book(tmp_path / "x.xls", rows, dates_1904=dates_1904)
    assert desk.rows("x.xls", "药品") == [
        (1, "1", "阿莫西林 ", "12.5", "2024-03-04 08:00:00"),
        (2, "0002", None, "-3", None),
    ]


def test_xls_with_what_workbooks_have(desk, tmp_path):
    old_book(
        tmp_path / "x.xls",
        [["a", "b"], ["内科", 110105194912310021.0], [None, 2]],
        merged=[(1, 2, 0, 0)],
        hidden=True,
    )
    found = codes(desk, "x.xls")
    assert ("migration.excel_hidden", 1) in found
    assert ("migration.excel_long_number", 1) in found


def test_an_empty_workbook(desk, tmp_path):
    book(tmp_path / "x.xlsx", [])
    with pytest.raises(LuodiError) as caught, desk.source("x.xlsx"):
        pass
    assert caught.value.code == "migration.file_empty"


@pytest.mark.slow
def test_the_legacy_his(desk, legacy_his, tmp_path):
    legacy_his.into_xlsx(tmp_path / "his.xlsx")
    with desk.extracted("his.xlsx") as (_, connected, outcome):
        assert (connected.result.rows, outcome.result.rows) == (33296, 33296)
