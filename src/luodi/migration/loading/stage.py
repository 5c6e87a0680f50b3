"""Rows as the target wants them, in the workspace, to a fixed point of rejections.

A row that one feed rejects is rejected by all feeds of its table, and a row that looks it up is
rejected too.  So feeds are staged in order, and those whose ground has shifted once more, until
nothing moves.  Fates only ever grow, so that comes to an end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from luodi.evidence.progress import Progress
from luodi.migration.batch import Batch
from luodi.migration.engine_errors import engine_error
from luodi.migration.loading.bind import bound
from luodi.migration.loading.candidates import candidates, columns
from luodi.migration.loading.constraints import Constraints
from luodi.migration.loading.delta import choose_actions, keep_keys
from luodi.migration.loading.engine import IN_WORKSPACE, Engine
from luodi.migration.loading.fates import Fates, merged
from luodi.migration.loading.keys import key_of, source_columns
from luodi.migration.loading.links import alone, any_alone, link, nothing_linked
from luodi.migration.loading.lookups import lookup
from luodi.migration.loading.merge import merge, nothing_merged
from luodi.migration.loading.plan import PlannedFeed
from luodi.migration.loading.reviewed import any_away, lost, prepare, put_beside
from luodi.migration.workspace import Workspace, literal, quoted
from luodi.transform.program import Pairs

Reserve = Callable[[PlannedFeed, int], int]
"""Takes so many keys of a feed's table and returns the first."""


@dataclass
class Staging:
    """A batch being staged.

    ``elsewhere`` are loaded batches of other domains by the feed that is looked up in them;
    ``previous`` is the batch that a delta goes on from; ``sample`` how many rows of a feed nobody
    looks up are enough.
    """

    workspace: Workspace
    batch: Batch
    feeds: tuple[PlannedFeed, ...]
    dictionaries: Mapping[str, Pairs]
    reserve: Reserve
    constraints: Constraints
    elsewhere: Mapping[str, Batch] = field(default_factory=dict)
    previous: Batch | None = None
    sample: int | None = None
    engine: Engine = IN_WORKSPACE
    frozen: bool = False
    """Writing has begun: whoever went into a row that is rejected now is rejected with it."""
    first_keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By feed, the first key that was reserved and the ordinal that it is for."""

    def __post_init__(self) -> None:
        self.fates = Fates(self.workspace, self.batch)
        self._dirty = {feed.feed.id for feed in self.feeds}
        self._seen: dict[str, int] = {}

    # --- the whole ----------------------------------------------------------------------------

    def begin(self) -> None:
        """Make room for the batch."""
        with engine_error():
            self.workspace.db.execute(f"DROP SCHEMA IF EXISTS {quoted(self.batch.schema)} CASCADE")
            self.workspace.db.execute(f"CREATE SCHEMA {quoted(self.batch.schema)}")
            self.fates.prepare()
            self.workspace.db.execute(
                f"CREATE TABLE {self.batch.relation('_taken_back')} (feed VARCHAR, key VARCHAR)"
            )
            prepare(self)

    def resume(self) -> None:
        """Go on with what was staged before."""
        prepare(self)
        self._dirty = set()
        self._seen = {feed.feed.id: self.exceptions(feed) for feed in self.feeds}

    def settle(self, progress: Progress) -> None:
        """Stage every feed whose ground has shifted, until nothing moves."""
        progress.stage("migration.load_staging", len(self._dirty), "piece")
        while todo := [feed for feed in self.feeds if feed.feed.id in self._dirty]:
            feed = todo[0]
            self._dirty.discard(feed.feed.id)
            with engine_error(feed.feed.from_):
                self._stage(feed)
            progress.advance()
        self.fates.show(self.feeds)

    def reject(self, feed: PlannedFeed, select: str) -> int:
        """Reject rows of a staged feed: `select` yields ordinal, reason, column; say how many."""
        gone = self.fates.add("rejected", feed.feed.from_, feed.feed.id, select)
        if gone:
            self._take_out(feed)
        return gone

    def shift(self, feed: PlannedFeed) -> None:
        """Rows of a feed were rejected: others of its table lose them, who looks up notices."""
        self._leave_with_leader(feed)
        known = self.exceptions(feed)
        for other in self.feeds:
            if other.feed.from_ != feed.feed.from_ or other.feed.id not in self._seen:
                continue
            lost = self._seen[other.feed.id] != known
            if other is not feed and lost:
                if other.feed.merge is not None and not self.frozen:
                    self._dirty.add(other.feed.id)  # another row has to stand for its group
                    continue
                lost = self._take_out(other) > 0
                self._lead_anew(other)
            self._seen[other.feed.id] = known
            if lost:
                self._dirty |= {
                    who.feed.id
                    for who in self.feeds
                    if other.feed.id in who.lookups and who.feed.id in self._seen
                }

    # --- one feed -----------------------------------------------------------------------------

    def _stage(self, feed: PlannedFeed) -> None:
        db, name = self.workspace.db, self.batch.relation(feed.feed.id)
        db.execute(f"DROP TABLE IF EXISTS {name}")
        program = bound(
            feed,
            candidates(self, feed),
            columns(self, feed.feed.from_),
            dictionaries=self.dictionaries,
            lookups={id: lookup(self, feed, id) for id in feed.lookups},
        )
        key, made = key_of(self, feed), feed.feed.key.column
        listed = [
            *source_columns(feed),
            *(
                f"{key} AS {quoted(name)}" if key and name == made else quoted(name)
                for name in feed.columns
            ),
        ]
        if self.previous is not None:
            listed.append("'insert' AS _action")
        db.execute(
            f"CREATE TABLE {name} AS SELECT _ordinal, {', '.join(listed)}, _faults "
            f"FROM ({self.engine.rows(self.workspace, program)})"
        )
        nothing_merged(self, feed)
        nothing_linked(self, feed)
        before = self._seen.setdefault(feed.feed.id, self.exceptions(feed))
        self.reject(
            feed,
            "SELECT _ordinal, split_part(_faults[1], ':', -1), "
            "left(_faults[1], length(_faults[1]) - 1 - length(split_part(_faults[1], ':', -1))) "
            f"FROM {name} WHERE _faults IS NOT NULL",
        )
        db.execute(f"ALTER TABLE {name} DROP COLUMN _faults")
        merge(self, feed)
        put_beside(self, feed)
        keep_keys(self, feed)
        link(self, feed)
        choose_actions(self, feed)
        gone = sum(self.reject(feed, select) for select in self.constraints.refused(self, feed))
        if gone and feed.feed.merge is not None and not self.frozen:
            self._dirty.add(feed.feed.id)  # another row may have to stand for its group
        self._lead_anew(feed)
        if self.exceptions(feed) != before:
            self.shift(feed)

    def exceptions(self, feed: PlannedFeed) -> int:
        """How many rows of a feed's table go nowhere."""
        return self.workspace.count(
            f"{self.fates.exceptions} WHERE source_table = {literal(feed.feed.from_)}"
        )

    def _take_out(self, feed: PlannedFeed) -> int:
        """Take rows out of a feed's table that have got another fate; say how many."""
        name, into = self.batch.relation(feed.feed.id), self.batch.relation(merged(feed.feed.id))
        table, gone = feed.feed.from_, self.fates.without(feed.feed.from_)
        row = self.workspace.db.execute(f"DELETE FROM {name} WHERE _ordinal IN {gone}").fetchone()
        followed = any_away(self, table)
        if self.frozen and feed.feed.merge is not None:
            orphans = f"SELECT _ordinal, 'merge', NULL FROM {into} WHERE merged_into IN {gone}"
            self.fates.add("rejected", table, feed.feed.id, orphans)
        if followed:
            self.fates.add("rejected", table, feed.feed.id, lost(self, table))
        if followed or (self.frozen and feed.feed.merge is not None):
            self.workspace.db.execute(f"DELETE FROM {into} WHERE _ordinal IN {gone}")
        return int(row[0]) if row else 0

    # --- links --------------------------------------------------------------------------------

    def _lead_anew(self, feed: PlannedFeed) -> None:
        """Stage a feed once more where a row lost the one it is linked to."""
        if not self.frozen and self.is_staged(feed) and any_alone(self, feed):
            self._dirty.add(feed.feed.id)

    def _leave_with_leader(self, feed: PlannedFeed) -> None:
        """Reject rows whose leading row is rejected when they may be in the target already."""
        for other in self.feeds:
            if self.frozen and other.feed.from_ == feed.feed.from_ and any_alone(self, other):
                self.reject(other, alone(self, other))

    def is_staged(self, feed: PlannedFeed) -> bool:
        """Whether a feed's rows are there, perhaps not for the last time."""
        return feed.feed.id in self._seen
