"""Money and quantities by period and department: the source's own values against the target's.

Only columns that go over as they are can be summed at both ends: one source column, no step that
makes another number of it.  The old value is read from the source's rows, the new one from the
rows read back; nothing in between is trusted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal as Number

from luodi.migration.batch import Batch, BatchFeed
from luodi.migration.engine_errors import engine_error
from luodi.migration.mapping.model import ColumnRule, Feed
from luodi.migration.mapping.model import Mapping as Rules
from luodi.migration.reconciling.compare import back, staged_types
from luodi.migration.reconciling.model import SumLine
from luodi.migration.workspace import Workspace, quoted
from luodi.transform.model import Blank, Decimal, HalfWidth, Integer, Require, Trim

_KEEPS = (Blank, Decimal, HalfWidth, Integer, Require, Trim)
"""Steps behind which a number is the number it was."""
_MOMENTS = ("DATE", "TIMESTAMP")
_DEPARTMENT = ("department", "dept", "ward", "ks", "keshi")
"""Beginnings of target columns that name a department."""


def sums(
    workspace: Workspace, batch: Batch, feeds: Iterable[BatchFeed], rules: Rules
) -> tuple[SumLine, ...]:
    """Sum what goes over as it is, for feeds that were read back."""
    found: list[SumLine] = []
    for feed in feeds:
        rule = rules.feed(feed.id)
        if rule is not None:
            with engine_error(feed.source_table):
                found += _sums(workspace, batch, feed, rule)
    return tuple(found)


def _sums(workspace: Workspace, batch: Batch, feed: BatchFeed, rule: Feed) -> Iterator[SumLine]:
    types = staged_types(workspace, batch, feed)
    amounts = [each for each in rule.columns if _goes_over(each, types)]
    if not amounts:
        return
    period = next((c for c in feed.columns if types.get(c, "").startswith(_MOMENTS)), None)
    department = next((c for c in feed.columns if c.lower().startswith(_DEPARTMENT)), None)
    when = f"strftime(f.{quoted(period)}, '%Y-%m')" if period else "''"
    where = f"f.{quoted(department)}::VARCHAR" if department else "''"
    key = quoted(feed.key)
    parts = "".join(
        f", coalesce(sum(TRY_CAST(s.{quoted(each.from_[0])} AS DECIMAL(38, 6))), 0)"
        f", coalesce(sum(b.{quoted(each.to)})::DECIMAL(38, 6), 0)"
        for each in amounts
    )
    lines = workspace.db.execute(
        f"SELECT coalesce({when}, ''), coalesce({where}, ''), count(*){parts} "
        f"FROM {batch.relation(feed.id)} f "
        f"JOIN {workspace.relation(batch.source, feed.source_table)} s USING (_ordinal) "
        f"LEFT JOIN {back(feed)} b ON b.{key} = f.{key} GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    for place, each in enumerate(amounts):
        for when_, where_, rows, *values in lines:
            yield SumLine(
                feed=feed.id,
                column=each.to,
                period=when_,
                department=where_,
                rows=rows,
                old=_plain(values[2 * place]),
                new=_plain(values[2 * place + 1]),
            )


def _goes_over(rule: ColumnRule, types: dict[str, str]) -> bool:
    """Whether the column is a decimal in the target and the number of one source column."""
    return (
        types.get(rule.to, "").startswith("DECIMAL")
        and len(rule.from_) == 1
        and all(
            isinstance(step, _KEEPS) and not getattr(step, "round", False) for step in rule.steps
        )
    )


def _plain(value: Number) -> Number:
    """Without the zeros that the engine's scale adds, but with cents."""
    cents = value.quantize(Number("0.01"))
    return cents if cents == value else value.normalize()
