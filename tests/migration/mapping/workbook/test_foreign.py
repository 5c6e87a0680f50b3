"""A workbook that other programs read and save: nothing is lost, or the cell is named."""

import io
import re
import zipfile
from html import escape

import openpyxl
import pytest
import python_calamine

from luodi.evidence.errors import LuodiError
from luodi.migration.mapping.model import Book, Dictionary, Entry
from luodi.migration.mapping.read import read_book
from luodi.migration.mapping.workbook.read import read_workbook
from luodi.migration.mapping.workbook.write import workbook_bytes

AWKWARD = ("007", "1e5", "2024-01-31", "=1+1", "'x", '"q"', " 空格 ", "_x000D_", "a\r\nb", "1.0")


def sample(folder):
    """The sample's book, with values that spreadsheets like to change."""
    book = read_book(folder)
    entries = tuple(Entry(source_value=value) for value in AWKWARD)
    return Book(
        mappings=book.mappings,
        dictionaries=(*book.dictionaries, Dictionary(name="awkward", entries=entries)),
    )


@pytest.fixture
def saved(folder, tmp_path, catalogues):
    """The sample's workbook after `edit` of its parts (name to text), as it is read back."""

    def through(edit):
        data = workbook_bytes(sample(folder), {}, catalogues)
        path = tmp_path / "对照.xlsx"
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(path, "w") as new:
            parts = {name: old.read(name).decode() for name in old.namelist()}
            for name, text in edit(parts).items():
                new.writestr(name, text)
        return read_workbook(path)

    return through


def sheets(edit):
    """An edit of every sheet's XML."""

    def apply(parts):
        return {
            name: edit(text) if name.startswith("xl/worksheets/sheet") else text
            for name, text in parts.items()
        }

    return apply


def test_another_reader_sees_the_same(folder, catalogues):
    data = workbook_bytes(sample(folder), {}, catalogues)
    ours = openpyxl.load_workbook(io.BytesIO(data))
    theirs = python_calamine.load_workbook(io.BytesIO(data))
    assert theirs.sheet_names == ours.sheetnames
    for title in ours.sheetnames:
        mine = [["" if cell is None else cell for cell in row] for row in ours[title].values]
        assert theirs.get_sheet_by_name(title).to_python(skip_empty_area=False) == mine, title


def test_saved_as_another_program_writes_it(saved, folder):
    """Every cell an inline string, no styles, no sizes: as small libraries write workbooks."""

    def edit(parts):
        shared = re.findall(r"<si>(.*?)</si>", parts.get("xl/sharedStrings.xml", ""), re.DOTALL)

        def inline(cell):
            text = shared[int(cell[2])]
            return f'<c r="{cell[1]}" t="inlineStr"><is>{text}</is></c>'

        def plain(text):
            text = re.sub(r'<c r="(\w+)"[^>]*? t="s"[^>]*?><v>(\d+)</v></c>', inline, text)
            return re.sub(r"<dimension [^>]*/>", "", text)

        return sheets(plain)(parts)

    assert saved(edit).book == sample(folder)


def test_a_size_that_is_wrong(saved, folder):
    def edit(text):
        return re.sub(r'<dimension ref="[^"]*"/>', '<dimension ref="A1"/>', text)

    assert saved(sheets(edit)).book == sample(folder)


def test_hidden_rows_and_filters_take_nothing_away(saved, folder):
    def edit(text):
        return re.sub(r'<row r="2"', '<row hidden="1" r="2"', text)

    assert saved(sheets(edit)).book == sample(folder)


def test_rows_of_nothing_at_the_end(saved, folder):
    """People format a thousand rows ahead; the file then holds them all, empty."""

    def edit(text):
        rows = "".join(f'<row r="{n}"><c r="A{n}"/><c r="ZZ{n}"/></row>' for n in range(900, 999))
        return text.replace("</sheetData>", f"{rows}</sheetData>")

    assert saved(sheets(edit)).book == sample(folder)


def test_rows_without_numbers(saved, folder):
    """The places of rows may be left out where none is skipped (ECMA-376, 18.3.1.73)."""

    def edit(text):
        return re.sub(r'<row r="\d+"', "<row", text)

    assert saved(sheets(edit)).book == sample(folder)


# --- through openpyxl, as people edit -------------------------------------------------------------


@pytest.fixture
def edited(folder, tmp_path, catalogues):
    def through(edit):
        file = openpyxl.load_workbook(io.BytesIO(workbook_bytes(sample(folder), {}, catalogues)))
        edit(file)
        path = tmp_path / "对照.xlsx"
        file.save(path)
        return read_workbook(path)

    return through


def test_sheets_in_another_order(edited, folder):
    def edit(file):
        file.move_sheet("总览", 3)

    assert edited(edit).book == sample(folder)


def refused(edited, edit):
    with pytest.raises(LuodiError) as caught:
        edited(edit)
    for lang in ("zh", "en"):
        assert caught.value.text(lang)
        assert caught.value.next_step(lang)
    return caught.value.code.removeprefix("migration.map_workbook_"), caught.value.params


def test_merged_cells_are_named(edited):
    """All but the first of them are empty: the second row would map nothing to something."""

    def edit(file):
        file["字典 awkward"].merge_cells("A3:A4")

    assert refused(edited, edit) == ("merged", {"sheet": "字典 awkward", "cell": "A3"})


def test_a_merged_note_on_a_sheet_of_their_own(edited, folder):
    def edit(file):
        sheet = file.create_sheet("备忘")
        sheet["A1"] = "给药剂科"
        sheet.merge_cells("A1:C1")

    assert edited(edit).book == sample(folder)


@pytest.mark.parametrize("formula", ["=VLOOKUP(A2,Sheet2!A:B,2,0)", "=A2", '="1"'])
def test_a_formula_is_named(edited, formula):
    def edit(file):
        file["字典 awkward"]["C3"] = formula

    assert refused(edited, edit) == ("formula", {"sheet": "字典 awkward", "cell": "C3"})


def test_numbers_typed_over_codes_are_told(edited):
    """007 typed into a cell that is no text comes back as 7: it is read, and said where."""

    def edit(file):
        cell = file["字典 awkward"]["A2"]
        cell.number_format, cell.value = "General", 7

    sent = edited(edit)
    assert sent.book.dictionary("awkward").entries[0].source_value == "7"
    (finding,) = sent.findings
    assert (finding.code, finding.params["cells"]) == ("migration.map_workbook_numbers", "A2")


def test_a_sign_of_excel_for_a_line_end(edited):
    def edit(file):
        file["字典 awkward"]["A2"] = escape("甲_x000D_\n乙")

    entries = edited(edit).book.dictionary("awkward").entries
    assert "乙" in entries[0].source_value
