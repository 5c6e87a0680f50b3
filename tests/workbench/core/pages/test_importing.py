"""Ten thousand rows with thirty-seven wrong cells: every one is named, and nothing is taken."""

import pytest
from django import forms
from openpyxl.utils import get_column_letter

from luodi.evidence.errors import WrongUse
from luodi.workbench.core.pages.importing import Import, Named
from luodi.workbench.core.pages.workbook import Sheet

FIELDS = {
    "name": forms.CharField(label="名称", max_length=20),
    "kind": forms.ChoiceField(label="类别", choices=[("a", "甲"), ("b", "乙")]),
    "count": forms.IntegerField(label="数量", min_value=0),
    "place": Named({"药房": 1, "收费处": 2}, label="科室", required=False),
}
HEADINGS = ("类别", "备注", "名称", "数量", "科室")
IMPORT = Import(lambda request: FIELDS, lambda request, lines: len(lines))


def sheet(*lines: tuple[str, ...]) -> Sheet:
    return Sheet(HEADINGS, tuple(enumerate(lines, 2)))


def test_it_works():
    checked = IMPORT.checked(None, sheet(("甲", "", "血常规", "3", "药房")))
    assert checked.wrong == ()
    assert checked.lines == ({"name": "血常规", "kind": "a", "count": 3, "place": 1},)


def test_every_wrong_cell_is_named():
    lines = [["甲", "", f"项目{n}", str(n), "药房"] for n in range(10_000)]
    spoilt = {}
    for number in range(37):
        row = 7 + number * 263
        column, wrong = [(0, "丙"), (2, "长" * 21), (3, "三"), (3, "-1"), (4, "没有")][number % 5]
        lines[row][column] = wrong
        spoilt[f"{get_column_letter(column + 1)}{row + 2}"] = wrong
    checked = IMPORT.checked(None, sheet(*map(tuple, lines)))
    assert {each.cell: each.value for each in checked.wrong} == spoilt
    assert all(each.why for each in checked.wrong)
    assert checked.count == 10_000


def test_a_missing_column_is_named():
    with pytest.raises(WrongUse) as caught:
        IMPORT.checked(None, Sheet(("名称",), ((2, ("x",)),)))
    assert caught.value.params["columns"] == ("类别", "数量")


def test_a_column_that_may_be_absent_may_be():
    headings = ("类别", "名称", "数量")
    checked = IMPORT.checked(None, Sheet(headings, ((2, ("甲", "x", "1")),)))
    assert checked.lines[0]["place"] is None
