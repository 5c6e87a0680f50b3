"""Columns: where a value is found, how it is shown on a page and in a workbook.

Cells are drawn in Python: a template that asks each of 500 cells what it is takes ten times as
long.  Everything a person may have typed is escaped here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from luodi.workbench.core.wording import worded

LONG = 60
"""Signs from which on a text is clipped to two lines, whole on hovering and in the detail."""
NOTHING = mark_safe('<span class="none">—</span>')


@dataclass(frozen=True)
class Show:
    """How a kind of value is written: as HTML, and as the cell of a workbook."""

    html: Callable[[Any], str]
    cell: Callable[[Any], object]
    numeric: bool = False


def _text(value: object) -> str:
    text = str(value)
    if len(text) <= LONG:
        return conditional_escape(text)
    return format_html('<span class="long" title="{}">{}</span>', text[:1000], text[:300])


def _moment(value: datetime) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"


def _local(value: datetime) -> datetime:
    """Excel knows no time zones: the reader's own."""
    return timezone.localtime(value).replace(tzinfo=None)


text = Show(_text, str)
brief = Show(lambda value: format_html('<span class="brief">{}</span>', value), str)
"""A name or a word that is not broken between its signs."""
code = Show(lambda value: format_html('<span class="mono">{}</span>', value), str)
moment = Show(lambda value: SafeString(f'<time class="mono">{_moment(value)}</time>'), _local)
day = Show(lambda value: SafeString(f"{value:%Y-%m-%d}"), lambda value: value)
number = Show(lambda value: SafeString(f"{value:,}"), lambda value: value, numeric=True)


def words(code_of: Callable[[object], str]) -> Show:
    """Values that the catalogue has a word for, such as ``evidence.word_kind_machine``."""
    return Show(
        lambda value: conditional_escape(worded(code_of(value))),
        lambda value: worded(code_of(value)),
    )


def pill(code_of: Callable[[object], str]) -> Show:
    """The same, as a pill in the colour of the value."""
    return Show(
        lambda value: format_html('<span class="pill {}">{}</span>', value, worded(code_of(value))),
        lambda value: worded(code_of(value)),
    )


@dataclass(frozen=True)
class Column:
    """A column.

    Parameters
    ----------
    name : str
        Where the value is, as Django writes it: ``name``, ``user__name``.
    title : str, optional
        Code of the heading; without it, the field's own name.
    value : callable, optional
        The value of a record that is no field.
    show : Show
        How it is written.
    sort : str, optional
        What is sorted by; by default the field itself, "" for nothing: what no index orders is
        sorted anew for every page, and 100,000 rows are not.
    link : callable, optional
        Address the value leads to.
    drawer : bool
        The address opens beside the list instead of in its place.
    shown : bool
        Whether it is among the columns before the reader has chosen.
    """

    name: str
    title: str = ""
    value: Callable[[Any], object] | None = None
    show: Show = text
    sort: str | None = None
    link: Callable[[Any], str] | None = None
    drawer: bool = True
    shown: bool = True

    @property
    def order(self) -> str:
        """What is sorted by; "" where nothing can be."""
        if self.sort is not None:
            return self.sort
        return "" if self.value else self.name

    def heading(self, model: type[Model]) -> str:
        """The heading, in the reader's language."""
        return worded(self.title) if self.title else str(field_of(model, self.name).verbose_name)

    def of(self, record: Model) -> object:
        """The value of a record; None where there is none."""
        if self.value:
            return self.value(record)
        *path, last = self.name.split("__")
        holder: Any = record
        for step in path:
            holder = getattr(holder, step)
            if holder is None:
                return None
        display = getattr(holder, f"get_{last}_display", None)
        return display() if display and self.show is text else getattr(holder, last)

    def html(self, record: Model) -> str:
        """The cell on a page, escaped."""
        value = self.of(record)
        if value is None or value == "":
            return NOTHING
        written = conditional_escape(self.show.html(value))
        if self.link is None or not (address := self.link(record)):
            return written
        where = mark_safe(" data-drawer") if self.drawer else ""
        return format_html('<a href="{}"{}>{}</a>', address, where, written)

    def cell(self, record: Model) -> object:
        """The cell of a workbook."""
        value = self.of(record)
        if value is None or value == "":
            return None
        written = self.show.cell(value)
        return written if isinstance(written, int | float | datetime | date) else str(written)


def field_of(model: type[Model], name: str) -> Field[Any, Any]:
    """The field at the end of a path.

    Raises
    ------
    FieldDoesNotExist
        A column without a title that is no field: a defect of the program.
    """
    *path, last = name.split("__")
    for step in path:
        related = model._meta.get_field(step).related_model
        if related is None or isinstance(related, str):
            raise FieldDoesNotExist(name)
        model = related
    found = model._meta.get_field(last)
    if not isinstance(found, Field):
        raise FieldDoesNotExist(name)
    return found
