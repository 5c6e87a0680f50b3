"""The message catalogue: every sentence Luodi says, in Chinese and English, as data.

Each room keeps a ``messages.toml`` beside its code.  A code is ``room.name``, or
``room.inner.name`` where a room has rooms of its own; the catalogue is found by all but the last
word, so only those that are spoken from are read.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from importlib import resources
from typing import Literal, TypeAlias, cast, get_args

Lang: TypeAlias = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = get_args(Lang)
Param: TypeAlias = str | int | Decimal | tuple[str, ...]


@dataclass(frozen=True)
class Message:
    """One catalogue entry: the sentence and, where one exists, the next step, per language."""

    text: Mapping[Lang, str]
    remedy: Mapping[Lang, str]


def say(code: str, params: Mapping[str, Param], lang: Lang) -> str:
    """Render the sentence of `code`.

    A code this version does not know (a record written by a newer one) is shown as it stands with
    its parameters: less readable, but nothing is hidden.
    """
    entry = lookup(code)
    if entry is None:
        rest = ", ".join(f"{key}={shown(value, lang)}" for key, value in params.items())
        return f"{code} ({rest})" if rest else code
    return _fill(entry.text[lang], params, lang)


def remedy_of(code: str, params: Mapping[str, Param], lang: Lang) -> str:
    """Render the next step of `code`, or an empty string when the entry has none."""
    entry = lookup(code)
    if entry is None or not entry.remedy:
        return ""
    return _fill(entry.remedy[lang], params, lang)


def lookup(code: str) -> Message | None:
    """Find the entry of `code`, or None when this version does not know it."""
    room, _, name = code.rpartition(".")
    return messages(room).get(name)


def shown(value: Param, lang: Lang) -> str:
    """Write one parameter the way the language writes it; a word of the model is translated."""
    if isinstance(value, Enum):
        entry = lookup(f"evidence.word_{type(value).__name__.lower()}_{value.value}")
        return entry.text[lang] if entry else str(value.value)
    if isinstance(value, (tuple, list)):
        return ("、" if lang == "zh" else ", ").join(value)
    if isinstance(value, (bool, str)):
        return str(value)
    return f"{value:,}"


@cache
def messages(room: str) -> Mapping[str, Message]:
    """Read the catalogue of one room; a room without one has no entries."""
    rooms = room.split(".")
    if not all(each.isidentifier() for each in rooms):
        return {}
    source = resources.files("luodi").joinpath(*rooms, "messages.toml")
    if not source.is_file():
        return {}
    return parse(source.read_text(encoding="utf-8"), room)


def parse(text: str, room: str) -> dict[str, Message]:
    """Read and check one catalogue.

    Raises
    ------
    ValueError
        An entry lacks a language, or its languages do not name the same placeholders: a defect
        of the program, found by its tests.
    """
    table = tomllib.loads(text)
    if table.pop("format", None) != 1:
        raise ValueError(f"catalogue of {room}: format 1 expected")
    return {name: _entry(f"{room}.{name}", fields) for name, fields in table.items()}


def _entry(code: str, fields: Mapping[str, object]) -> Message:
    remedy = cast("Mapping[str, str]", fields.get("remedy", {}))
    text = {lang: cast(str, fields[lang]) for lang in LANGUAGES if lang in fields}
    unknown = set(fields) - {*LANGUAGES, "remedy"}
    if unknown or len(text) != len(LANGUAGES) or (remedy and set(remedy) != set(LANGUAGES)):
        raise ValueError(f"{code}: one sentence and at most one remedy in each of {LANGUAGES}")
    if len({placeholders([sentence]) for sentence in text.values()}) > 1:
        raise ValueError(f"{code}: the languages name different placeholders")
    return Message(text, {lang: remedy[lang] for lang in LANGUAGES} if remedy else {})


def placeholders(sentences: Iterable[str]) -> frozenset[str]:
    """Name the placeholders of some sentences."""
    formatter = string.Formatter()
    return frozenset(
        name for sentence in sentences for _, name, _, _ in formatter.parse(sentence) if name
    )


class _Blank(dict[str, str]):
    """A missing parameter shows its name in braces instead of hiding the sentence."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _fill(sentence: str, params: Mapping[str, Param], lang: Lang) -> str:
    return sentence.format_map(_Blank({key: shown(value, lang) for key, value in params.items()}))
