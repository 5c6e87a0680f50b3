"""A pipeline at work: a value as SQL, the kind of it, and the faults found on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from luodi.evidence.errors import WrongUse
from luodi.transform.layers import Layers
from luodi.transform.model import Kind, Operation, Otherwise, Step
from luodi.transform.program import Column, Pairs, Program

if TYPE_CHECKING:
    from luodi.transform.dialect.words import Dialect


@dataclass(frozen=True)
class Value:
    """A value in SQL.

    ``trimmed``: no white space at its ends; ``sound``: a text that cannot hold U+0000;
    ``nothing``: NULL, whose kind is anybody's.  ``raw`` names the text as it was before it was
    trimmed (and blanks made NULL, where ``blank_is_null``): an operation that looks for what most
    rows hold may look there first, and trim the others only.
    """

    sql: str
    kind: Kind = Kind.TEXT
    precision: int | None = None
    scale: int | None = None
    trimmed: bool = False
    sound: bool = False
    nothing: bool = False
    raw: str | None = None
    blank_is_null: bool = False

    def becoming(self, sql: str, *, trimmed: bool = False, sound: bool = False) -> Value:
        """Another value of the same kind."""
        return Value(sql, self.kind, scale=self.scale, trimmed=trimmed, sound=sound)


class Fault(NamedTuple):
    """A condition under which ``operation`` cannot do its work on the row; NULL is no fault."""

    operation: str
    sql: str


class Rest(NamedTuple):
    """A text that is to be read.

    ``quick`` names what a short cut read, or is None; ``text`` names the text where that found
    nothing, NULL elsewhere, and so it is the text that is at fault if nobody else can read it.
    """

    quick: str | None
    text: str


class Worked(NamedTuple):
    """What an operation makes of a value; where ``fault`` holds the value is NULL.

    ``inner`` are the faults of operations inside it, which are settled already.
    """

    value: Value
    fault: str | None = None
    inner: tuple[Fault, ...] = ()


class Run(NamedTuple):
    """What a pipeline makes of a value, and the faults that reject the row."""

    value: Value
    faults: tuple[Fault, ...]


ShortCut = Callable[[str, Callable[[str], str]], str | None]
"""Reads a named text where an engine does that at once: (text, how to name a value) → value."""
Renderer = Callable[[Any, Value, "Work"], Worked]
"""One operation in one dialect: (step, value, work) → what becomes of the value."""


Ask = Callable[[str], Iterable[str | None]]
"""Runs a statement that yields one column of texts."""


@dataclass(frozen=True)
class Work:
    """What a renderer works with."""

    program: Program
    dialect: Dialect
    layers: Layers
    to: str = ""
    """Target column that is being worked on."""
    ask: Ask | None = None
    readings: dict[str, dict[str, str]] = field(default_factory=dict)
    """Names of what was read in a text, by the name of the text."""

    @cached_property
    def _columns(self) -> dict[str, Column]:
        return {column.name: column for column in self.program.columns}

    def column(self, name: str) -> Value:
        """A column of the relation.

        Raises
        ------
        WrongUse
            ``transform.column_unknown``.
        """
        found = self._columns.get(name)
        if found is None:
            raise WrongUse("transform.column_unknown", {"column": name})
        sql = self.layers.column(self.dialect.identifier(name))
        return Value(sql, found.kind, found.precision, found.scale)

    def let(self, sql: str) -> str:
        """Name a value that is used more than once."""
        return self.layers.let(sql)

    def named(self, value: Value) -> Value:
        """The same value under a name."""
        return replace(value, sql=self.let(value.sql))

    def text(self, value: Value) -> str:
        """Name the value's text; see `Dialect.text` for how each kind is written.

        Raises
        ------
        WrongUse
            ``transform.kind_unreadable``: bytes have none.
        """
        if value.kind is Kind.BINARY:
            raise WrongUse(
                "transform.kind_unreadable", {"column": self.to, "kind": value.kind.value}
            )
        return self.let(self.dialect.text(value))

    def as_text(self, value: Value) -> Value:
        """The value as a text."""
        if value.kind is Kind.TEXT:
            return self.named(value)
        return Value(self.text(value), trimmed=True, sound=True)

    def rest(self, value: Value, short_cut: ShortCut | None) -> Rest:
        """Look for the rows that a short cut reads, and leave the others."""
        x = value.raw or self.text(value)
        found = short_cut(x, self.let) if short_cut else None
        quick = None if found is None else self.let(found)
        text = x if quick is None else self.let(f"CASE WHEN {quick} IS NULL THEN {x} END")
        if value.raw:
            text = self.let(self.dialect.trimmed(text, self.let))
            text = self.let(f"NULLIF({text}, '')") if value.blank_is_null else text
        return Rest(quick, text)

    def pairs(self, found: Pairs | None, name: str) -> Pairs:
        """What a dictionary or lookup translates by.

        Raises
        ------
        WrongUse
            ``transform.pairs_unknown``.
        """
        if found is None:
            raise WrongUse("transform.pairs_unknown", {"name": name, "column": self.to})
        return found

    def run(self, steps: Iterable[Operation], value: Value) -> Run:
        """Let a value go through operations.

        Raises
        ------
        LuodiError
            ``transform.operation_missing``: the dialect lacks one.
        """
        faults: list[Fault] = []
        for step in steps:
            done = self.dialect.renderer(type(step))(step, value, self)
            faults.extend(done.inner)
            value = self._settled(step, value, done, faults)
        return Run(value, tuple(faults))

    def _settled(self, step: Step, before: Value, done: Worked, faults: list[Fault]) -> Value:
        if done.fault is None:
            return done.value
        otherwise = getattr(step, "otherwise", Otherwise.REJECT)
        if otherwise is Otherwise.NULL:
            return done.value
        fault = self.let(done.fault)
        if otherwise is Otherwise.REJECT:
            faults.append(Fault(name_of(type(step)), fault))
            return done.value
        after = self.named(done.value)
        if after.kind is not before.kind or after.kind is Kind.DECIMAL:
            before, after = self.as_text(before), self.as_text(after)
        return after.becoming(
            f"CASE WHEN {fault} THEN {self.let(before.sql)} ELSE {after.sql} END",
            trimmed=before.trimmed and after.trimmed,
            sound=before.sound and after.sound,
        )


def name_of(operation: type[Step]) -> str:
    """The ``op`` that names an operation in TOML."""
    tag = operation.__struct_config__.tag
    assert isinstance(tag, str)
    return tag
