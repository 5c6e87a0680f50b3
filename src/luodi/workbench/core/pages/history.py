"""The history of a record: who changed which value when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db.models import Field, ForeignKey

from luodi.workbench.core.wording import worded

SHOWN = 100
_OURS = {"version", "created", "created_by", "changed", "changed_by"}


@dataclass(frozen=True)
class Value:
    """A field's value before and after."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One change of a record."""

    kind: str
    when: datetime
    who: str
    values: tuple[Value, ...]


def changes(record: Any) -> tuple[Change, ...]:
    """The last changes, newest first; () where a model keeps none."""
    if not hasattr(record, "history"):
        return ()
    kept = list(record.history.select_related("history_user")[: SHOWN + 1])
    found = [
        Change(new.history_type, new.history_date, _who(new), _values(old, new))
        for new, old in pairwise([*kept, None])
        if new is not None
    ]
    return tuple(each for each in found[:SHOWN] if each.values or each.kind != "~")


def _who(entry: Any) -> str:
    return entry.history_user.name if entry.history_user else ""


def _values(old: Any, new: Any) -> tuple[Value, ...]:
    if old is None or new.history_type == "-":
        return ()
    tracked = [each for each in type(new).tracked_fields if each.name not in _OURS]
    return tuple(
        Value(str(field.verbose_name), before, after)
        for field in tracked
        if getattr(old, field.attname) != getattr(new, field.attname)
        for before, after in [(_said(field, old), _said(field, new))]
    )


def _said(field: Field[Any, Any], entry: Any) -> str:
    value = getattr(entry, field.attname)
    if value is None or value == "":
        return "—"
    if isinstance(field, ForeignKey):
        found = field.related_model._base_manager.filter(pk=value).first()
        return str(found) if found else worded("workbench.core.pages.gone_record")
    if field.choices:
        flat: Any = field.flatchoices
        return str(dict(flat).get(value, value))
    if isinstance(value, bool):
        return worded("workbench.core.pages.yes" if value else "workbench.core.pages.no")
    return str(value)
