"""``quality.toml``: what a project adds to the rules, binds by hand and switches off.

::

    format = 1

    [[off]]
    rule = "phone.shape"
    table = "sms_staff"                  # system, table and column are optional
    reason = "内线分机，只有四位"

    [[bind]]
    table = "t_brxx"
    column = "c7"
    meaning = "id_card"

    [[rule]]
    id = "ward.has_beds"
    dimension = "consistency"
    severity = "warn"
    table = "t_ward"
    title = { zh = "病区没有床位", en = "A ward without beds" }
    why = { zh = "…", en = "…" }
    remedy = { zh = "…", en = "…" }
    sql = "SELECT _ordinal FROM t_ward WHERE beds = 0"    # a SELECT of offending rows

A rule in TOML alone has one of the forms of the catalogue instead of ``sql``.  An SQL rule can
read the workspace and nothing else: it cannot write, and reaches no file and no network.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from luodi.evidence.errors import WrongUse
from luodi.evidence.shape import shape
from luodi.landing.format import read_file
from luodi.migration.model import ORDINAL, Noun
from luodi.migration.profiling.meaning import meanings
from luodi.migration.quality.model import Off, Rule
from luodi.migration.quality.rules import catalogue, fault
from luodi.migration.workspace import quoted

if TYPE_CHECKING:
    from luodi.migration.workspace import Workspace

FILE = "quality.toml"


class Binding(Noun, frozen=True, kw_only=True):
    """What a column is, said by hand."""

    table: str
    column: str
    meaning: str
    system: str = ""


class Quality(Noun, frozen=True, kw_only=True):
    """The content of ``quality.toml``."""

    format: int = 1
    off: tuple[Off, ...] = ()
    bind: tuple[Binding, ...] = ()
    rule: tuple[Rule, ...] = ()

    def by_hand(self, system: str, table: str) -> dict[str, str]:
        """Meanings said by hand of the columns of a table."""
        return {
            one.column: one.meaning
            for one in self.bind
            if one.table == table and one.system in ("", system)
        }

    def off_for(self, system: str, rule: str, table: str, column: str) -> Off | None:
        """Find what switches a rule off there."""
        return next(
            (
                one
                for one in self.off
                if one.rule == rule
                and one.system in ("", system)
                and one.table in ("", table)
                and one.column in ("", column)
            ),
            None,
        )

    @property
    def rules(self) -> dict[str, Rule]:
        """The catalogue's rules and the project's own."""
        return {**catalogue(), **{rule.id: rule for rule in self.rule}}


def read_quality(folder: Path) -> Quality:
    """Read ``quality.toml`` of a landing folder; a project without one adds nothing.

    Raises
    ------
    LuodiError
        As `luodi.landing.format.read_file`.
    WrongUse
        ``migration.quality_file``: what is wrong and where.
    """
    where = str(folder / FILE)
    if not (folder / FILE).exists():
        return Quality()
    found = shape(read_file(folder, FILE), Quality, where)
    for reason in _faults(found):
        raise WrongUse("migration.quality_file", {"path": where, "reason": reason})
    return found


def _faults(found: Quality) -> list[str]:
    known = catalogue()
    own = [rule.id for rule in found.rule]
    wrong = [f"rule {rule.id}: {fault(rule)}" for rule in found.rule if fault(rule)]
    wrong += [f"rule {name}: twice" for name in own if name in known or own.count(name) > 1]
    wrong += [f"rule {rule.id}: table" for rule in found.rule if rule.sql and not rule.table]
    wrong += [_unknown(o.rule, {*known, *own}) for o in found.off if o.rule not in {*known, *own}]
    wrong += [f"off {one.rule}: reason" for one in found.off if not one.reason.strip()]
    wrong += [
        f"bind {b.table}.{b.column}: {b.meaning}" for b in found.bind if b.meaning not in meanings()
    ]
    return wrong


def _unknown(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"off {name}: unknown" + (f" ({near[0]}?)" if near else "")


def reason_of(error: duckdb.Error) -> str:
    """Say what DuckDB has against a query, as far as that quotes no value of a row.

    What does not parse or bind is refused before any row is read: such a message holds words of
    the query and names of columns.
    """
    kind = type(error).__name__
    early = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)
    return str(error).splitlines()[0] if isinstance(error, early) else kind


@contextmanager
def refusing(rule: Rule) -> Iterator[None]:
    """Take what DuckDB has against a rule for what it is: a fault of ``quality.toml``.

    Raises
    ------
    WrongUse
        ``migration.quality_sql``.
    """
    try:
        yield
    except duckdb.Error as error:
        raise _refused(rule, reason_of(error)) from None


def _refused(rule: Rule, reason: str) -> WrongUse:
    return WrongUse("migration.quality_sql", {"rule": rule.id, "reason": reason})


def offenders(workspace: Workspace, system: str, rule: Rule) -> set[int]:
    """Run an SQL rule and name the ordinals it finds.

    Raises
    ------
    WrongUse
        ``migration.quality_sql``: it is no single SELECT of ``_ordinal``, or DuckDB refuses it;
        where its message may quote values of rows, only its kind is told.
    """
    with refusing(rule):
        statements = duckdb.extract_statements(rule.sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise _refused(rule, "SELECT")
    with workspace.db.cursor() as cursor, refusing(rule):
        # It cannot be taken back while the workspace is open, and nothing of it needs a file.
        cursor.execute("SET enable_external_access = false")
        cursor.execute(f"USE work.{quoted(system)}")
        cursor.execute("BEGIN TRANSACTION READ ONLY")
        try:
            body = statements[0].query.strip().rstrip(";")
            rows = cursor.execute(
                f"SELECT DISTINCT {ORDINAL}::BIGINT FROM (\n{body}\n) WHERE {ORDINAL} IS NOT NULL"
            ).fetchall()
        finally:
            cursor.execute("ROLLBACK")
    return {ordinal for (ordinal,) in rows}
