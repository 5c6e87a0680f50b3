"""A program as one SELECT: the ordinal, every target column, and the faults that reject the row."""

from __future__ import annotations

from collections.abc import Iterable

from luodi.evidence.errors import WrongUse
from luodi.transform import predicate as predicates
from luodi.transform.dialect.words import Dialect
from luodi.transform.fit import fitted
from luodi.transform.layers import Layers
from luodi.transform.model import Kind, Predicate
from luodi.transform.program import FAULTS, Column, Program, Rule
from luodi.transform.work import Ask, Fault, Value, Work


def compiled(program: Program, dialect: Dialect, ask: Ask | None = None) -> str:
    """Write a program in an engine's SQL.

    Parameters
    ----------
    program, dialect
        What is to be done, and the engine that does it.
    ask : callable, optional
        Runs a statement in that engine and gives its one column of texts; `Specification` reads
        the distinct ones before the statement is made.  No other operation asks.

    Returns
    -------
    str
        A SELECT without order that yields, for every row of the relation, ``program.ordinal``,
        the target columns typed as their targets want them, and `FAULTS`: a list of
        ``column:operation``, the first fault of each column, or NULL.  It has no parameters: a
        driver must not look for any in it.

    Raises
    ------
    LuodiError
        ``transform.operation_missing``: the dialect lacks an operation;
        ``transform.rows_unread``: an operation must ask, and nobody answers.
    WrongUse
        A rule that cannot be meant: ``transform.column_unknown``, ``column_twice``,
        ``pairs_unknown``, ``constant_unfit``, ``format_unclear``, ``predicate_unclear``,
        ``factor_unfit``, ``kind_unreadable``, ``text_unsound``.
    """
    layers = Layers(program.relation, dialect.fence)
    ordinal = layers.column(dialect.identifier(program.ordinal))
    outputs = [(ordinal, dialect.identifier(program.ordinal))]
    texts: list[str] = []
    conditions: list[str] = []
    taken = {program.ordinal, FAULTS}
    readings: dict[str, dict[str, str]] = {}
    for rule in program.rules:
        if rule.to in taken:
            raise WrongUse("transform.column_twice", {"column": rule.to})
        taken.add(rule.to)
        value, faults = _column(rule, Work(program, dialect, layers, rule.to, ask, readings))
        outputs.append((value.sql, dialect.identifier(rule.to)))
        if faults:
            texts.append(_first(rule, faults, dialect))
            conditions.extend(fault.sql for fault in faults)
    outputs.append((_collected(conditions, texts, dialect), dialect.identifier(FAULTS)))
    return layers.select(outputs)


def condition(predicate: Predicate, columns: Iterable[Column], dialect: Dialect) -> str:
    """Write a predicate on the columns of a relation, by their own names.

    Returns
    -------
    str
        A condition that is true or false and never NULL.
    """
    own = tuple(columns)
    work = _Plain(Program(relation="", columns=own, rules=()), dialect, Layers(""))
    return predicates.holds(predicate, work)


class _Plain(Work):
    """Work without layers: values are written where they stand."""

    def column(self, name: str) -> Value:
        found = super().column(name)
        return Value(self.dialect.identifier(name), found.kind, found.precision, found.scale)

    def let(self, sql: str) -> str:
        return sql


def _column(rule: Rule, work: Work) -> tuple[Value, list[Fault]]:
    if rule.from_:
        start = work.column(rule.from_[0])
    else:
        start = Value(work.dialect.null(Kind.TEXT), nothing=True)
    done = work.run(rule.steps, start)
    value, fitting = fitted(done.value, rule.target, work)
    return value, [*done.faults, *fitting]


def _first(rule: Rule, faults: list[Fault], dialect: Dialect) -> str:
    tests = " ".join(
        f"WHEN {fault.sql} THEN {dialect.literal(f'{rule.to}:{fault.operation}')}"
        for fault in faults
    )
    return f"CASE {tests} END"


def _collected(conditions: list[str], texts: list[str], dialect: Dialect) -> str:
    """The list is made for the rows that have a fault, which are few."""
    if not conditions:
        return f"CASE WHEN FALSE THEN {dialect.collected([dialect.literal('')])} END"
    return f"CASE WHEN {' OR '.join(conditions)} THEN {dialect.collected(texts)} END"
