"""Money and quantities by period and department: the source's own values against the target's.

Only columns that go over as they are can be summed at both ends: one source column, no step that
makes another number of it.  The old value is read from the source's rows, the new one from the
rows read back; nothing in between is trusted.

By which column a sum is told apart is said in ``totals.toml``::

    [[sums]]
    feed = "prescription"               # a feed of the mapping
    period = "created"                  # target columns; without one, not told apart by it
    department = "department_id"

Where nothing is said, a column that is looked up in a feed of departments is the department, else
one whose name says so, and the first date is the period; the report tells what was guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal as Number

from luodi.evidence.errors import WrongUse
from luodi.migration.batch import Batch, BatchFeed
from luodi.migration.engine_errors import engine_error
from luodi.migration.mapping.model import ColumnRule, Feed
from luodi.migration.mapping.model import Mapping as Rules
from luodi.migration.reconciling.compare import back, staged_types
from luodi.migration.reconciling.model import SumLine, SumsBy
from luodi.migration.workspace import Workspace, quoted
from luodi.transform.model import Blank, Decimal, HalfWidth, Integer, Lookup, Require, Trim

_KEEPS = (Blank, Decimal, HalfWidth, Integer, Require, Trim)
"""Steps behind which a number is the number it was."""
_MOMENTS = ("DATE", "TIMESTAMP")
_DEPARTMENT = ("department", "dept", "ward", "ks", "keshi", "科室", "病区")
"""Beginnings of names of a department, in the target."""


def sums(
    workspace: Workspace,
    batch: Batch,
    feeds: Iterable[BatchFeed],
    rules: Rules,
    declared: Iterable[SumsBy] = (),
) -> tuple[tuple[SumLine, ...], tuple[SumsBy, ...]]:
    """Sum what goes over as it is, for feeds that were read back; tell by what it was grouped.

    Raises
    ------
    WrongUse
        ``migration.reconcile_sums_column``: what is declared is no column that the feed fills,
        or no date where a period is meant.
    """
    found: list[SumLine] = []
    grouped: list[SumsBy] = []
    said = {each.feed: each for each in declared}
    for feed in feeds:
        rule = rules.feed(feed.id)
        if rule is None:
            continue
        types = staged_types(workspace, batch, feed)
        amounts = [each for each in rule.columns if _goes_over(each, types)]
        if amounts:
            by = said[feed.id] if feed.id in said else _grouping(feed, rule, rules, types)
            _check(by, feed, types)
            grouped.append(by)
            with engine_error(feed.source_table):
                found += _sums(workspace, batch, feed, amounts, by)
    return tuple(found), tuple(grouped)


def _grouping(feed: BatchFeed, rule: Feed, rules: Rules, types: Mapping[str, str]) -> SumsBy:
    """Find by which columns to sum where nobody says it."""
    period = next((c for c in feed.columns if types.get(c, "").startswith(_MOMENTS)), "")
    looked_up = next((c.to for c in rule.columns if _finds_department(c, rules)), "")
    named = next((c for c in feed.columns if _is_department(c)), "")
    return SumsBy(
        feed=feed.id,
        period=period,
        department=looked_up or named,
        guessed=tuple(
            name
            for name, guess in (("period", period), ("department", named))
            if guess and not (name == "department" and looked_up)
        ),
    )


def _finds_department(column: ColumnRule, rules: Rules) -> bool:
    """Whether a column holds the key of a department: it is looked up among those loaded."""
    for step in column.steps:
        if isinstance(step, Lookup):
            other = rules.feed(step.feed)
            return _is_department(step.feed) or (other is not None and _is_department(other.to))
    return False


def _is_department(name: str) -> bool:
    return name.rpartition(".")[2].lower().startswith(_DEPARTMENT)


def _check(by: SumsBy, feed: BatchFeed, types: Mapping[str, str]) -> None:
    for column, kinds in ((by.period, _MOMENTS), (by.department, "")):
        if column and not (column in feed.columns and types.get(column, "").startswith(kinds)):
            params = {"feed": feed.id, "column": column}
            raise WrongUse("migration.reconcile_sums_column", params)


def _sums(
    workspace: Workspace,
    batch: Batch,
    feed: BatchFeed,
    amounts: Sequence[ColumnRule],
    by: SumsBy,
) -> Iterator[SumLine]:
    when = f"strftime(f.{quoted(by.period)}, '%Y-%m')" if by.period else "''"
    where = f"f.{quoted(by.department)}::VARCHAR" if by.department else "''"
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


def _goes_over(rule: ColumnRule, types: Mapping[str, str]) -> bool:
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
