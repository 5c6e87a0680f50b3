"""A batch: one load of one domain, with a name, a state and everything needed to take it back.

::

    planned → staged → writing → loaded → rolled_back
        └────────┴────────┴──────→ failed

The schema ``batch_<id>`` of the workspace holds per feed a table of its name: ``_ordinal``, the
source key (``_source_1`` …), the target's columns, and in a delta ``_action`` (insert, update,
same); beside it ``_merged_<feed>`` with the rows that went into another, ``_exception`` with the
rows that went nowhere, and `_fate`, which has exactly one line per source row accounted for.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import ContentInput, now
from luodi.migration.model import Noun
from luodi.migration.recorded import BATCH
from luodi.migration.target.model import Checksum
from luodi.migration.workspace import Workspace, quoted

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class Mode(StrEnum):
    """What a load is for.

    FULL loads everything; DELTA what is new or changed since the batches before; REHEARSAL is a
    full load that first takes back the rehearsal before it.
    """

    FULL = "full"
    DELTA = "delta"
    REHEARSAL = "rehearsal"


class State(StrEnum):
    """How far a batch has come."""

    PLANNED = "planned"
    STAGED = "staged"
    WRITING = "writing"
    LOADED = "loaded"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"


class BatchFeed(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """A feed as it was loaded: where from, where to, which columns, and its parts.

    ``parts`` are ranges of ordinals, first and last included; ``first_key`` is the first key that
    was reserved in the target.
    """

    id: str
    source_table: str
    to: str
    key: str
    columns: tuple[str, ...]
    source_key: tuple[str, ...] = ()
    parts: tuple[tuple[int, int], ...] = ()
    first_key: int | None = None
    lookups: tuple[str, ...] = ()


class Batch(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """One load of one domain.

    ``feeds`` are in the order in which they are written.  ``before`` are the checksums of the
    tables touched, as they were before the load; ``key_sources`` what each sequence would hand
    out after the load, and would have before it.  ``builds_on`` are earlier batches whose keys
    this one uses.
    """

    id: str
    domain: str
    source: str
    target: str
    mode: Mode
    state: State
    created: datetime
    mapping: str
    feeds: tuple[BatchFeed, ...] = ()
    before: dict[str, Checksum] = msgspec.field(default_factory=dict)
    key_sources: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)
    builds_on: tuple[str, ...] = ()
    direct: bool = False

    @property
    def schema(self) -> str:
        """Schema of the workspace that holds what was made."""
        return f"batch_{self.id}"

    @property
    def input(self) -> ContentInput:
        """The batch as an input of evidence: its name, and the mapping it was loaded by."""
        return ContentInput(name=f"{BATCH}{self.id}", digest=self.mapping)

    def relation(self, name: str) -> str:
        """How SQL names one of the batch's tables."""
        return f"{quoted(self.schema)}.{quoted(name)}"

    def feed(self, id: str) -> BatchFeed | None:
        """Find a feed by its id."""
        return next((feed for feed in self.feeds if feed.id == id), None)

    @property
    def open(self) -> bool:
        """Whether it was begun and neither ended nor taken back."""
        return self.state in (State.PLANNED, State.STAGED, State.WRITING)

    @property
    def present(self) -> bool:
        """Whether rows of it may be in the target."""
        return self.state in (State.WRITING, State.LOADED)


def new_id(domain: str, moment: datetime | None = None) -> str:
    """Make a name for a batch: ``patients_20261124_1032_k7q``."""
    stamp = (moment or now()).astimezone().strftime("%Y%m%d_%H%M")
    return f"{domain}_{stamp}_" + "".join(secrets.choice(_LETTERS) for _ in range(3))


class Batches:
    """The batches of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        workspace.db.execute(
            "CREATE TABLE IF NOT EXISTS _luodi.batch "
            "(id VARCHAR PRIMARY KEY, created TIMESTAMPTZ NOT NULL, content BLOB NOT NULL)"
        )

    def keep(self, batch: Batch) -> Batch:
        """Remember a batch, instead of what was known of it."""
        self._workspace.db.execute(
            "INSERT OR REPLACE INTO _luodi.batch VALUES (?, ?, ?)",
            [batch.id, batch.created, msgspec.msgpack.encode(batch)],
        )
        return batch

    def get(self, id: str) -> Batch:
        """Recall a batch.

        Raises
        ------
        WrongUse
            ``migration.no_such_batch``.
        """
        row = self._workspace.db.execute(
            "SELECT content FROM _luodi.batch WHERE id = ?", [id]
        ).fetchone()
        if row is None:
            known = tuple(batch.id for batch in self.all()[-5:])
            raise WrongUse("migration.no_such_batch", {"batch": id, "known": known})
        return _decoded(row[0])

    def all(self) -> tuple[Batch, ...]:
        """Every batch, oldest first."""
        rows = self._workspace.db.execute(
            "SELECT content FROM _luodi.batch ORDER BY created, id"
        ).fetchall()
        return tuple(_decoded(content) for (content,) in rows)

    def of(self, domain: str, target: str) -> tuple[Batch, ...]:
        """The batches of a domain in a target, oldest first."""
        return tuple(b for b in self.all() if b.domain == domain and b.target == target)

    def unfinished(self, domain: str, target: str) -> Batch | None:
        """Find a batch that was begun and never ended."""
        return next((batch for batch in self.of(domain, target) if batch.open), None)

    def latest(self, domain: str, target: str) -> Batch | None:
        """Find the newest batch of a domain that is in the target: what it should hold now."""
        loaded = [b for b in self.of(domain, target) if b.state is State.LOADED]
        return loaded[-1] if loaded else None

    def holding(self, feed: str, source: str, target: str) -> Batch | None:
        """Find the newest loaded batch, of whatever domain, that has a feed."""
        found = [
            batch
            for batch in self.all()
            if (batch.source, batch.target) == (source, target)
            and batch.state is State.LOADED
            and batch.feed(feed)
        ]
        return found[-1] if found else None

    def rehearsals(self, domains: Iterable[str], target: str) -> tuple[Batch, ...]:
        """Find rehearsals that are still in the target, newest first."""
        wanted = set(domains)
        return tuple(
            batch
            for batch in reversed(self.all())
            if batch.mode is Mode.REHEARSAL
            and batch.domain in wanted
            and batch.target == target
            and (batch.open or batch.state is State.LOADED)
        )

    def later(self, batch: Batch) -> tuple[Batch, ...]:
        """Batches in the target that build on this one, newest first."""
        return tuple(
            other
            for other in reversed(self.all())
            if other.id != batch.id and other.present and batch.id in other.builds_on
        )

    def drop(self, batch: Batch) -> None:
        """Forget what a batch made in the workspace."""
        self._workspace.db.execute(f"DROP SCHEMA IF EXISTS {quoted(batch.schema)} CASCADE")


def _decoded(content: bytes) -> Batch:
    try:
        return msgspec.msgpack.decode(content, type=Batch)
    except msgspec.MsgspecError as error:
        raise LuodiError("migration.workspace_damaged", {"reason": type(error).__name__}) from None
