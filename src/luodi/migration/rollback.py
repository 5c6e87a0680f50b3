"""rollback: exactly one batch out of the target again, and the proof that it is gone.

In one transaction: the batch's rows are locked, compared with how they were written, and removed
by the key ledger, children before parents; rows that a delta changed get their former values back.
Where somebody has been at them since, or rows of others point at them, nothing is removed and the
rows are named.  The proof: every table has the checksum it had before the load, or, where others
have worked there since, exactly the checksum that is left when the batch's rows are subtracted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import msgspec

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import ContentInput, Figure, Finding, Severity
from luodi.evidence.outcome import Outcome, verdict_of
from luodi.evidence.progress import Progress
from luodi.migration.batch import Batch, Batches, BatchFeed, Mode, State
from luodi.migration.model import Noun
from luodi.migration.target.model import Checksum, Removal, TargetTable
from luodi.migration.target.protocol import Removed, Target
from luodi.migration.target.rows import Rows
from luodi.migration.workspace import Workspace, literal, quoted

_NAMED = 20
"""Rows that a refusal names by their ordinals; the others are counted."""


class RolledBack(Noun, frozen=True, kw_only=True):
    """What taking a batch out did, by target table: rows removed, and what it holds now.

    ``residual`` counts rows of the batch that are still there, and rows by which a table differs
    from what must be left.
    """

    batch: str
    domain: str
    removed: dict[str, int]
    restored: int
    residual: int
    as_before: bool


def rollback(
    workspace: Workspace,
    batch_id: str,
    target: Target,
    *,
    confirm: str,
    in_use: bool = False,
    progress: Progress,
) -> Outcome[RolledBack]:
    """Take one batch out of the target.

    Parameters
    ----------
    confirm : str
        The batch's id once more.
    in_use : bool
        Whether the landing folder says that the target is in real use.

    Returns
    -------
    Outcome
        Its result says what was removed; where rows were changed since, nothing was, the findings
        name them and the verdict is fail.

    Raises
    ------
    WrongUse
        ``migration.no_such_batch``, ``migration.rollback_confirm``,
        ``migration.rollback_state``, ``migration.rollback_other_target``.
    LuodiError
        ``migration.rollback_in_use``, ``migration.rollback_later`` naming the batches that must
        go first, or what the target refuses.
    """
    batches = Batches(workspace)
    batch = batches.get(batch_id)
    _check(batches, batch, target, confirm, in_use)
    progress.stage("migration.rollback_comparing")
    target.begin(batch.id)
    tables = target.describe({feed.to for feed in batch.feeds} | _pointing(target, batch))
    if target.marks(batch.id).get("") == State.ROLLED_BACK:
        # Killed between the target's word and the workspace's.
        batches.keep(msgspec.structs.replace(batch, state=State.ROLLED_BACK))
        return _proven(batches, batch, target, tables, Removed())
    removals = _removals(workspace, batch, tables)
    removed = target.remove(batch.id, removals, tables, batch.key_sources)
    if removed.refused:
        return _refused(workspace, batch, removed)
    batches.keep(msgspec.structs.replace(batch, state=State.ROLLED_BACK))
    progress.stage("migration.rollback_proving")
    return _proven(batches, batch, target, tables, removed)


def _check(batches: Batches, batch: Batch, target: Target, confirm: str, in_use: bool) -> None:
    if confirm != batch.id:
        raise WrongUse("migration.rollback_confirm", {"batch": batch.id})
    if not (batch.open or batch.state is State.LOADED):
        raise WrongUse("migration.rollback_state", {"batch": batch.id, "state": batch.state.value})
    if batch.target != target.id:
        raise WrongUse(
            "migration.rollback_other_target", {"batch": batch.id, "target": batch.target}
        )
    if in_use or target.in_use():
        raise LuodiError("migration.rollback_in_use", {"target": target.id})
    if later := batches.later(batch):
        raise LuodiError(
            "migration.rollback_later",
            {"batch": batch.id, "later": tuple(each.id for each in later)},
        )


def _pointing(target: Target, batch: Batch) -> set[str]:
    """Tables whose rows may refer to rows of the batch."""
    described = target.describe({feed.to for feed in batch.feeds})
    return {reference.table for each in described.values() for reference in each.references}


def _removals(
    workspace: Workspace, batch: Batch, tables: Mapping[str, TargetTable]
) -> dict[str, Removal]:
    removals, batches = {}, Batches(workspace)
    for feed in reversed(batch.feeds):
        described = tables.get(feed.to)
        if described is None:
            raise LuodiError("migration.rollback_table_gone", {"batch": batch.id, "table": feed.to})
        # Rows that a later batch, taken back since, found changed by somebody.
        touched = [
            other.relation(f"_touched_{feed.id}")
            for other in batches.of(batch.domain, batch.target)
            if other.id != batch.id and workspace.has(other.schema, f"_touched_{feed.id}")
        ]
        removals[feed.id] = _removal(workspace, batch, feed, described, touched)
    return removals


def _removal(
    workspace: Workspace,
    batch: Batch,
    feed: BatchFeed,
    described: TargetTable,
    touched: Sequence[str],
) -> Removal:
    name, key = batch.relation(feed.id), quoted(feed.key)
    if batch.direct:
        cases = " ".join(
            f"WHEN s._ordinal BETWEEN {first} AND {last} THEN {literal(f'{feed.id}#{number}')}"
            for number, (first, last) in enumerate(feed.parts, start=1)
        )
        mark = f"CASE {cases} END" if cases else "''"
        updated, where = "false", ""
    elif batch.mode is Mode.DELTA:
        one, two = literal(f"{feed.id}#1"), literal(f"{feed.id}#2u")
        mark = f"CASE s._action WHEN 'update' THEN {two} ELSE {one} END"
        updated, where = "s._action = 'update'", " WHERE s._action <> 'same'"
    else:
        mark, updated, where = literal(feed.id + "#1"), "false", ""
    for later in touched:
        mark = (
            f"CASE WHEN CAST(s.{key} AS VARCHAR) IN (SELECT key FROM {later}) "
            f"THEN 'touched' ELSE {mark} END"
        )
    image, join = "''", ""
    images = f"_image_{feed.id}"
    if workspace.has(batch.schema, images):
        image = "coalesce(i.image, '')"
        join = f" LEFT JOIN {batch.relation(images)} i ON i.key = CAST(s.{key} AS VARCHAR)"
    keys = Rows(
        workspace,
        f"SELECT s.{key} AS key, {mark} AS mark, {updated} AS updated, {image} AS image "
        f"FROM {name} s{join}{where}",
        ("key", "mark", "updated", "image"),
    )
    restore = None
    if workspace.has(batch.schema, f"_before_{feed.id}"):
        listed = ", ".join(f"b.{quoted(column)}" for column in feed.columns)
        restore = Rows(
            workspace,
            f"SELECT {listed} FROM {batch.relation(f'_before_{feed.id}')} b "
            f"JOIN {name} s ON s.{key} = b.{key} WHERE s._action = 'update'",
            feed.columns,
        )
    return Removal(described.table, feed.key, keys, restore)


def _refused(workspace: Workspace, batch: Batch, removed: Removed) -> Outcome[RolledBack]:
    findings = [
        Finding(
            code="migration.rollback_changed",
            params=dict(_named(workspace, batch, feed, keys)),
            severity=Severity.ERROR,
            count=len(keys),
        )
        for feed, keys in removed.changed.items()
    ]
    findings += [
        Finding(
            code="migration.rollback_taken",
            params=dict(_named(workspace, batch, feed, keys)),
            severity=Severity.ERROR,
            count=len(keys),
        )
        for feed, keys in removed.barred.items()
    ]
    for feed, pairs in removed.pointed_at.items():
        for table in sorted({table for _, table in pairs}):
            keys = [key for key, other in pairs if other == table]
            findings.append(
                Finding(
                    code="migration.rollback_pointed_at",
                    params={**_named(workspace, batch, feed, keys), "other": table},
                    severity=Severity.ERROR,
                    count=len(keys),
                )
            )
    rows = sum(workspace.count(batch.relation(feed.id)) for feed in batch.feeds)
    result = RolledBack(
        batch=batch.id, domain=batch.domain, removed={}, restored=0, residual=rows, as_before=False
    )
    return _outcome(result, findings, (batch.input,))


def _named(
    workspace: Workspace, batch: Batch, feed_id: str, keys: Sequence[object]
) -> dict[str, str]:
    """Name rows by source table and ordinal: a key may be a patient's number."""
    feed = batch.feed(feed_id)
    assert feed is not None  # the target was asked about feeds of this batch
    some = [str(key) for key in keys[:_NAMED]]
    ordinals = workspace.db.execute(
        f"SELECT _ordinal FROM {batch.relation(feed_id)} WHERE CAST({quoted(feed.key)} AS VARCHAR) "
        f"IN ({', '.join('?' * len(some))}) ORDER BY _ordinal",
        some,
    ).fetchall()
    shown = ", ".join(str(ordinal) for (ordinal,) in ordinals)
    return {
        "table": feed.source_table,
        "target": feed.to,
        "ordinals": shown + (" …" if len(keys) > len(some) else ""),
    }


def _proven(
    batches: Batches,
    batch: Batch,
    target: Target,
    tables: Mapping[str, TargetTable],
    removed: Removed,
) -> Outcome[RolledBack]:
    """Look at every table once more, from outside the transaction."""
    findings, residual, as_before = [], 0, True
    for name, before_load in batch.before.items():
        known = tables[name].procedure
        if known is not None and known.unread:
            as_before = False
            findings.append(Finding(code="migration.rollback_unproven", params={"target": name}))
            continue
        now = target.checksum(tables[name].table)
        if now == before_load:
            continue
        as_before = False
        there = removed.before.get(name, Checksum())
        left = there.minus(removed.taken.get(name, Checksum()))
        if removed.after.get(name, Checksum()) == left or _restores(batch, name):
            findings.append(Finding(code="migration.rollback_moved_on", params={"target": name}))
            continue
        residual += max(1, abs(removed.after[name].rows - left.rows))
        findings.append(
            Finding(
                code="migration.rollback_differs", params={"target": name}, severity=Severity.ERROR
            )
        )
    result = RolledBack(
        batch=batch.id,
        domain=batch.domain,
        removed={name: checksum.rows for name, checksum in removed.taken.items()},
        restored=removed.restored,
        residual=residual,
        as_before=as_before,
    )
    counting = batches.latest(batch.domain, batch.target)
    return _outcome(result, findings, (counting.input,) if counting else ())


def _restores(batch: Batch, table: str) -> bool:
    """Whether values were put back there: what is left is then no plain difference."""
    return batch.mode is Mode.DELTA and any(feed.to == table for feed in batch.feeds)


def _outcome(
    result: RolledBack, findings: Sequence[Finding], inputs: Sequence[ContentInput]
) -> Outcome[RolledBack]:
    """Its inputs name the batch that counts in the target afterwards, if there is one."""
    return Outcome(
        result,
        subject=f"migration:{result.domain}",
        engine="migration",
        verb="rollback",
        verdict=verdict_of(findings),
        figures=tuple(_figures(result)),
        findings=tuple(findings),
        inputs=tuple(inputs),
    )


def as_rehearsal(outcome: Outcome[RolledBack]) -> Outcome[RolledBack]:
    """The same act as evidence that a batch can be taken out: what the gate asks of a rehearsal."""
    return replace(outcome, subject="rehearsal:batch", inputs=())


def _figures(result: RolledBack) -> Iterator[Figure]:
    yield Figure(name="removed", value=sum(result.removed.values()), unit="row")
    yield Figure(name="restored", value=result.restored, unit="row")
    yield Figure(name="residual", value=result.residual, unit="row")
