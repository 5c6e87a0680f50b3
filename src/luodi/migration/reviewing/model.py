"""The nouns of review."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from luodi.migration.linkage.model import Agreement, Class, Noun
from luodi.migration.mapping.model import Terms
from luodi.migration.suggesting.model import Candidate, Listed
from luodi.migration.suggesting.sort import Sort


class Act(StrEnum):
    """What a person says of an item.

    Of two rows: LINK: one person, both rows stay and are linked.  MERGE: one person, the rows
    become one.  DIFFERENT: two people.  Of a term of a list: ACCEPT: this is its code.  NONE: there
    is no code for it.  Of both: SKIP: somebody else shall decide.  REOPEN: take back what stands, a
    link that was made by default too.
    """

    LINK = "link"
    MERGE = "merge"
    DIFFERENT = "different"
    ACCEPT = "accept"
    NONE = "none"
    SKIP = "skip"
    REOPEN = "reopen"


ROWS_ACTS = (Act.LINK, Act.MERGE, Act.DIFFERENT, Act.SKIP, Act.REOPEN)
"""What may be said of two rows."""
CODE_ACTS = (Act.ACCEPT, Act.NONE, Act.SKIP, Act.REOPEN)
"""What may be said of a term that needs a code."""


class State(StrEnum):
    """Where an item stands.

    OPEN nobody has decided; SKIPPED somebody passed it on; AWAITING a second person must confirm;
    DISPUTED two people said different things; CONTRADICTED it cannot be true together with
    others; DEFAULT it is linked and nobody needs to decide; SETTLED decided.
    """

    OPEN = "open"
    SKIPPED = "skipped"
    AWAITING = "awaiting"
    DISPUTED = "disputed"
    CONTRADICTED = "contradicted"
    DEFAULT = "default"
    SETTLED = "settled"


UNSETTLED = frozenset(
    (State.OPEN, State.SKIPPED, State.AWAITING, State.DISPUTED, State.CONTRADICTED)
)
"""States in which an item still waits for somebody, and so holds its rows."""


class Item(Noun, frozen=True, kw_only=True):
    """Two rows of a source table that may be one, or a term of a list that needs a code.

    ``left`` and ``right`` are what the id column says.  ``key`` is the id column, by which rows are
    found again when they were extracted anew; ``columns`` are the compared columns of the table by
    field.

    Of a term, ``left`` is its value, ``right`` the code proposed first, empty where there is none,
    and ``right_ordinal`` None; ``dictionary`` is where the decision goes, ``term`` what the source
    says of it, ``candidates`` are the codes it may be, the likeliest first.
    """

    id: str
    queue: str
    system: str
    table: str
    left: str
    right: str
    left_ordinal: int
    right_ordinal: int | None
    probability: float
    weight: float
    class_: Class
    guards: tuple[str, ...] = ()
    explanation: tuple[Agreement, ...] = ()
    columns: dict[str, str] = msgspec.field(default_factory=dict)
    key: str = ""
    dictionary: str = ""
    term: Listed | None = None
    candidates: tuple[Candidate, ...] = ()

    @property
    def acts(self) -> tuple[Act, ...]:
        """What may be said of it."""
        return ROWS_ACTS if self.term is None else CODE_ACTS


class CodeList(Noun, frozen=True, kw_only=True):
    """A list whose terms need codes: where its terms are, and which dictionary translates them."""

    dictionary: str
    system: str
    terms: Terms
    sort: Sort


class Decision(Noun, frozen=True, kw_only=True):
    """What one person said of an item.

    ``into`` is the ordinal of the row that stays in a merge.  ``code`` is the code that was
    accepted, and ``of`` the fingerprint of the term as it was then: of a term that reads otherwise
    now, nothing was said.
    """

    seq: int
    item: str
    act: Act
    who: str
    at: datetime
    reason: str = ""
    into: int | None = None
    code: str = ""
    of: str = ""


class Contradiction(Noun, frozen=True, kw_only=True):
    """``different`` says that two rows are two people, and ``chain`` joins them to one.

    Both name items; the chain is the shortest.
    """

    different: str
    chain: tuple[str, ...]


class Standing(Noun, frozen=True, kw_only=True):
    """What the decisions of a queue amount to.

    ``act`` is what holds for each item that is settled or linked by default, ``code`` the code that
    was accepted, ``said`` the last decision of each person that counts.  ``kappa`` is Cohen's kappa
    (1960) over the items that two people decided, None where there are none.
    """

    items: dict[str, Item]
    state: dict[str, State]
    act: dict[str, Act]
    contradictions: tuple[Contradiction, ...]
    rated_twice: int
    kappa: float | None
    code: dict[str, str] = msgspec.field(default_factory=dict)
    said: dict[str, tuple[Decision, ...]] = msgspec.field(default_factory=dict)

    @property
    def unsettled(self) -> tuple[Item, ...]:
        """Items that wait for somebody: contradictions first, then the likeliest."""
        waiting = [item for item in self.items.values() if self.state[item.id] in UNSETTLED]
        order = list(State)
        return tuple(
            sorted(
                waiting,
                key=lambda i: (-order.index(self.state[i.id]), -i.probability, i.id),
            )
        )

    def count(self, *states: State) -> int:
        """Items in one of `states`."""
        return sum(state in states for state in self.state.values())
