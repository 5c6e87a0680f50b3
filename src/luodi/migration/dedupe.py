"""Duplicate patients, or drugs: which rows of a table speak of one person.

Blocking finds pairs worth a look, every field of a pair is compared by levels that know Chinese
names and identity cards, EM learns what each level is worth, guards keep apart who only looks
alike (twins, parent and child, a newborn and its mother, 无名氏, a borrowed card), and linked pairs
become clusters that never join two records a guard keeps apart.  Nothing is changed by it: pairs
are proposals, with their class and the weight of every field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

import duckdb

from luodi.evidence.model import ContentInput, Figure, Finding, Input, Severity
from luodi.evidence.outcome import Outcome, verdict_of
from luodi.evidence.progress import Progress
from luodi.migration.engine_errors import engine_error
from luodi.migration.linkage.block import block, collapse
from luodi.migration.linkage.cluster import cluster, not_compared
from luodi.migration.linkage.compare import compare, count_values
from luodi.migration.linkage.crowd import forget_crowded
from luodi.migration.linkage.estimate import Estimate
from luodi.migration.linkage.into import into
from luodi.migration.linkage.judge import bits, read, score, told_always, train, trained
from luodi.migration.linkage.model import (
    Binding,
    Class,
    Cluster,
    Deduplication,
    FieldKind,
    Pair,
)
from luodi.migration.linkage.prepare import Side, prepare
from luodi.migration.linkage.rules import judgement, rules_digest
from luodi.migration.workspace import Workspace

DRUG_KINDS = frozenset((FieldKind.DRUG_NAME, FieldKind.SPECIFICATION, FieldKind.MANUFACTURER))
TINY = 1e-9


def dedupe(
    workspace: Workspace,
    sides: tuple[Side, ...],
    *,
    inputs: tuple[Input, ...] = (),
    progress: Progress,
) -> Outcome[Deduplication]:
    """Find the rows of one table that are one person, or of two tables that belong together.

    Parameters
    ----------
    sides : tuple of Side
        One table, or two; with two, only pairs between them are looked at.
    inputs : tuple of Input
        What the rows came from, for the evidence; the digest of the rules is added.

    Raises
    ------
    WrongUse
        ``migration.dedupe_*``: an empty table, an id that is absent or not unique, nothing to
        compare.
    """
    with engine_error(sides[0].table):
        return _outcome(_found(workspace, sides, progress), inputs)


def domain_of(fields: Iterable[Binding]) -> str:
    """``drugs`` where the table is one of drugs, else ``patients``."""
    return "drugs" if any(field.kind in DRUG_KINDS for field in fields) else "patients"


def _found(workspace: Workspace, sides: tuple[Side, ...], progress: Progress) -> Deduplication:
    db, linking = workspace.db, len(sides) > 1
    progress.stage("migration.dedupe_stage_prepare")
    fields = prepare(db, sides, progress)
    crowded = forget_crowded(db, fields)
    alike = collapse(db, fields, linking=linking)
    count_values(db, fields)
    progress.stage("migration.dedupe_stage_block")
    blocking = (alike, *block(db, fields, linking=linking, progress=progress))
    progress.stage("migration.dedupe_stage_compare")
    compare(db, fields, "pair", "gamma")
    progress.stage("migration.dedupe_stage_train")
    found = train(db, fields, linking=linking)
    progress.stage("migration.dedupe_stage_judge")
    pairs, clusters = _judged(db, fields, found, linking=linking)
    records = workspace.count("record")
    by_class = {kind: tuple(p for p in pairs if p.class_ is kind) for kind in Class}
    return Deduplication(
        table=sides[0].table,
        id=sides[0].id,
        records=records,
        fields=fields,
        pairs=tuple(pair for pair in pairs if pair.class_ is not Class.DIFFERENT),
        clusters=clusters,
        kept_apart=by_class[Class.DIFFERENT],
        per_10000=round(len(by_class[Class.REVIEW]) * 10_000 / records, 2),
        prior=found.prior,
        iterations=found.rounds,
        model=trained(fields, found),
        blocking=blocking,
        crowded=crowded,
    )


def _judged(
    db: duckdb.DuckDBPyConnection,
    fields: tuple[Binding, ...],
    found: Estimate,
    *,
    linking: bool,
) -> tuple[list[Pair], tuple[Cluster, ...]]:
    score(db, fields, found, "gamma", "scored", judgement().review)
    scored = read(db, fields, "scored")
    if not linking and (missed := not_compared(scored)):
        db.execute("CREATE OR REPLACE TEMP TABLE missed (l INTEGER, r INTEGER)")
        into(db, "missed", missed)
        compare(db, fields, "missed", "gamma_missed")
        score(db, fields, found, "gamma_missed", "scored_missed", TINY)
        scored = dict(sorted((scored | read(db, fields, "scored_missed")).items()))
    pairs, groups = cluster(scored)
    members = {record for group in groups for record in group.members}
    rows = db.execute("SELECT rid, id, ordinal FROM record").fetchall()
    ids = {rid: (name, ordinal) for rid, name, ordinal in rows if rid in members}
    least = bits(judgement().review)
    shown = [p for p in pairs.values() if p.via or p.weight >= least or told_always(p)]
    return shown, tuple(group.named(ids) for group in groups)


def _outcome(result: Deduplication, inputs: tuple[Input, ...]) -> Outcome[Deduplication]:
    count = Counter(pair.class_ for pair in result.pairs)
    conflicts = sum(cluster.conflict for cluster in result.clusters)
    cut = sum(count.blocks_cut for count in result.blocking)
    lent = sum(told_always(pair) for pair in (*result.pairs, *result.kept_apart))
    findings = []
    if lent:
        findings.append(
            Finding(
                code="migration.dedupe_card_shared", params={"count": lent}, severity=Severity.INFO
            )
        )
    if result.crowded:
        findings.append(
            Finding(
                code="migration.dedupe_crowded",
                params={"count": result.crowded},
                severity=Severity.INFO,
            )
        )
    if conflicts:
        findings.append(
            Finding(code="migration.dedupe_cluster_conflict", params={"count": conflicts})
        )
    if cut:
        findings.append(
            Finding(
                code="migration.dedupe_block_cut", params={"count": cut}, severity=Severity.INFO
            )
        )
    return Outcome(
        result,
        subject=f"migration:{domain_of(result.fields)}",
        engine="migration",
        verb="dedupe",
        verdict=verdict_of(findings),
        figures=(
            Figure(name="rows", value=result.records, unit="row"),
            Figure(name="pairs", value=len(result.pairs), unit="pair"),
            Figure(name="certain", value=count[Class.CERTAIN], unit="pair"),
            Figure(name="review", value=count[Class.REVIEW], unit="pair"),
            Figure(name="clusters", value=len(result.clusters), unit="piece"),
            Figure(name="kept_apart", value=len(result.kept_apart), unit="pair"),
            Figure(name="per_10000", value=Decimal(str(result.per_10000)), unit="pair"),
        ),
        findings=tuple(findings),
        inputs=(*inputs, ContentInput(name="rules:dedupe", digest=rules_digest())),
    )
