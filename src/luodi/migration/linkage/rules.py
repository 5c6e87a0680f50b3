"""What the data files beside this module say, read once and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Annotated, Literal, TypeVar

import msgspec

from luodi.evidence.canonical import digest
from luodi.migration.linkage.model import Class, Comparison, FieldKind, Level, Noun

T = TypeVar("T")
Share = Annotated[float, msgspec.Meta(gt=0, lt=1)]


class BlockingRule(Noun, frozen=True, kw_only=True):
    """Records whose ``key`` is equal are paired; rules of a group stand from broad to narrow."""

    group: str
    needs: tuple[FieldKind, ...]
    key: tuple[str, ...]


class Blocking(Noun, frozen=True, kw_only=True):
    """The blocking rules and their limits; see ``blocking.toml``."""

    format: Literal[1]
    largest: int
    window: int
    budget_per_record: int
    budget_least: int
    identical: int
    rules: tuple[BlockingRule, ...] = msgspec.field(name="rule")


class Guard(Noun, frozen=True, kw_only=True):
    """A condition that keeps two records apart, or leaves them to a person.

    ``always``: such a pair is told however little else in it is alike.
    """

    id: str
    when: str
    class_: Class = msgspec.field(name="class")
    always: bool = False


class Certain(Noun, frozen=True, kw_only=True):
    """A condition under which a pair may be merged without a person."""

    id: str
    when: str


class Judgement(Noun, frozen=True, kw_only=True):
    """Thresholds, facts, guards and what is certain; see ``judgement.toml``."""

    format: Literal[1]
    link: Share
    review: Share
    doubt: Share
    tie: float
    generation: int
    crowd: dict[FieldKind, int]
    facts: dict[str, str] = msgspec.field(name="fact")
    said: dict[str, str]
    guards: tuple[Guard, ...] = msgspec.field(name="guard")
    certain: tuple[Certain, ...]


@cache
def comparisons() -> Mapping[FieldKind, Comparison]:
    """How the values of every kind are compared; the shares of a kind's levels add up to 1."""
    found = msgspec.toml.decode(_text("comparisons.toml"))
    del found["format"]
    read = msgspec.convert(found, dict[FieldKind, Comparison])
    return {kind: _whole(comparison) for kind, comparison in read.items()}


@cache
def blocking() -> Blocking:
    """The blocking rules."""
    return msgspec.toml.decode(_text("blocking.toml"), type=Blocking)


@cache
def judgement() -> Judgement:
    """The guards and what is certain."""
    return msgspec.toml.decode(_text("judgement.toml"), type=Judgement)


@cache
def headers() -> Mapping[str, str]:
    """Names of columns, as `plain` writes them, and the kind each is; ``id`` for the key."""
    found: dict[str, str] = {}
    for line in _text("headers.tsv").splitlines():
        if line and not line.startswith("#"):
            kind, names = line.split("\t")
            for name in names.split(" "):
                found.setdefault(plain(name), kind)
    return found


def plain(name: str) -> str:
    """A column's name without case, blanks, hyphens and underscores."""
    return re.sub(r"[\s_\-]", "", name).casefold()


def rules_digest() -> str:
    """Digest of everything that decides: evidence is stale once a rule changes."""
    rules = (dict(comparisons()), blocking(), judgement())
    return digest([msgspec.json.encode(part).decode() for part in rules])


def level_numbers(kind: FieldKind) -> Mapping[str, int]:
    """Number of every level of a kind, from 1, the best first; 0 stands for a missing value."""
    return {level.id: n for n, level in enumerate(comparisons()[kind].levels, 1)}


_WORD = re.compile(r"[a-z_]+:[a-z_|]+|[a-z_]+|[()]")


def condition(
    text: str, level: Callable[[str, tuple[int, ...]], str | None], fact: Callable[[str], str]
) -> str:
    """Turn a condition of ``judgement.toml`` into SQL.

    Parameters
    ----------
    level : callable
        Says in SQL that the field of a kind has one of the levels of these numbers; None where
        the table has no such field, and then it does not hold.
    fact : callable
        Says a fact in SQL.
    """

    def said(match: re.Match[str]) -> str:
        word = match[0]
        if word in ("and", "or", "not", "(", ")"):
            return word.upper()
        kind, colon, levels = word.partition(":")
        if not colon and word in judgement().said:
            return f"({condition(judgement().said[word], level, fact)})"
        if not colon:
            return f"coalesce({fact(word)}, false)"
        numbers = level_numbers(FieldKind(kind))
        return level(kind, tuple(numbers[name] for name in levels.split("|"))) or "false"

    return _WORD.sub(said, text)


def _whole(comparison: Comparison) -> Comparison:
    total = sum(level.m for level in comparison.levels)
    levels = tuple(
        Level(id=level.id, m=level.m / total, when=level.when) for level in comparison.levels
    )
    return msgspec.structs.replace(comparison, levels=levels)


def _text(name: str) -> str:
    return (resources.files("luodi.migration.linkage") / name).read_text(encoding="utf-8")
