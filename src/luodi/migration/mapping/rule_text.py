"""Rules as an engineer writes them in a cell: ``trim | half_width | date("%Y%m%d")``.

A step is its operation's name and, in brackets, what it is told.  What the operation names first
needs no name; every other parameter is ``name=value``::

    trim | dictionary(sex, otherwise=null)
    coalesce(mobile, `home phone`) | length(11)
    when(sex = "1" , then: constant("M"), else: constant("F") | upper)
    any(status in ["1", "2"], all(age >= 18, name is not blank))

Texts stand in double quotes with JSON's escapes, columns bare or, where they are no plain words,
in backquotes.  ``value`` in a condition is the value in the pipeline.  `rule_parse` reads it back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import Enum

import msgspec

from luodi.transform.model import Compare, Predicate, Step, When

SIGNS: dict[Compare, str] = {
    Compare.EQ: "=",
    Compare.NE: "!=",
    Compare.LT: "<",
    Compare.LE: "<=",
    Compare.GT: ">",
    Compare.GE: ">=",
    Compare.IN: "in",
    Compare.NOT_IN: "not in",
    Compare.NULL: "is null",
    Compare.NOT_NULL: "is not null",
    Compare.BLANK: "is blank",
    Compare.NOT_BLANK: "is not blank",
    Compare.STARTS: "starts",
    Compare.ENDS: "ends",
    Compare.CONTAINS: "contains",
}
"""How a comparison is written; longer ones are read first."""

RESERVED = frozenset(
    {
        *("value", "all", "any", "true", "false", "then", "else", "when"),
        *("in", "not", "is", "null", "blank", "starts", "ends", "contains"),
    }
)
"""Words that mean something; a column of that name stands in backquotes."""

_PLAIN = re.compile(r"[^\W\d]\w*")
_NAMES = frozenset({"columns", "name", "feed"})
"""Parameters that hold names, not texts."""


def pipeline_text(steps: Iterable[Step]) -> str:
    """Steps in the order they are taken; nothing where there are none."""
    return " | ".join(map(_step, steps))


def names_text(names: Iterable[str]) -> str:
    """Columns, separated by commas."""
    return ", ".join(map(name_text, names))


def name_text(name: str) -> str:
    """A column, bare or in backquotes."""
    if _PLAIN.fullmatch(name) and name not in RESERVED:
        return name
    return "`" + name.replace("`", "``") + "`"


def predicate_text(predicate: Predicate) -> str:
    """A condition that `luodi.migration.mapping.read` accepts."""
    for word, parts in (("all", predicate.all), ("any", predicate.any)):
        if parts:
            return f"{word}({', '.join(map(predicate_text, parts))})"
    if predicate.compare is None:
        raise ValueError("a predicate without a comparison")
    left = name_text(predicate.column) if predicate.column else "value"
    text = f"{left} {SIGNS[predicate.compare]}"
    return text if predicate.value is None else f"{text} {_value(predicate.value)}"


def _step(step: Step) -> str:
    name = str(step.__struct_config__.tag)
    if isinstance(step, When):
        parts = [predicate_text(step.test)]
        parts += [f"then: {pipeline_text(step.then)}"] if step.then else []
        parts += [f"else: {pipeline_text(step.other)}"] if step.other else []
        return f"{name}({', '.join(parts)})"
    words = [
        word
        for place, field in enumerate(msgspec.structs.fields(type(step)))
        for word in _argument(place, field, getattr(step, field.name))
    ]
    return f"{name}({', '.join(words)})" if words else name


def _argument(place: int, field: msgspec.structs.FieldInfo, value: object) -> list[str]:
    key = field.name
    if not field.required and value == field.default:
        return []
    if place == 0 and value != ():
        values = value if isinstance(value, tuple) else (value,)
        return [_parameter(key, each) for each in values]
    if isinstance(value, tuple):
        return [f"{key}=[{', '.join(_parameter(key, each) for each in value)}]"]
    return [f"{key}={_parameter(key, value)}"]


def _parameter(key: str, value: object) -> str:
    return name_text(value) if key in _NAMES and isinstance(value, str) else _value(value)


def _value(value: object) -> str:
    match value:
        case Enum():
            return str(value.value)
        case bool():
            return "true" if value else "false"
        case str():
            return text_literal(value)
        case Decimal():
            return format(value, "f")
        case tuple():
            return f"[{', '.join(map(_value, value))}]"
        case int() | date():
            return str(value)
    raise TypeError(type(value).__name__)


def text_literal(text: str) -> str:
    """A text in double quotes; only what cannot be seen is escaped."""
    return re.sub(
        "[\x7f-\x9f\ufffe\uffff\ud800-\udfff\u2028\u2029]",
        lambda found: f"\\u{ord(found[0]):04x}",
        json.dumps(text, ensure_ascii=False),
    )
