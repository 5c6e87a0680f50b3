"""A program: the rules of one feed, bound to the relation that its rows come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from luodi.transform.model import Kind, Operation

ORDINAL = "_ordinal"
"""Column of the relation, and of what a program yields, that tells the row."""
FAULTS = "_faults"
"""Column that a program yields: a list of ``column:operation``, or NULL where nothing is wrong."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the relation.

    ``scale`` counts a decimal's digits behind the point; None where the engine must find out.
    """

    name: str
    kind: Kind
    precision: int | None = None
    scale: int | None = None


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a column of the target takes; a value that does not fit is a fault of its own.

    ``length`` counts characters, ``bits`` the width of an integer (16, 32, 64).
    """

    kind: Kind
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    bits: int = 64
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One target column: the source columns and the steps their value takes."""

    to: str
    target: Target
    from_: tuple[str, ...] = ()
    steps: tuple[Operation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """A relation that translates: a dictionary, or the keys that the rows of a feed were given.

    ``relation`` is SQL that can stand behind FROM.  A source that stands for several targets
    translates nothing.  ``target_scale`` as in `Column`; ``unique`` says that no source repeats,
    so that nobody has to find out.
    """

    relation: str
    source: str
    target: str
    source_kind: Kind = Kind.TEXT
    target_kind: Kind = Kind.TEXT
    target_scale: int | None = None
    unique: bool = False


@dataclass(frozen=True, kw_only=True)
class Program:
    """Everything that the SQL of a feed is made from; no value of it reaches SQL unquoted.

    Parameters
    ----------
    relation : str
        SQL that can stand behind FROM, written by the caller (`Workspace.relation`).
    columns : tuple of Column
        Its columns, apart from the ordinal.
    rules : tuple of Rule
        The target columns, in order.
    ordinal : str
        Column of the relation that tells the row.
    dictionaries, lookups : mapping of str to Pairs
        What `Dictionary` and `Lookup` translate by.
    today : date
        Nobody is born after it; the present day by default.
    """

    relation: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    ordinal: str = ORDINAL
    dictionaries: Mapping[str, Pairs] = field(default_factory=dict)
    lookups: Mapping[str, Pairs] = field(default_factory=dict)
    today: date = field(default_factory=lambda: datetime.now().astimezone().date())
