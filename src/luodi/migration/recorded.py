"""Whether evidence about a batch still speaks for it: the ledger tells what became of it."""

from __future__ import annotations

from collections.abc import Collection

from luodi.evidence.freshness import Present, Resolver
from luodi.evidence.model import ContentInput, Evidence, SnapshotInput

BATCH = "batch:"
"""How the name of a batch begins where evidence names it as an input."""
_TELL = frozenset(("load", "rollback", "reconcile"))


def batches(records: Collection[Evidence]) -> Resolver:
    """Make a resolver for the batches that evidence of a domain names as its inputs.

    In one environment a domain has one batch that counts: the one named by the last record of a
    load or rollback, which both tell what is in the target afterwards, or of a reconciliation,
    which has read it there.  An act that ended in an error names none, and leaves a doubt that
    the next of them settles.
    """
    last: dict[tuple[str, str], Evidence] = {}
    for record in records:
        if record.engine == "migration" and record.verb in _TELL:
            key = (record.subject, record.environment.value)
            known = last.get(key)
            if known is None or known.finished < record.finished:
                last[key] = record
    counting = {
        item.name: item.digest
        for record in last.values()
        for item in record.inputs
        if isinstance(item, ContentInput) and item.name.startswith(BATCH)
    }

    def resolve(item: ContentInput | SnapshotInput) -> Present | None:
        if not isinstance(item, ContentInput) or not item.name.startswith(BATCH):
            return None
        found = counting.get(item.name)
        return Present(gone=True) if found is None else Present(digest=found)

    return resolve
