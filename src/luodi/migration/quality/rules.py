"""The catalogue of rules, read and checked."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources

import msgspec

from luodi.evidence.canonical import digest
from luodi.migration.model import Kind
from luodi.migration.profiling.meaning import meanings
from luodi.migration.quality.model import Dimension, Rule
from luodi.migration.quality.terms import names_in

PLACES = ("", "dictionary", "person", "staff")
"""Kinds of tables that a rule may be meant for; see `bind`."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    rule: tuple[Rule, ...]


@cache
def catalogue() -> dict[str, Rule]:
    """Read every rule that comes with Luodi, by id.

    Raises
    ------
    ValueError
        A rule is malformed: a defect of the program, found by its tests.
    """
    folder = resources.files(__package__) / "catalogue"
    found: dict[str, Rule] = {}
    for dimension in Dimension:
        file = msgspec.toml.decode((folder / f"{dimension}.toml").read_bytes(), type=_File)
        for rule in file.rule:
            wrong = fault(rule)
            if wrong or rule.id in found or rule.dimension is not dimension:
                raise ValueError(f"{dimension}.toml: {rule.id}: {wrong or 'twice, or elsewhere'}")
            found[rule.id] = rule
    return found


def fault(rule: Rule) -> str:
    """Tell what is wrong with a rule, in a word; nothing for a right one."""
    if not rule.form:
        return "form"
    if set(rule.meanings) - meanings().keys() or set(rule.with_.values()) - meanings().keys():
        return "meaning"
    if set(rule.lists) - meanings().keys():
        return "meaning"
    if rule.where not in PLACES:
        return "where"
    named = set(names_in(f"{rule.value} {rule.row} {rule.tested}"))
    if rule.repeat:
        named |= {*rule.repeat.by, *([rule.repeat.differs] if rule.repeat.differs else [])}
    if named - {"self", "today", *rule.with_}:
        return "name"
    if (rule.odd or rule.signs) and (rule.tested or rule.kinds != (Kind.TEXT,)):
        return "signs"
    return ""


def rules_digest(rules: Iterable[Rule]) -> str:
    """Digest of rules as they judge: what they say to people does not matter."""
    told = ("title", "why", "remedy")
    plain = [msgspec.to_builtins(rule) for rule in rules]
    return digest([{k: v for k, v in rule.items() if k not in told} for rule in plain])
