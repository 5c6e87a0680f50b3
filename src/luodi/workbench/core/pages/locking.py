"""The second of two editors: nothing is overwritten that they have not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models, transaction

from luodi.workbench.core.models import User
from luodi.workbench.core.pages.columns import text
from luodi.workbench.core.wording import worded


class Changed(Exception):
    """Somebody else changed the record meanwhile; `current` is what it is now."""

    def __init__(self, current: Any) -> None:
        super().__init__(str(current.pk))
        self.current = current


class Gone(Exception):
    """Somebody else deleted the record meanwhile."""


@dataclass(frozen=True)
class Difference:
    """A field whose value is not what this editor typed."""

    label: str
    theirs: str
    mine: str


def check(record: Any, seen: int) -> None:
    """Lock the row, and make sure that it is still the version that was seen.

    Raises
    ------
    Changed, Gone
    """
    rows = type(record)._default_manager.select_for_update()
    current = rows.filter(pk=record.pk).first()
    if current is None:
        raise Gone
    if current.version != seen:
        raise Changed(current)


def keep(record: Any, by: User, seen: int | None) -> None:
    """Save a record as the next version of the one that was seen, and who did it.

    Raises
    ------
    Changed, Gone
    """
    with transaction.atomic():
        if record.pk is not None:
            check(record, seen or 0)
            record.version += 1
        elif hasattr(record, "created_by_id"):
            record.created_by = by
        if hasattr(record, "changed_by_id"):
            record.changed_by = by
        record._history_user = by
        record.save()


def remove(record: Any, by: User, seen: int | None) -> None:
    """Delete a record that is still as it was seen.

    Raises
    ------
    Changed, Gone
    django.db.models.ProtectedError
        Something still stands on it.
    """
    with transaction.atomic():
        check(record, seen or 0)
        record._history_user = by
        record.delete()


def differences(form: forms.ModelForm[Any], current: models.Model) -> tuple[Difference, ...]:
    """Where what was typed is not what stands there now."""
    found = []
    for name in form.fields:
        if name not in form.cleaned_data or not hasattr(current, name):
            continue
        theirs, mine = getattr(current, name), form.cleaned_data[name]
        if theirs != mine:
            label = str(form[name].label)
            found.append(Difference(label, _said(form, name, theirs), _said(form, name, mine)))
    return tuple(found)


def _said(form: forms.ModelForm[Any], name: str, value: object) -> str:
    """A value as its field says it."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        choices: Any = field.choices
        return str(dict(choices).get(value, value))
    if isinstance(value, bool):
        return worded("workbench.core.pages.yes" if value else "workbench.core.pages.no")
    return "—" if value is None or value == "" else str(text.cell(value))
