"""The nouns a load answers with: an order, and what became of every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from luodi.evidence.model import ContentInput
from luodi.migration.batch import Mode, State
from luodi.migration.loading.engine import IN_WORKSPACE, Engine
from luodi.migration.loading.write import PART_ROWS
from luodi.migration.model import Noun

if TYPE_CHECKING:
    from luodi.landing.vault import Vault


@dataclass(frozen=True)
class Order:
    """How a load is to be done.

    ``signed`` are the ids of exclusions that count; ``held`` maps a review queue to SQL over the
    workspace that yields ``source_table`` and ``ordinal`` of the rows that wait for a person,
    ``merged`` one to SQL that yields those and ``merged_into`` of rows a person merged away,
    ``linked`` one to SQL that yields those and ``person``, a number that rows of one person share;
    ``sample`` is how many rows of a table nobody refers to are enough; ``dry`` writes nothing.
    ``engine`` is what the steps of the mapping run in.  ``in_use`` says that the landing folder
    marks the target as in real use; ``rejects`` is the vault that gets the rejected rows.
    """

    mode: Mode = Mode.FULL
    dry: bool = False
    sample: int | None = None
    resume: bool = False
    signed: frozenset[str] = frozenset()
    held: Mapping[str, str] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)
    linked: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[ContentInput, ...] = ()
    in_use: bool = False
    rejects: Vault | None = None
    part_rows: int = PART_ROWS
    engine: Engine = IN_WORKSPACE


class Reason(Noun, frozen=True, kw_only=True):
    """Why rows were rejected, how many, and the ordinal of the first."""

    table: str
    feed: str
    column: str
    reason: str
    rows: int
    first: int


class Account(Noun, frozen=True, kw_only=True):
    """What became of the rows of one source table."""

    table: str
    rows: int
    loaded: int = 0
    merged: int = 0
    rejected: int = 0
    review: int = 0
    excluded: int = 0
    unaccounted: int = 0


class Loaded(Noun, frozen=True, kw_only=True):
    """A load and what became of every row; ``written`` is false where nothing was.

    ``target_rows`` counts rows by feed: one source row may have become several.
    """

    batch: str
    domain: str
    mode: Mode
    state: State
    written: bool
    tables: tuple[Account, ...]
    reasons: tuple[Reason, ...]
    target_rows: dict[str, int]
