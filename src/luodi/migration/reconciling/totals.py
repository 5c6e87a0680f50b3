"""Control totals: what a cutover night hands over, old against new, to the cent and the piece.

``totals.toml`` in the landing folder says each as two queries: one on the source's rows, one on the
target's, both in the SQL of the workspace (DuckDB).  ``{table}`` stands for a table; the target's
are read back for it.  A query yields ``part`` (a ward, a pharmacy: what is shown), perhaps ``item``
(an admission, a card: compared, but never shown) and ``value``.  The difference is the sum of what
every item differs by, so that one patient's surplus does not hide another's shortage.

::

    format = 1

    [[total]]
    id = "deposits"                     # its evidence is balance:deposits
    title = { zh = "预交金", en = "Deposits" }
    unit = "CNY"
    owner = "finance"                   # who signs
    system = "old_his"
    target = "new_his"
    old = "SELECT BQDM AS part, ZYH AS item, sum(JE) AS value FROM {YJJ} JOIN {ZYXX} USING (ZYH) …"
    new = "SELECT …"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Literal

import duckdb
import msgspec

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import ContentInput, Figure, Finding, Severity
from luodi.evidence.outcome import Outcome, verdict_of
from luodi.evidence.progress import Progress
from luodi.evidence.shape import shape
from luodi.migration.mapping.model import Title
from luodi.migration.model import Kind, Noun, Table
from luodi.migration.reconciling.model import SumsBy
from luodi.migration.reconciling.read_back import read_back
from luodi.migration.target.protocol import Target
from luodi.migration.workspace import Workspace, quoted

FILE = "totals.toml"
_TABLE = re.compile(r"\{([^{}]+)\}")
_TYPES = {
    Kind.INTEGER: "BIGINT",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
    Kind.DATETIME: "TIMESTAMP",
    Kind.DECIMAL: "DECIMAL(38, 6)",
    Kind.FLOAT: "DOUBLE",
}


class Total(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """One control total; ``tolerance`` is what the sum of differences may be: nothing."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
    title: Title
    unit: str
    owner: str
    system: str
    target: str
    old: str
    new: str
    tolerance: Decimal = Decimal(0)


class Sums(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """By which target columns the sums of a feed are told apart; see ``sums``."""

    feed: str
    period: str = ""
    department: str = ""


class Totals(Noun, frozen=True, kw_only=True):
    """``totals.toml``."""

    format: Literal[1]
    total: tuple[Total, ...] = ()
    sums: tuple[Sums, ...] = ()

    @property
    def sums_by(self) -> tuple[SumsBy, ...]:
        """What is declared of sums."""
        return tuple(
            SumsBy(feed=each.feed, period=each.period, department=each.department)
            for each in self.sums
        )


class BalanceLine(Noun, frozen=True, kw_only=True):
    """One part of a total; ``items`` counts what differs within it."""

    part: str
    old: Decimal
    new: Decimal
    difference: Decimal
    items: int


class Balance(Noun, frozen=True, kw_only=True):
    """A control total, taken at both ends."""

    total: Total
    lines: tuple[BalanceLine, ...]

    @property
    def old(self) -> Decimal:
        """What the old system hands over."""
        return sum((line.old for line in self.lines), Decimal(0))

    @property
    def new(self) -> Decimal:
        """What the new system holds."""
        return sum((line.new for line in self.lines), Decimal(0))

    @property
    def difference(self) -> Decimal:
        """The sum of what every item differs by, whatever its sign."""
        return sum((line.difference for line in self.lines), Decimal(0))

    @property
    def holds(self) -> bool:
        """Whether it differs by no more than is allowed."""
        return self.difference <= self.total.tolerance


def read_totals(table: dict[str, object], where: str) -> Totals:
    """Read ``totals.toml``; `where` names it in an error.

    Raises
    ------
    WrongUse
        A field that is unknown, missing or of the wrong type; ``migration.reconcile_total_twice``.
    """
    totals = shape(table, Totals, where)
    seen: set[str] = set()
    for each in totals.total:
        if each.id in seen:
            raise WrongUse("migration.reconcile_total_twice", {"path": where, "total": each.id})
        seen.add(each.id)
    return totals


def balance(
    workspace: Workspace,
    total: Total,
    target: Target,
    *,
    source: str = "",
    inputs: Sequence[ContentInput] = (),
    progress: Progress,
) -> Outcome[Balance]:
    """Take a control total at both ends; its evidence is ``balance:<id>``.

    Parameters
    ----------
    source : str
        System whose rows stand for the old system's, where it was read again; by default the
        total's own.

    Raises
    ------
    WrongUse
        ``migration.reconcile_total_query``: a query that is none, or does not yield the columns;
        ``migration.reconcile_total_table``: a table that is not there.
    """
    progress.stage("migration.reconcile_totals")
    found = _balance(workspace, total, _Target(workspace, target), source)
    return _outcome(found, inputs)


class _Target:
    """Tables of the target, each read back once."""

    def __init__(self, workspace: Workspace, target: Target) -> None:
        self._workspace, self._target = workspace, target
        self._read: dict[str, str] = {}

    def relation(self, total: Total, name: str) -> str:
        if name not in self._read:
            described = self._target.describe([name])
            if name not in described:
                raise _no_table(total, name)
            self._read[name] = self._bring(described[name].table)
        return self._read[name]

    def _bring(self, table: Table) -> str:
        into = f"temp.{quoted('total_' + table.full_name)}"
        columns = [column.name for column in table.columns]
        values = [
            f"TRY_CAST({quoted(c.name)} AS {_TYPES.get(c.kind, 'VARCHAR')}) AS {quoted(c.name)}"
            for c in table.columns
        ]
        read_back(self._workspace, self._target, table, columns, into, values)
        return into


def _balance(workspace: Workspace, total: Total, reader: _Target, source: str) -> Balance:
    system = source or total.system
    there = workspace.extracted(system)

    def old_table(name: str) -> str:
        if name not in there:
            raise _no_table(total, name)
        return workspace.relation(system, name)

    old = _TABLE.sub(lambda found: old_table(found[1]), total.old)
    new = _TABLE.sub(lambda found: reader.relation(total, found[1]), total.new)
    for name, query in (("total_old", old), ("total_new", new)):
        _take(workspace, total, name, query)
    lines = workspace.db.execute(
        "SELECT part, sum(old), sum(new), sum(abs(new - old)), count(*) FILTER (new <> old) FROM ("
        "SELECT coalesce(o.part, n.part) AS part, coalesce(o.value, 0) AS old, "
        "coalesce(n.value, 0) AS new FROM total_old o FULL JOIN total_new n "
        "ON o.part = n.part AND o.item = n.item) GROUP BY part ORDER BY part"
    ).fetchall()
    return Balance(
        total=total,
        lines=tuple(
            BalanceLine(
                part=part,
                old=_plain(total, old_),
                new=_plain(total, new_),
                difference=_plain(total, difference),
                items=items,
            )
            for part, old_, new_, difference, items in lines
        ),
    )


def _take(workspace: Workspace, total: Total, name: str, query: str) -> None:
    """Run a query of the file: one that reads, and yields the columns that are asked for."""
    wrong = WrongUse("migration.reconcile_total_query", {"total": total.id})
    try:
        statements = workspace.db.extract_statements(query)
        if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
            raise wrong
        described = workspace.db.execute(f"DESCRIBE {query}").fetchall()
        columns = {str(line[0]) for line in described}
        if not {"part", "value"} <= columns:
            raise wrong
        item = "item::VARCHAR" if "item" in columns else "''"
        workspace.db.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT coalesce(part::VARCHAR, '') AS part, "
            f"coalesce({item}, '') AS item, sum(value::DECIMAL(38, 6)) AS value "
            f"FROM ({query}) GROUP BY ALL"
        )
    except duckdb.Error:
        raise wrong from None  # the engine's sentence may quote a value


def _outcome(found: Balance, inputs: Sequence[ContentInput]) -> Outcome[Balance]:
    total = found.total
    findings = tuple(_findings(found))
    return Outcome(
        found,
        subject=f"balance:{total.id}",
        engine="migration",
        verb="reconcile",
        verdict=verdict_of(findings),
        figures=(
            Figure(name="old", value=_number(found.old), unit=total.unit),
            Figure(name="new", value=_number(found.new), unit=total.unit),
            Figure(name="difference", value=_number(found.difference), unit=total.unit),
        ),
        findings=findings,
        inputs=tuple(inputs),
    )


def _findings(found: Balance) -> Iterator[Finding]:
    if found.holds:
        return
    for line in found.lines:
        if line.difference:
            yield Finding(
                code="migration.reconcile_difference",
                params={
                    "total": found.total.id,
                    "part": line.part or "-",
                    "old": str(line.old),
                    "new": str(line.new),
                },
                severity=Severity.ERROR,
                count=line.items,
            )


def _no_table(total: Total, name: str) -> LuodiError:
    return WrongUse("migration.reconcile_total_table", {"total": total.id, "table": name})


def _plain(total: Total, value: Decimal) -> Decimal:
    """Money has cents; pieces have none unless they are halves."""
    if total.unit == "CNY":
        cents = value.quantize(Decimal("0.01"))
        return cents if cents == value else value.normalize()
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()


def _number(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else value
