"""In from Excel: everything is checked and shown first, then all of it is taken or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from openpyxl.utils import get_column_letter

from luodi.evidence.errors import WrongUse
from luodi.workbench.core.models import PendingImport, User
from luodi.workbench.core.pages.workbook import Sheet
from luodi.workbench.core.wording import worded

Fields = Mapping[str, forms.Field]
Values = Mapping[str, Any]
WAITS = timedelta(hours=1)
"""How long a checked workbook waits for its yes."""


@dataclass(frozen=True)
class Wrong:
    """A cell that cannot be taken, by the name Excel gives it."""

    cell: str
    heading: str
    value: str
    why: str


@dataclass(frozen=True)
class Checked:
    """A sheet, checked: the values of its lines where nothing is wrong."""

    lines: tuple[Values, ...]
    wrong: tuple[Wrong, ...]
    count: int


class Named(forms.Field):
    """A record that is named in the cell; all of them are looked up at once."""

    def __init__(self, records: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.records = records

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        if text not in self.records:
            raise ValidationError(worded("workbench.core.pages.not_known"), code="not_known")
        return self.records[text]


@dataclass(frozen=True)
class Import:
    """How a list takes rows in.

    Parameters
    ----------
    fields : callable
        Form fields by name, for a request; their labels are the headings of the sheet.
    save : callable
        Keep the checked lines, as somebody; runs in a transaction, tells how many are new.
    check : callable
        What no single cell shows: yields number of the line, name of the field, what is wrong.
    allowed : callable
        Whether this reader may.
    """

    fields: Callable[[Any], Fields]
    save: Callable[[Any, Sequence[Values]], int]
    check: Callable[[Any, Sequence[Values]], Iterable[tuple[int, str, str]]] = lambda r, lines: ()
    allowed: Callable[[Any], bool] = lambda request: True

    def checked(self, request: Any, sheet: Sheet) -> Checked:
        """Check every cell; everything that is wrong is named, not only the first.

        Raises
        ------
        WrongUse
            ``no_column``: a column that has to be there is not.
        """
        fields = self.fields(request)
        places = _places(fields, sheet.headings)
        words = {name: _by_word(field) for name, field in fields.items()}
        lines, wrong = [], []
        for number, texts in sheet.lines:
            line: dict[str, Any] = {}
            for name, field in fields.items():
                place = places.get(name, -1)
                text = texts[place] if 0 <= place < len(texts) else ""
                try:
                    line[name] = field.clean(words[name].get(text, text))
                except ValidationError as error:
                    spot = f"{get_column_letter(max(place, 0) + 1)}{number}"
                    why = " ".join(error.messages)
                    wrong.append(Wrong(spot, str(field.label), text[:80], why))
            lines.append(line)
        if not wrong:
            wrong = list(self._across(request, sheet, fields, places, lines))
        return Checked(tuple(lines), tuple(wrong), len(sheet.lines))

    def _across(
        self,
        request: Any,
        sheet: Sheet,
        fields: Fields,
        places: Mapping[str, int],
        lines: Sequence[Values],
    ) -> Iterator[Wrong]:
        for index, name, why in self.check(request, lines):
            number, texts = sheet.lines[index]
            place = places.get(name, 0)
            text = texts[place] if place < len(texts) else ""
            spot = f"{get_column_letter(place + 1)}{number}"
            yield Wrong(spot, str(fields[name].label), text[:80], why)

    def take(self, request: Any, pending: PendingImport) -> int:
        """Take in what was shown, checked once more: all of it or nothing.

        Raises
        ------
        WrongUse
            ``changed_meanwhile``: it is no longer right.
        """
        with transaction.atomic():
            checked = self.checked(request, sheet_of(pending))
            if checked.wrong:
                raise WrongUse("workbench.core.pages.changed_meanwhile")
            taken = self.save(request, checked.lines)
            pending.delete()
        return taken


def _places(fields: Fields, headings: Sequence[str]) -> dict[str, int]:
    found = {heading: place for place, heading in reversed(list(enumerate(headings)))}
    places = {
        name: found[str(field.label)] for name, field in fields.items() if str(field.label) in found
    }
    missing = [
        str(field.label) for name, field in fields.items() if field.required and name not in places
    ]
    if missing:
        raise WrongUse("workbench.core.pages.no_column", {"columns": tuple(missing)})
    return places


def _by_word(field: forms.Field) -> dict[str, str]:
    """A cell says the word of a choice, the field wants its value."""
    if not isinstance(field, forms.ChoiceField):
        return {}
    choices: Any = field.choices
    return {str(word): str(value) for value, word in choices}


def set_aside(user: User, page: str, name: str, sheet: Sheet) -> PendingImport:
    """Keep a sheet until its owner says yes; those that nobody spoke about go."""
    PendingImport.objects.filter(made__lt=timezone.now() - WAITS).delete()
    lines = [[number, list(texts)] for number, texts in sheet.lines]
    return PendingImport.objects.create(
        user=user, page=page, name=name[:120], headings=list(sheet.headings), lines=lines
    )


def sheet_of(pending: PendingImport) -> Sheet:
    """The sheet that was set aside."""
    lines = tuple((number, tuple(texts)) for number, texts in pending.lines)
    return Sheet(tuple(pending.headings), lines)
