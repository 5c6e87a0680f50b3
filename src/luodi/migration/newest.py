"""How new the rows of a source are: the greatest watermark that can be true, and what overlaps it.

A row of the year 9999, or of next month by a slip of the pen, would hide all that come after it:
what lies in the future is no watermark.  And what began before a moment may be committed after it:
an extraction goes on from somewhat earlier, and knows by their keys the rows it has.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from luodi.evidence.model import now
from luodi.migration.model import Column, Kind, Table
from luodi.migration.source.model import Source

AHEAD = timedelta(days=1)
"""How far a source's clock may be ahead of ours; the time zone of either may be wrong."""
TIMES = frozenset((Kind.DATE, Kind.DATETIME))


def newest(source: Source, table: Table, column: Column) -> tuple[str | None, bool]:
    """Ask for the greatest watermark that is not in the future, and whether there are such.

    Parameters
    ----------
    table, column
        As the source names them.

    Returns
    -------
    tuple
        As the source writes it; None where it has none, or cannot tell.
    """
    found = source.newest(table, column.name)
    if found is None:
        return None, False
    moment = _read(found)
    latest = now().astimezone().replace(tzinfo=None) + AHEAD
    strange = column.kind in TIMES if moment is None else moment.replace(tzinfo=None) > latest
    if not strange:
        return found, False
    short = column.kind is Kind.DATE or len(found) == len("2026-01-01")
    return source.newest(table, column.name, _written(latest, found, short=short)), True


def before(mark: str, minutes: int) -> str:
    """A moment so many minutes earlier, a day for dates; what is no moment stays as it is."""
    moment = _read(mark)
    if moment is None or not minutes:
        return mark
    short = len(mark) == len("2026-01-01")
    try:
        earlier = moment - (timedelta(days=-(-minutes // 1440)) if short else _minutes(minutes))
    except OverflowError:
        return mark
    return _written(earlier, mark, short=short)


def _minutes(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def _read(mark: str) -> datetime | None:
    """A moment that is written as ISO 8601; None where it is another text or out of range."""
    try:
        moment = datetime.fromisoformat(mark)
    except ValueError:
        return None
    return moment if moment.date().isoformat() == mark[:10] else None


def _written(moment: datetime, like: str, *, short: bool) -> str:
    """As the source writes it: with the same sign between date and time, or without time."""
    if short:
        return moment.date().isoformat()
    return moment.isoformat("T" if like[10:11] == "T" else " ")
