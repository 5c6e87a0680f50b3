"""Operations that choose: a value instead of another, from a list, or by a test."""

from __future__ import annotations

from collections.abc import Sequence

from luodi.transform.constants import constant, constant_as
from luodi.transform.model import (
    Coalesce,
    Concat,
    Constant,
    Default,
    Dictionary,
    Kind,
    Lookup,
    OneOf,
    Require,
    When,
)
from luodi.transform.operations.number import LOOSE_SCALE, amount, whole
from luodi.transform.predicate import holds
from luodi.transform.program import Pairs
from luodi.transform.work import Fault, Value, Work, Worked


def default(step: Default, value: Value, work: Work) -> Worked:
    """Render `Default`."""
    if value.nothing:  # nothing came: the value has no kind to keep
        return Worked(constant(step.value, work))
    other = constant_as(step.value, value, work)
    if other is None:
        value, other = work.as_text(value), constant(str(step.value), work)
    return Worked(value.becoming(f"COALESCE({value.sql}, {other.sql})"))


def set_constant(step: Constant, value: Value, work: Work) -> Worked:
    """Render `Constant`."""
    return Worked(constant(step.value, work))


def coalesce(step: Coalesce, value: Value, work: Work) -> Worked:
    """Render `Coalesce`."""
    others = [_said(work.column(name), work) for name in step.columns]
    taken = [one for one in (value, *others) if not one.nothing]
    alike = {(one.kind, one.scale) for one in taken}
    if len(alike) > 1:
        taken = [work.as_text(one) for one in taken]
    if not taken:
        return Worked(value)
    sql = f"COALESCE({', '.join(one.sql for one in taken)})"
    return Worked(taken[0].becoming(sql))


def concat(step: Concat, value: Value, work: Work) -> Worked:
    """Render `Concat`."""
    parts = [_said(one, work) for one in (value, *map(work.column, step.columns))]
    texts = [work.text(part) for part in parts]
    sql = work.dialect.joined(texts, step.separator)
    nothing = " AND ".join(f"{text} IS NULL" for text in texts)
    return Worked(Value(f"CASE WHEN NOT ({nothing}) THEN {sql} END"))


def one_of(step: OneOf, value: Value, work: Work) -> Worked:
    """Render `OneOf`."""
    found = work.named(value)
    text = work.text(found)
    fault = work.let(f"COALESCE(NOT {_listed(text, step.values, work)}, FALSE)")
    listed = f"CASE WHEN NOT {fault} THEN {found.sql} END"
    return Worked(found.becoming(listed, trimmed=found.trimmed, sound=found.sound), fault)


def require(step: Require, value: Value, work: Work) -> Worked:
    """Render `Require`."""
    found = work.named(value)
    return Worked(found, f"({found.sql} IS NULL)")


def dictionary(step: Dictionary, value: Value, work: Work) -> Worked:
    """Render `Dictionary`."""
    return _translated(work.pairs(work.program.dictionaries.get(step.name), step.name), value, work)


def lookup(step: Lookup, value: Value, work: Work) -> Worked:
    """Render `Lookup`."""
    return _translated(work.pairs(work.program.lookups.get(step.feed), step.feed), value, work)


def when(step: When, value: Value, work: Work) -> Worked:
    """Render `When`."""
    found = work.named(value)
    test = work.let(holds(step.test, work, found))
    then, other = work.run(step.then, found), work.run(step.other, found)
    faults = [Fault(one.operation, f"({test} AND {one.sql})") for one in then.faults]
    faults += [Fault(one.operation, f"(NOT {test} AND {one.sql})") for one in other.faults]
    one, two = then.value, other.value
    if (one.kind, one.scale) != (two.kind, two.scale):
        one, two = _alike(one, two, work)
    sql = f"CASE WHEN {test} THEN {one.sql} ELSE {two.sql} END"
    return Worked(
        one.becoming(sql, trimmed=one.trimmed and two.trimmed, sound=one.sound and two.sound),
        inner=tuple(faults),
    )


# --- shared ---------------------------------------------------------------------------------------


def _alike(one: Value, two: Value, work: Work) -> tuple[Value, Value]:
    """NULL takes the kind of the other branch; else both are texts."""
    words = work.dialect
    for nothing, value, first in ((one, two, True), (two, one, False)):
        if nothing.nothing:
            same = value.becoming(
                words.null(value.kind, value.scale or 0), trimmed=True, sound=True
            )
            return (same, value) if first else (value, same)
    return work.as_text(one), work.as_text(two)


def _said(value: Value, work: Work) -> Value:
    """A value, NULL where it is a blank text."""
    if value.kind is not Kind.TEXT:
        return value
    found = work.named(value)
    blank = f"{found.sql} = ''" if found.trimmed else work.dialect.is_blank(found.sql)
    said = work.let(f"CASE WHEN {blank} THEN NULL ELSE {found.sql} END")
    return found.becoming(said, trimmed=found.trimmed, sound=found.sound)


def _listed(text: str, values: Sequence[str], work: Work) -> str:
    if not values:
        return f"({text} IS NULL)"
    return f"({text} IN ({', '.join(work.dialect.literal(one) for one in values)}))"


def _translated(pairs: Pairs, value: Value, work: Work) -> Worked:
    """Join the relation on the value, in the kind of its source column.

    Grouped, so that a source that stands there twice can never make two rows of one.
    """
    words = work.dialect
    given = work.named(value)
    key, source = _key(pairs, given, work)
    target = words.identifier(pairs.target)
    if pairs.target_kind is Kind.OTHER:
        target = words.text(Value(target, Kind.OTHER))
    alias = work.layers.alias()
    once = (
        f"(SELECT {source} AS k, min({target}) AS t FROM {pairs.relation} AS p "
        f"WHERE {source} IS NOT NULL GROUP BY {source} "
        f"HAVING COALESCE(min({target}) = max({target}), TRUE))"
    )
    if pairs.unique:
        once = f"(SELECT {source} AS k, {target} AS t FROM {pairs.relation} AS p)"
    found, known = work.layers.join(
        once, alias, f"{alias}.k = {work.let(key)}", f"{alias}.t", f"({alias}.k IS NOT NULL)"
    )
    kind = Kind.TEXT if pairs.target_kind is Kind.OTHER else pairs.target_kind
    return Worked(
        Value(found, kind, scale=pairs.target_scale),
        f"({given.sql} IS NOT NULL AND NOT {known})",
    )


def _key(pairs: Pairs, value: Value, work: Work) -> tuple[str, str]:
    """The value and the source column in a kind in which they compare: else an engine might cast.

    Keys are whole numbers, decimals (Oracle's NUMBER) or texts; anything else is compared by text.
    """
    words, source = work.dialect, work.dialect.identifier(pairs.source)
    own = Value(source, pairs.source_kind)
    if pairs.source_kind is Kind.INTEGER:
        return whole(value, work).value, source
    if pairs.source_kind is Kind.DECIMAL:
        return (
            amount(value, LOOSE_SCALE, work, rounded=False).value,
            words.as_decimal(own, LOOSE_SCALE),
        )
    return work.text(value), words.text(own)
