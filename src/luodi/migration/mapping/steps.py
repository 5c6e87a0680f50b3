"""What the steps of a rule refer to: columns, feeds, dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from luodi.transform.model import (
    Coalesce,
    Concat,
    Dictionary,
    Lookup,
    Operation,
    Predicate,
    When,
)


def every(steps: Iterable[Operation]) -> Iterator[Operation]:
    """Every step, those inside `When` after it."""
    for step in steps:
        yield step
        if isinstance(step, When):
            yield from every(step.then)
            yield from every(step.other)


def lookups(steps: Iterable[Operation]) -> list[str]:
    """Feeds whose keys are looked up."""
    return [step.feed for step in every(steps) if isinstance(step, Lookup)]


def translations(steps: Iterable[Operation]) -> list[str]:
    """Dictionaries that translate."""
    return [step.name for step in every(steps) if isinstance(step, Dictionary)]


def columns(steps: Iterable[Operation]) -> Iterator[str]:
    """Source columns that steps name."""
    for step in every(steps):
        if isinstance(step, (Coalesce, Concat)):
            yield from step.columns
        elif isinstance(step, When):
            yield from asked(step.test)


def asked(predicate: Predicate | None) -> Iterator[str]:
    """Source columns that a condition asks about."""
    if predicate is None:
        return
    if predicate.column:
        yield predicate.column
    for part in (*predicate.all, *predicate.any):
        yield from asked(part)
