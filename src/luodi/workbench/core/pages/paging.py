"""Pages of a list: numbered for people, and never dearer than what is shown.

``COUNT(*)`` over 100,000 visible rows costs PostgreSQL more than the page itself, so counting
stops at `COUNTED`.  A page beyond is reached by stepping on; it costs an offset on an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

PER_PAGE = 50
COUNTED = 10_000
AROUND = 2
"""Page numbers that are offered on either side of the present one."""
LAST = 20_000
"""No page behind it: a million rows are looked through with filters."""


@dataclass(frozen=True)
class Page:
    """A page of a list; `more` tells that there are more rows than were counted."""

    records: tuple[Any, ...]
    number: int
    count: int
    more: bool
    has_next: bool

    @property
    def pages(self) -> int:
        """Pages that are known of."""
        return max(1, -(-self.count // PER_PAGE))

    @property
    def first(self) -> int:
        """Place of the first row, from 1."""
        return (self.number - 1) * PER_PAGE + 1

    @property
    def last(self) -> int:
        """Place of the last row."""
        return self.first + len(self.records) - 1

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before."""
        return self.number > 1

    @property
    def previous(self) -> int:
        """The page before."""
        return self.number - 1

    @property
    def next(self) -> int:
        """The page after."""
        return self.number + 1

    @property
    def numbers(self) -> tuple[int, ...]:
        """Page numbers to offer; 0 stands for those left out."""
        near = range(max(1, self.number - AROUND), min(self.pages, self.number + AROUND) + 1)
        offered = sorted({1, self.pages, self.number, *near})
        spread: list[int] = []
        for number in offered:
            if spread and number > spread[-1] + 1:
                spread.append(0)
            spread.append(number)
        return tuple(spread)


def page_of(records: QuerySet[Any], asked: str) -> Page:
    """The page that is asked for; the first where that is no number, the last where it is too far.

    Three queries: which, how many, and the rows themselves (so that rows passed over are never
    read, only their place in the index).  A first page that is not full has been counted already.
    """
    keys: list[Any] = []
    asked_for = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    if asked_for <= 1:
        keys = _keys(records, 1)
        if len(keys) <= PER_PAGE:
            return Page(in_order(records, keys), 1, len(keys), more=False, has_next=False)
    bare = records.order_by().values("pk")
    counted = bare[: COUNTED + 1].count()
    count, more = min(counted, COUNTED), counted > COUNTED
    number = min(max(asked_for, 1), LAST if more else max(1, -(-count // PER_PAGE)))
    if number > 1 or asked_for > 1:
        keys = _keys(records, number)
    rows = in_order(records, keys[:PER_PAGE])
    return Page(rows, number, count, more, len(keys) > PER_PAGE)


def _keys(records: QuerySet[Any], number: int) -> list[Any]:
    """The keys of a page, and one more where there is another page."""
    begin = (number - 1) * PER_PAGE
    return list(records.values_list("pk", flat=True)[begin : begin + PER_PAGE + 1])


def in_order(records: QuerySet[Any], keys: list[Any]) -> tuple[Model, ...]:
    """The rows of some keys, in that order."""
    found = {record.pk: record for record in records.order_by().filter(pk__in=keys)}
    return tuple(found[key] for key in keys if key in found)
