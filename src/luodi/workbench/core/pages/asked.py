"""What one request asks of a list: filters, order, columns, page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from luodi.workbench.core.access import signed_in
from luodi.workbench.core.models import ChosenColumns
from luodi.workbench.core.pages.columns import Column
from luodi.workbench.core.pages.filters import Filter


@dataclass(frozen=True)
class Heading:
    """The heading of a column: what it is sorted by when pressed, and how it is sorted now."""

    title: str
    sort: str
    direction: str
    numeric: bool


@dataclass(frozen=True)
class Row:
    """A row as it stands in the table: its key, and its cells, drawn."""

    key: Any
    cells: str


def narrowed(
    records: QuerySet[Any], filters: Sequence[Filter], asked: Mapping[str, str]
) -> QuerySet[Any]:
    """The records that every filter lets through."""
    for each in filters:
        records = each.narrow(records, asked)
    return records


def ordered(
    records: QuerySet[Any], columns: Sequence[Column], asked: str, default: tuple[str, ...]
) -> QuerySet[Any]:
    """The records in the order asked for, which is the same on every page: keys break ties."""
    by = asked.removeprefix("-")
    if by and by in {column.order for column in columns}:
        order = (asked, *(each for each in default if each.lstrip("-") != by))
    else:
        order = default
    last = "-pk" if order and order[-1].startswith("-") else "pk"
    return records.order_by(*order, last)


def headings(columns: Sequence[Column], model: type[Model], asked: str) -> tuple[Heading, ...]:
    """The headings; pressing the one that is sorted by turns it round."""
    made = []
    for column in columns:
        by = column.order
        direction = {by: "ascending", f"-{by}": "descending"}.get(asked, "") if by else ""
        press = f"-{by}" if direction == "ascending" else by
        made.append(Heading(column.heading(model), press, direction, column.show.numeric))
    return tuple(made)


def rows(
    records: Sequence[Model], columns: Sequence[Column], heads: Sequence[Heading]
) -> tuple[Row, ...]:
    """Draw the rows; a cell carries its heading for the cards of a phone."""
    begin = [
        format_html('<td{} data-label="{}">', _NUMERIC if head.numeric else "", head.title)
        for head in heads
    ]
    drawn = list(zip(begin, columns, strict=True))
    # What a column answers is escaped (`Column.html`); joined here, since a template that asks
    # every cell what it is takes several times as long.
    return tuple(
        Row(
            each.pk,
            mark_safe("".join(f"{cell}{column.html(each)}</td>" for cell, column in drawn)),
        )
        for each in records
    )


_NUMERIC = mark_safe(' class="num"')


def chosen(request: HttpRequest, key: str, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns this reader wants; those that are shown by default until they have chosen."""
    kept = ChosenColumns.objects.filter(user=signed_in(request), page=key).first()
    wanted = set(kept.names) if kept else {each.name for each in columns if each.shown}
    return tuple(each for each in columns if each.name in wanted) or tuple(columns[:1])


def choose(request: HttpRequest, key: str, columns: Sequence[Column], names: list[str]) -> None:
    """Keep what the reader chose; choosing nothing forgets the choice."""
    user, known = signed_in(request), {each.name for each in columns}
    wanted = [name for name in names if name in known]
    if wanted:
        ChosenColumns.objects.update_or_create(user=user, page=key, defaults={"names": wanted})
    else:
        ChosenColumns.objects.filter(user=user, page=key).delete()
