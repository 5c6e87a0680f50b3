"""Rows as the target wants them, in the workspace, to a fixed point of rejections.

A row that one feed rejects is rejected by all feeds of its table, and a row that looks it up is
rejected too.  So feeds are staged in order, and those whose ground has shifted once more, until
nothing moves.  Fates only ever grow, so that comes to an end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Progress
from luodi.migration.batch import Batch, BatchFeed
from luodi.migration.engine_errors import engine_error
from luodi.migration.loading.bind import (
    bound,
    columns_of,
    elsewhere_pairs,
    lookup_pairs,
)
from luodi.migration.loading.constraints import Constraints
from luodi.migration.loading.delta import choose_actions, holding, keep_keys
from luodi.migration.loading.engine import IN_WORKSPACE, Engine
from luodi.migration.loading.fates import Fates, merged
from luodi.migration.loading.keys import key_expression, source_columns
from luodi.migration.loading.links import alone, any_alone, link, nothing_linked
from luodi.migration.loading.merge import merge, nothing_merged
from luodi.migration.loading.plan import PlannedFeed
from luodi.migration.loading.reviewed import (
    any_away,
    away,
    landed,
    lost,
    prepare,
    put_beside,
    stand_in,
    standing,
    together,
)
from luodi.migration.mapping.model import Exclusion, KeyStrategy
from luodi.migration.model import Kind
from luodi.migration.workspace import Workspace, literal, quoted
from luodi.transform.compile import condition
from luodi.transform.dialect.duckdb import DUCKDB
from luodi.transform.program import Column as SourceColumn
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

    def __post_init__(self) -> None:
        self.fates = Fates(self.workspace, self.batch)
        self._by_id = {feed.feed.id: feed for feed in self.feeds}
        self._dirty = set(self._by_id)
        self._seen: dict[str, int] = {}
        self._first: dict[str, tuple[int, int]] = {}

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

    def exclude(self, exclusion: Exclusion) -> int:
        """Give the rows of a signed scope decision their fate; say how many."""
        source = self.workspace.relation(self.batch.source, exclusion.table)
        where = ""
        if exclusion.where is not None:
            where = " WHERE " + condition(exclusion.where, self._columns(exclusion.table), DUCKDB)
        with engine_error(exclusion.table):
            rows = stand_in(self, exclusion.table, f"SELECT _ordinal FROM {source}{where}")
            return self.fates.add(
                "excluded",
                exclusion.table,
                "",
                f"SELECT *, {literal(exclusion.id)}, NULL FROM ({rows})",
            )

    def hold(self, feed: PlannedFeed, ordinals: str) -> int:
        """Hold rows back that wait for a person; `ordinals` is SQL that yields them.

        What they are merged with waits with them; what has landed before does not wait any more.
        """
        source = self.workspace.relation(self.batch.source, feed.feed.from_)
        with engine_error(feed.feed.from_):
            waiting = together(self, feed.feed.from_, ordinals)
            return self.fates.add(
                "review",
                feed.feed.from_,
                feed.feed.id,
                f"SELECT *, {literal(feed.feed.review)}, NULL FROM ({waiting}) AS h(ordinal) "
                f"WHERE ordinal IN (SELECT _ordinal FROM {source}) "
                f"AND ordinal NOT IN ({landed(self, feed.feed.from_)})",
            )

    def resume(self) -> None:
        """Go on with what was staged before."""
        prepare(self)
        self._dirty = set()
        self._seen = {feed.feed.id: self._exceptions(feed) for feed in self.feeds}

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
        known = self._exceptions(feed)
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
            self._candidates(feed),
            self._columns(feed.feed.from_),
            dictionaries=self.dictionaries,
            lookups={id: self._lookup(feed, id) for id in feed.lookups},
        )
        key, made = self._key(feed), feed.feed.key.column
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
        before = self._seen.setdefault(feed.feed.id, self._exceptions(feed))
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
        if self._exceptions(feed) != before:
            self.shift(feed)

    def _candidates(self, feed: PlannedFeed) -> str:
        """Rows of the source that may still go somewhere."""
        source = self.workspace.relation(self.batch.source, feed.feed.from_)
        tests = []
        if feed.feed.where is not None:
            tests.append(condition(feed.feed.where, self._columns(feed.feed.from_), DUCKDB))
        if self._exceptions(feed):
            tests.append(f"_ordinal NOT IN {self.fates.without(feed.feed.from_)}")
        if any_away(self, feed.feed.from_):
            tests.append(f"_ordinal NOT IN {away(self, feed.feed.from_)}")
        if self.sample is not None and not self._is_needed(feed):
            # The same rows each time, from all over the table.
            every = f"greatest(1, (SELECT count(*) FROM {source}) // {self.sample})"
            tests.append(f"hash(_ordinal) % {every} = 0")
        return f"(SELECT * FROM {source} WHERE {' AND '.join(tests)})" if tests else source

    def _is_needed(self, feed: PlannedFeed) -> bool:
        parents = {key.table for other in self.feeds for key in other.target.table.foreign_keys}
        looked_up = any(feed.feed.id in other.lookups for other in self.feeds)
        return looked_up or feed.feed.to in parents

    def _columns(self, table: str) -> tuple[SourceColumn, ...]:
        described = self.workspace.catalogue(self.batch.source).table(table)
        if described is None:
            raise LuodiError(
                "migration.load_table_gone",
                {"feed": "", "table": table, "system": self.batch.source},
            )
        staged = self._types(self.workspace.relation(self.batch.source, table))
        return columns_of(described, staged)

    def _exceptions(self, feed: PlannedFeed) -> int:
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

    # --- keys ---------------------------------------------------------------------------------

    def _key(self, feed: PlannedFeed) -> str | None:
        if feed.feed.key.strategy is not KeyStrategy.SEQUENCE:
            return key_expression(feed, self.batch.source, None, 0)
        if feed.feed.id not in self._first:
            source = self.workspace.relation(self.batch.source, feed.feed.from_)
            row = self.workspace.db.execute(
                f"SELECT min(_ordinal), max(_ordinal) FROM {source}"
            ).fetchone()
            least, most = row if row and row[0] is not None else (1, 0)
            known = self.batch.feed(feed.feed.id)
            first = known.first_key if known else None
            if first is None:
                first = self.reserve(feed, most - least + 1)
            self._first[feed.feed.id] = (first, least)
        return key_expression(feed, self.batch.source, *self._first[feed.feed.id])

    def _lookup(self, feed: PlannedFeed, id: str) -> Pairs:
        needed = self._by_id.get(id)
        if needed is None:
            return self._lookup_elsewhere(feed, id)
        key = needed.target.table.column(needed.feed.key.column)
        assert key is not None  # the plan has looked
        kinds = {column.name: column.kind for column in self._columns(needed.feed.from_)}
        pairs = lookup_pairs(
            self.batch,
            id,
            key.name,
            (
                kinds[needed.source_key[0]],
                Kind.TEXT if key.kind is Kind.OTHER else key.kind,
                key.scale,
            ),
        )
        if id in feed.back:
            return replace(pairs, relation=self._ahead(needed))
        own = needed.source.primary_key  # the old system has seen to it that no value repeats
        followed = needed.feed.merge is not None or any_away(self, needed.feed.from_)
        if not followed and own == needed.source_key and len(own) == 1:
            relation = f"(SELECT _source_1, {quoted(key.name)} AS _key FROM {self._name(needed)})"
            return replace(pairs, relation=relation, unique=True)
        return pairs

    def _name(self, feed: PlannedFeed) -> str:
        return self.batch.relation(feed.feed.id)

    def _lookup_elsewhere(self, feed: PlannedFeed, id: str) -> Pairs:
        batch = self.elsewhere.get(id)
        known = batch.feed(id) if batch else None
        if batch is None or known is None:
            raise LuodiError("migration.load_lookup_unknown", {"feed": feed.feed.id, "lookup": id})
        held = holding(self.workspace, batch, id)
        return elsewhere_pairs(batch, known, self._types(batch.relation(id)), held)

    def _types(self, relation: str) -> dict[str, str]:
        lines = self.workspace.db.execute(f"DESCRIBE {relation}").fetchall()
        return {str(line[0]): str(line[1]) for line in lines}

    def is_staged(self, feed: PlannedFeed) -> bool:
        """Whether a feed's rows are there, perhaps not for the last time."""
        return feed.feed.id in self._seen

    def _ahead(self, needed: PlannedFeed) -> str:
        """Keys of rows that are not staged yet: no value of theirs decides them."""
        source = self.workspace.relation(self.batch.source, needed.feed.from_)
        columns = ", ".join(
            f"{quoted(column)} AS {alias}"
            for column, alias in zip(needed.source_key, source_columns(needed), strict=True)
        )
        rows = (
            f"(SELECT _ordinal, {columns} FROM {source} WHERE _ordinal NOT IN "
            f"{self.fates.without(needed.feed.from_)})"
        )
        ahead = f"(SELECT *, {self._key(needed) or '_source_1'} AS _key FROM {rows})"
        if not any_away(self, needed.feed.from_):
            return ahead
        return (
            f"(SELECT r.*, k._key FROM {rows} r JOIN {standing(self, needed.feed.from_)} a "
            f"ON a.ordinal = r._ordinal JOIN {ahead} k ON k._ordinal = a.stands)"
        )

    # --- what was made --------------------------------------------------------------------------

    def record(self, part_rows: int) -> Batch:
        """The batch with its feeds as they were staged."""
        feeds = tuple(
            BatchFeed(
                id=feed.feed.id,
                source_table=feed.feed.from_,
                to=feed.feed.to,
                key=feed.feed.key.column,
                columns=feed.columns,
                source_key=feed.source_key,
                parts=self._parts(feed, part_rows),
                first_key=self._first.get(feed.feed.id, (None,))[0],
                lookups=feed.lookups,
            )
            for feed in self.feeds
        )
        return msgspec.structs.replace(self.batch, feeds=feeds)

    def _parts(self, feed: PlannedFeed, part_rows: int) -> tuple[tuple[int, int], ...]:
        name = self.batch.relation(feed.feed.id)
        row = self.workspace.db.execute(
            f"SELECT count(*), min(_ordinal), max(_ordinal) FROM {name}"
        ).fetchone()
        rows, least, most = row or (0, None, None)
        if not rows:
            return ()
        pieces = 1 if feed.whole else -(-rows // part_rows)
        step = -(-(most - least + 1) // pieces)
        return tuple((start, start + step - 1) for start in range(least, most + 1, step))
