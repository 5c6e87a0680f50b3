"""Foreign TOML into nouns, with errors that name the file, the place and the way out."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import msgspec

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained

T = TypeVar("T")

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[\.\.\.\]")
_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>\$.*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"^Object contains unknown field `(.+)`$")
_MISSING = re.compile(r"^Object missing required field `(.+)`$")
_ENUM = re.compile(r"^Invalid enum value '?(.*?)'?$")
_TYPE = re.compile(r"^Expected `(.+?)`, got `(.+?)`$")


class Form(StrEnum):
    """Forms a value is written in, in the reader's words; see ``word_form_…``."""

    TABLE = "table"
    LIST = "list"
    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    TRUTH = "truth"
    MOMENT = "moment"
    DATE = "date"


class Spot(StrEnum):
    """A place in a file that has no name of its own; see ``word_spot_…``."""

    TOP = "top"


_FORMS = {
    "object": Form.TABLE,
    "array": Form.LIST,
    "str": Form.TEXT,
    "int": Form.WHOLE,
    "float": Form.NUMBER,
    "decimal": Form.NUMBER,
    "bool": Form.TRUTH,
    "datetime": Form.MOMENT,
    "date": Form.DATE,
}


def read_toml(path: Path) -> dict[str, object]:
    """Read a TOML file; numbers with a point become decimals, never floats.

    Raises
    ------
    LuodiError
        ``evidence.toml_missing``, ``evidence.toml_not_text`` or ``evidence.toml_broken`` with
        line and column.
    """
    with explained(path):
        if not path.is_file():
            raise LuodiError("evidence.toml_missing", {"path": str(path)})
        data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")  # editors on Windows put a mark in front
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise LuodiError("evidence.toml_not_text", {"path": str(path), "line": line}) from error
    return parse_toml(text, str(path))


def parse_toml(text: str, where: str) -> dict[str, object]:
    """Read TOML text; `where` names it in an error."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:  # also numbers and nesting beyond any use
        place = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = place.groups() if place else (str(text.count("\n") + 1), "1")
        raise LuodiError(
            "evidence.toml_broken", {"path": where, "line": line, "column": column}
        ) from error


def shape(table: Mapping[str, object], noun: type[T], where: str) -> T:
    """Read a table as a noun.

    Raises
    ------
    WrongUse
        Unknown or missing field, a value outside the allowed ones, or of the wrong type; the
        message names the file and the place in it.
    """
    try:
        return msgspec.convert(table, noun)
    except msgspec.ValidationError as error:
        raise _explain(str(error), table, noun, where) from error


def _explain(message: str, table: Mapping[str, object], noun: type, where: str) -> WrongUse:
    found = _PLACE.match(message)
    what = found["what"] if found else message
    place = place_of(table, (found["path"] if found else None) or "$")
    params: dict[str, str] = {"path": where, "place": place}
    if unknown := _UNKNOWN.match(what):
        field = unknown[1]
        near = difflib.get_close_matches(field, sorted(field_names(noun)), n=1)
        code = "evidence.field_unknown_near" if near else "evidence.field_unknown"
        return WrongUse(code, {**params, "field": field, "near": near[0] if near else ""})
    if missing := _MISSING.match(what):
        return WrongUse("evidence.field_missing", {**params, "field": missing[1]})
    if enum := _ENUM.match(what):
        return WrongUse("evidence.value_unknown", {**params, "value": enum[1]})
    if wrong := _TYPE.match(what):
        return WrongUse(
            "evidence.value_type", {**params, "expected": _form(wrong[1]), "found": _form(wrong[2])}
        )
    return WrongUse("evidence.value_wrong", {**params, "detail": what})


def _form(types: str) -> str:
    """What the reader calls a type; the library's own word where there is no other."""
    first = types.split(" | ")[0]
    return _FORMS.get(first, types)


def place_of(table: object, path: str) -> str:
    """Write a path the way people count: ``criterion 3 (data.rows_accounted) › require 1``."""
    words: list[str] = []
    here: object = table
    for step in _STEP.finditer(path):
        key, index = step[1], step[2]
        if key is not None:
            words.append(key)
            here = here.get(key) if isinstance(here, Mapping) else None
        elif index is not None and words:
            here = here[int(index)] if isinstance(here, list) and int(index) < len(here) else None
            name = here.get("id", here.get("to")) if isinstance(here, Mapping) else None
            words[-1] += f" {int(index) + 1}" + (f" ({name})" if isinstance(name, str) else "")
    return " › ".join(words) or Spot.TOP


def field_names(noun: type) -> set[str]:
    """Every field name that a noun or a noun inside it knows."""
    names: set[str] = set()
    pending, seen = [msgspec.inspect.type_info(noun)], set[object]()
    while pending:
        info = pending.pop()
        if isinstance(info, msgspec.inspect.StructType):
            if info.cls in seen:
                continue
            seen.add(info.cls)
            names.update(field.encode_name for field in info.fields)
            pending.extend(field.type for field in info.fields)
        else:
            pending.extend(_inside(info))
    return names


def _inside(info: msgspec.inspect.Type) -> Iterable[msgspec.inspect.Type]:
    if isinstance(info, msgspec.inspect.UnionType):
        return info.types
    if isinstance(info, msgspec.inspect.VarTupleType | msgspec.inspect.ListType):
        return (info.item_type,)
    if isinstance(info, msgspec.inspect.DictType):
        return (info.value_type,)
    return ()
