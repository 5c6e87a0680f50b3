"""What a file holds that is no row: how often for which reason, and in which lines first."""

from __future__ import annotations

from collections.abc import Iterable

from luodi.evidence.model import Finding, Severity
from luodi.migration.model import Noun
from luodi.migration.source.model import Reject

FIRST = 10
"""Lines that a finding names."""


class Refusal(Noun, frozen=True, kw_only=True):
    """How many lines were refused for one reason, and the first of them."""

    reason: str
    count: int
    first: tuple[int, ...]


NONE: tuple[Refusal, ...] = ()


def together(known: Iterable[Refusal], rejects: Iterable[Reject]) -> tuple[Refusal, ...]:
    """Add what was refused after what is known."""
    found = {refusal.reason: refusal for refusal in known}
    for reject in rejects:
        before = found.get(reject.reason) or Refusal(reason=reject.reason, count=0, first=())
        found[reject.reason] = Refusal(
            reason=reject.reason,
            count=before.count + 1,
            first=before.first if len(before.first) == FIRST else (*before.first, reject.line),
        )
    return tuple(found.values())


def findings(table: str, refused: Iterable[Refusal]) -> list[Finding]:
    """Say that lines of a table are no rows, and why."""
    return [
        Finding(
            code=f"migration.line_{refusal.reason}",
            params={"table": table, "lines": ", ".join(map(str, refusal.first))},
            severity=Severity.ERROR,
            count=refusal.count,
        )
        for refusal in refused
    ]
