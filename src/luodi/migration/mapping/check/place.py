"""Findings that name their place, and names that are near."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from luodi.evidence.model import Finding, Severity


def found(code: str, severity: Severity = Severity.ERROR, /, **params: str | int) -> Finding:
    """Make a finding; a parameter ``count`` is also how often it was met."""
    count = params.get("count", 1)
    return Finding(code=code, params=params, severity=severity, count=int(count))


def near(name: str, known: Iterable[str]) -> str:
    """Names that somebody who wrote `name` may have meant."""
    names = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name.casefold(), names, n=3, cutoff=0.6)
    return ", ".join(names[each] for each in close) or "∅"
