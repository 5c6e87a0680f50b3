"""Staged rows into the target: part by part into empty tables, in one swap into filled ones.

What is committed in the target is known by its marks.  A part whose rows the target refuses is
searched by halves for those rows; they are rejected, and with them all that hangs on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice, zip_longest

from luodi.evidence.progress import Progress
from luodi.migration.batch import Batch
from luodi.migration.loading.delta import INSERT, UPDATE
from luodi.migration.loading.plan import PlannedFeed
from luodi.migration.loading.refused import Search
from luodi.migration.loading.stage import Staging
from luodi.migration.loading.values import AT_ONCE, fill, in_slices
from luodi.migration.target.model import Part
from luodi.migration.target.protocol import Refused, Target
from luodi.migration.target.rows import Rows
from luodi.migration.workspace import literal, quoted

PART_ROWS = 100_000
"""Rows that are committed together into an empty table."""
_REFUSED = "_refused"


@dataclass
class Writing:
    """A staged batch on its way into the target."""

    staging: Staging
    batch: Batch
    target: Target

    def run(self, progress: Progress) -> None:
        """Write everything that is not in the target yet."""
        done = self.target.marks(self.batch.id)
        counted = (
            self.staging.workspace.count(self.batch.relation(f.id)) for f in self.batch.feeds
        )
        progress.stage("migration.load_writing", sum(counted), "row")
        with self.staging.workspace.threads(1):
            if self.batch.direct:
                self._directly(progress, done)
            else:
                self._in_one_swap(progress, done)

    # --- parts --------------------------------------------------------------------------------

    def _parts(self) -> Iterator[Part]:
        for feed in self.staging.feeds:
            yield from self._parts_of(feed)

    def _parts_of(self, feed: PlannedFeed) -> Iterator[Part]:
        known = self.batch.feed(feed.feed.id)
        assert known is not None  # a batch keeps every feed it staged
        if self.batch.direct:
            for number, (first, last) in enumerate(known.parts, start=1):
                yield self._part(feed, number, f"_ordinal BETWEEN {first} AND {last}")
        elif self.staging.previous is None:
            yield self._part(feed, 1, "true")
        else:
            yield self._part(feed, 1, f"_action = {literal(INSERT)}")
            yield self._part(feed, 2, f"_action = {literal(UPDATE)}", update=True)

    def _part(self, feed: PlannedFeed, number: int, where: str, *, update: bool = False) -> Part:
        listed = ", ".join(map(quoted, feed.columns))
        name = self.batch.relation(feed.feed.id)
        rows = Rows(
            self.staging.workspace,
            f"SELECT {listed} FROM {name} WHERE {where}",
            feed.columns,
        )
        return Part(
            feed.feed.id, number, feed.target.table, feed.feed.key.column, rows, where, update
        )

    # --- directly -------------------------------------------------------------------------------

    def _directly(self, progress: Progress, done: dict[str, str]) -> None:
        """Parents before children, as far as the target's own foreign keys demand it.

        Parts of one level are dealt out table by table, so that two lanes seldom extend the same
        table.  One thread of the workspace's engine for each lane is fastest: more only wait for
        the target.
        """
        for feeds in _levels(self.staging.feeds):
            rows = [
                [(feed, part) for part in self._parts_of(feed) if part.mark not in done]
                for feed in feeds
            ]
            todo = [each for turn in zip_longest(*rows) for each in turn if each is not None]
            # What a crash left open comes first: among rows of this run it could not be told.
            unsure = self.target.unsure(self.batch.id)
            first = [(feed, part) for feed, part in todo if part.mark in unsure]
            self._until_taken(first, progress)
            self._until_taken([each for each in todo if each not in first], progress)

    def _until_taken(self, todo: list[tuple[PlannedFeed, Part]], progress: Progress) -> None:
        """Write parts, and what is left of those that the target refused."""
        while refused := self._together(todo, progress):
            todo = [
                (feed, part)
                for feed, part, state in refused
                if self._find_and_reject(feed, part, state, progress)
            ]

    def _together(
        self, todo: Sequence[tuple[PlannedFeed, Part]], progress: Progress
    ) -> list[tuple[PlannedFeed, Part, str]]:
        """Write parts at once, as many as the target has lanes; return those it refused."""
        refused: list[tuple[PlannedFeed, Part, str]] = []
        waiting = list(todo)
        running: dict[Future[int], tuple[PlannedFeed, Part]] = {}
        with ThreadPoolExecutor(self.target.lanes) as lanes:
            try:
                while waiting or running:
                    while waiting and len(running) < self.target.lanes:
                        feed, part = waiting.pop(0)
                        running[lanes.submit(self._write, part)] = (feed, part)
                    ended, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in ended:
                        feed, part = running.pop(future)
                        try:
                            progress.advance(future.result())
                        except Refused as refusal:
                            refused.append((feed, part, refusal.state))
            finally:
                for future in running:
                    future.cancel()
        return refused

    def _write(self, part: Part) -> int:
        return self.target.write(self.batch.id, part)

    # --- in one swap ----------------------------------------------------------------------------

    def _in_one_swap(self, progress: Progress, done: dict[str, str]) -> None:
        while True:
            parts = [part for part in self._parts() if part.mark not in done and part.rows.count()]
            if not parts:
                return
            try:
                self.target.swap(self.batch.id, parts)
                progress.advance(sum(part.rows.count() for part in parts))
                return
            except Refused as refusal:
                self._find_in_turn(parts, refusal.state, progress)

    def _find_in_turn(self, parts: Sequence[Part], state: str, progress: Progress) -> None:
        """Which rows of a refused swap were meant: every part is tried on top of those before."""
        for number, part in enumerate(parts):
            refusal = self.target.refuses(part, parts[:number])
            if refusal:
                feed = next(f for f in self.staging.feeds if f.feed.id == part.feed)
                self._find_and_reject(feed, part, refusal, progress, parts[:number])
                return
        raise Refused(state)  # refused by nobody alone: the verb says which state

    # --- rows that the target refuses -----------------------------------------------------------

    def _find_and_reject(
        self,
        feed: PlannedFeed,
        part: Part,
        state: str,
        progress: Progress,
        before: Sequence[Part] = (),
    ) -> bool:
        """Reject the rows a part was refused for; whether anything of it is left to write."""
        rows = self._keep_refused(part, state, before)
        progress.note(
            "migration.load_refused", {"table": feed.feed.from_, "rows": rows, "state": state}
        )
        marks = (*self.target.marks(self.batch.id), *self.target.unsure(self.batch.id))
        written = {mark.split("#")[0] for mark in marks if mark}
        with self.staging.workspace.transaction():
            self._remember(written)
            self.staging.reject(
                feed, f"SELECT CAST(ordinal AS BIGINT), reason, NULL FROM {_REFUSED}"
            )
            self.staging.shift(feed)
            self.staging.settle(progress)
            self._note_taken_back(written)
        self.take_back()
        return part.rows.count() > 0

    def _keep_refused(self, part: Part, state: str, before: Sequence[Part]) -> int:
        """Find the refused rows of a part, into a table that ends with this run; say how many."""
        workspace = self.staging.workspace
        workspace.db.execute(
            f"CREATE OR REPLACE TEMP TABLE {_REFUSED} (ordinal VARCHAR, reason VARCHAR)"
        )
        search = Search(
            workspace, self.target, self.batch.relation(part.feed), part, before, self._narrowed
        )
        found = ((ordinal, f"target_{why}") for ordinal, why in search.rows(state))
        while some := [*islice(found, AT_ONCE)]:
            fill(workspace, _REFUSED, ("ordinal", "reason"), some)
        return workspace.count(_REFUSED)

    def _narrowed(self, part: Part, where: str) -> Part:
        feed = next(f for f in self.staging.feeds if f.feed.id == part.feed)
        both = f"({part.where}) AND ({where})"
        return self._part(feed, part.number, both, update=part.update)

    # --- rows that were written before their fate changed -----------------------------------------

    def _remember(self, written: set[str]) -> None:
        for feed in self.staging.feeds:
            if feed.feed.id in written:
                self.staging.workspace.db.execute(
                    f"CREATE TEMP TABLE {quoted('_was_' + feed.feed.id)} AS SELECT "
                    f"_ordinal, {quoted(feed.feed.key.column)} AS key "
                    f"FROM {self.batch.relation(feed.feed.id)}"
                )

    def _note_taken_back(self, written: set[str]) -> None:
        """Keep, with the new fates, which rows have to leave the target again."""
        db = self.staging.workspace.db
        for feed in self.staging.feeds:
            if feed.feed.id in written:
                was = quoted("_was_" + feed.feed.id)
                db.execute(
                    f"INSERT INTO {self.batch.relation('_taken_back')} SELECT "
                    f"{literal(feed.feed.id)}, CAST(key AS VARCHAR) FROM {was} w "
                    f"WHERE _ordinal NOT IN (SELECT _ordinal FROM "
                    f"{self.batch.relation(feed.feed.id)})"
                )
                db.execute(f"DROP TABLE {was}")

    def take_back(self) -> None:
        """Take rows out of the target whose fate changed after they were written; repeatable."""
        for feed in reversed(self.staging.feeds):
            gone = self.batch.relation("_taken_back")
            select = f"SELECT key FROM {gone} WHERE feed = {literal(feed.feed.id)}"
            for keys in in_slices(self.staging.workspace, select):
                self.target.delete(feed.target.table, feed.feed.key.column, keys)


def _levels(feeds: Sequence[PlannedFeed]) -> Iterator[list[PlannedFeed]]:
    """Feeds whose tables do not point at each other may be written at the same time.

    What a procedure's rows point at nobody knows but the mapping: its feeds wait for look-ups.
    """
    waiting = list(feeds)
    while waiting:
        tables = {feed.feed.to for feed in waiting}
        ids = {feed.feed.id for feed in waiting}
        now = [
            feed
            for feed in waiting
            if not any(
                key.table in tables and key.table != feed.feed.to
                for key in feed.target.table.foreign_keys
            )
            and (feed.target.procedure is None or not ids & {*feed.lookups} - {feed.feed.id})
        ] or waiting[:1]
        yield now
        waiting = [feed for feed in waiting if feed not in now]
