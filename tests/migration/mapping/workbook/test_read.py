"""What people and Excel do to a workbook: read where it can be, named by cell where it cannot."""

from datetime import date

import openpyxl
import pytest

from luodi.evidence.errors import LuodiError
from luodi.migration.mapping.read import read_book
from luodi.migration.mapping.workbook.read import read_workbook
from luodi.migration.mapping.workbook.write import workbook_bytes


@pytest.fixture
def edited(folder, tmp_path, catalogues):
    """The sample's workbook after `edit`."""

    def read(edit):
        path = tmp_path / "对照.xlsx"
        path.write_bytes(workbook_bytes(read_book(folder), {}, catalogues))
        file = openpyxl.load_workbook(path)
        edit(file)
        file.save(path)
        return read_workbook(path)

    return read


def refused(edited, edit):
    with pytest.raises(LuodiError) as error:
        edited(edit)
    return error.value.code.removeprefix("migration.map_"), error.value.params


def put(sheet, cell, value):
    def edit(file):
        file[sheet][cell] = value

    return edit


def test_it_works(edited):
    sent = edited(put("患者", "K2", "trim | half_width | require"))
    rule = sent.book.mapping("patients").feeds[0].columns[0]
    assert [step.__struct_config__.tag for step in rule.steps] == ["trim", "half_width", "require"]


def test_an_unused_column_gets_a_rule(edited):
    """The workbook lists source columns that nothing is made of; naming a target maps one."""

    def edit(file):
        sheet = file["患者"]
        line = next(row for row in sheet.iter_rows(min_row=2) if row[2].value == "phone_no")
        line[6].value, line[10].value = "name2", "trim"

    assert edited(edit).book.mapping("patients").feeds[0].columns[-1].to == "name2"


def test_columns_in_another_order(folder, edited):
    def edit(file):
        for sheet in file.worksheets[:-1]:
            rows = [list(row) for row in sheet.iter_rows(values_only=True)]
            for n, row in enumerate(rows, 1):
                for m, value in enumerate(reversed(row), 1):
                    sheet.cell(n, m).value = value

    assert edited(edit).book == read_book(folder)


def test_a_title_in_one_language(folder, edited):
    assert edited(put("患者", "K1", "规则")).book == read_book(folder)
    assert edited(put("患者", "K1", "RULE")).book == read_book(folder)


def test_columns_of_their_own(folder, edited):
    def edit(file):
        file["患者"].insert_cols(1)
        file["患者"]["A1"] = "备注"

    assert edited(edit).book == read_book(folder)


@pytest.mark.parametrize(
    ("edit", "code", "params"),
    [
        (put("患者", "K1", "规测"), "workbook_header", {"near": "规测", "count": 0}),
        (put("患者", "L1", "规则"), "workbook_header", {"count": 2}),
        (put("患者", "K2", "trmi"), "rule_operation", {"sheet": "患者", "cell": "K2"}),
        (put("患者", "K2", "pad("), "rule_expected", {"cell": "K2", "place": 5}),
        (put("患者", "G2", "a, b"), "workbook_cell", {"cell": "G2"}),
        (put("患者", "G3", None), "workbook_target", {"cell": "G3"}),
        (put("患者", "A3", "nobody"), "workbook_feed", {"feed": "nobody"}),
        (put("数据流", "A2", "nobody"), "workbook_feed", {"feed": "patient"}),
        (put("数据流", "H2", "serial"), "workbook_cell", {"cell": "H2"}),
        (put("数据流", "B2", "Patient"), "workbook_cell", {"cell": "B2"}),
        (put("数据流", "I2", "a in 1"), "rule_expected", {"cell": "I2"}),
        (put("不迁范围", "A2", "nobody"), "workbook_domain", {"domain": "nobody"}),
        (put("不迁范围", "E2", "a ="), "rule_expected", {"cell": "E2"}),
        (put("字典 sex", "A3", "1"), "workbook_twice", {"cell": "A3"}),
        (put("字典 sex", "E3", "done"), "workbook_cell", {"cell": "E3"}),
        (put("字典 sex", "A3", date(2026, 1, 2)), "workbook_date", {"cell": "A3"}),
        (put("字典 sex", "C3", "#REF!"), "workbook_error", {"cell": "C3"}),
        (put("总览", "A3", "patients"), "workbook_twice", {"cell": "A3"}),
    ],
)
def test_trouble_by_cell(edited, edit, code, params):
    found, said = refused(edited, edit)
    assert found == code
    assert params.items() <= said.items()


def test_a_renamed_sheet(edited):
    def edit(file):
        file["患者"].title = "病人"

    assert refused(edited, edit) == ("workbook_sheet", {"sheet": "患者", "present": ("病人",)})


def test_a_sheet_of_ours_is_missing(edited):
    def edit(file):
        del file["_luodi"]

    assert refused(edited, edit)[0] == "workbook_foreign"


def test_numbers(edited):
    """Excel makes a number of what looks like one: it is read, and said."""
    sent = edited(put("字典 sex", "A3", 7))
    assert sent.book.dictionary("sex").entries[1].source_value == "7"
    assert [(f.code, f.params["cells"]) for f in sent.findings] == [
        ("migration.map_workbook_numbers", "A3")
    ]
    assert edited(put("字典 sex", "A3", 7.0)).book.dictionary("sex").entries[1].source_value == "7"


def test_a_note_that_goes_nowhere(edited):
    def edit(file):
        sheet = file["患者"]
        line = next(row for row in sheet.iter_rows(min_row=2) if row[2].value == "phone_no")
        line[11].value = "不要"

    assert [f.code for f in edited(edit).findings] == ["migration.map_workbook_notes"]


def test_a_line_of_blanks(folder, edited):
    assert edited(put("字典 sex", "F40", "")).book == read_book(folder)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"source\ttarget\n"])
def test_no_workbook(tmp_path, data):
    path = tmp_path / "x.xlsx"
    path.write_bytes(data)
    with pytest.raises(LuodiError) as error:
        read_workbook(path)
    assert error.value.code == "migration.map_workbook_broken"
