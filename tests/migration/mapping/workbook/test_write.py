"""The workbook: every mapping comes back from it as it went in."""

import io

import msgspec
import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from luodi.evidence.errors import LuodiError
from luodi.migration.mapping.model import Book, Dictionary, Entry
from luodi.migration.mapping.read import read_book
from luodi.migration.mapping.workbook.read import read_workbook
from luodi.migration.mapping.workbook.write import workbook_bytes
from mapping_strategies import books


def opened(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def entries(*values):
    return Book(
        dictionaries=(
            Dictionary(name="d", entries=tuple(Entry(source_value=value) for value in values)),
        )
    )


@pytest.fixture
def back(tmp_path):
    """A book as it comes back from a workbook."""

    def through(book, edit=None):
        path = tmp_path / "对照.xlsx"
        path.write_bytes(workbook_bytes(book, {}))
        if edit:
            file = openpyxl.load_workbook(path)
            edit(file)
            file.save(path)
        return read_workbook(path)

    return through


def test_it_works(folder, catalogues, back):
    book = read_book(folder)
    file = opened(
        workbook_bytes(book, {}, catalogues, {("old_his", "pms_patient", "name"): "汉×3"})
    )
    assert file.sheetnames == [
        "总览",
        "数据流",
        "患者",
        "字典目录",
        "字典 sex",
        "不迁范围",
        "_luodi",
    ]
    assert file["_luodi"].sheet_state == "veryHidden"
    sheet = file["患者"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:L7")
    assert [cell.value for cell in sheet[2]] == [
        "patient",
        "pms_patient",
        "name",
        "姓名",
        "varchar(64)",
        "汉×3",
        "name",
        None,
        "varchar(64)",
        "是",
        "trim | require",
        None,
    ]
    assert [cell.value for cell in sheet[6]][2] == "id"  # not yet used
    assert file["数据流"].data_validations.dataValidation[0].formula1.startswith('"source,')
    assert back(book).book == book


@pytest.mark.slow
@settings(
    max_examples=25,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking a book takes minutes
)
@given(book=books())
def test_every_mapping_comes_back(tmp_path_factory, book):
    path = tmp_path_factory.mktemp("book") / "对照.xlsx"
    path.write_bytes(workbook_bytes(book, {"mapping/a.toml": "0" * 64}))
    sent = read_workbook(path)
    assert sent.book == book
    assert sent.digests == {"mapping/a.toml": "0" * 64}
    assert sent.findings == ()


SPOILT = [
    "007",
    "1-2",
    "1e5",
    "TRUE",
    "=1+1",
    "+86",
    "-",
    "@x",
    "'quoted",
    '"json"',
    '"',
    "＝1",
    "#REF!",
    "a\x01b",
    "a\r\nb",
    "_x000D_",
    " blank ",
    "\t",
    "",
    "\ufffe",
    "龥𠮷",
    "a" * 32767,
]


def test_what_excel_would_spoil(back):
    assert back(entries(*SPOILT)).book == entries(*SPOILT)


def test_after_excel_saved_it(back):
    """Another program reads and writes the file in between."""
    sent = back(entries(*SPOILT), edit=lambda file: None)
    assert sent.book == entries(*SPOILT)


def test_no_cell_is_a_formula():
    file = opened(workbook_bytes(entries("=HYPERLINK(1)", "+1", "-1", "@SUM(1)"), {}))
    for row in file["字典 d"].iter_rows(min_row=2):
        for cell in row:
            assert cell.data_type in ("s", "n")
            assert not str(cell.value or "").startswith(("=", "+", "-", "@"))


def test_a_text_that_no_cell_holds():
    with pytest.raises(LuodiError) as refused:
        workbook_bytes(entries("a" * 32768), {})
    assert refused.value.code == "migration.map_cell_long"
    assert refused.value.params["cell"] == "A2"


def test_sheets_of_any_title(folder, back):
    """Two domains of one title, longer than Excel allows and with signs it refuses."""
    mapping = read_book(folder).mapping("patients")
    title = msgspec.structs.replace(mapping.title, zh="患者[主]:*?/\\" + "长" * 40)
    book = Book(
        mappings=tuple(
            msgspec.structs.replace(mapping, domain=name, title=title) for name in ("a", "b")
        ),
        dictionaries=read_book(folder).dictionaries,
    )
    assert back(book).book == book
