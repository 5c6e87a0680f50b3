"""Read rules as `rule_text` writes them, and as people type them: full-width signs do no harm."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar, cast

import msgspec

from luodi.migration.mapping.rule_text import SIGNS
from luodi.transform.model import OPERATIONS, Compare, Operation, Predicate

T = TypeVar("T")

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>"(?:[^"\\]|\\.)*"|“[^”]*”)
    | (?P<name>`(?:[^`]|``)*`)
    | (?P<day>\d{4}-\d\d-\d\d)
    | (?P<number>[+-]?\d+(?:\.\d+)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<sign>!=|<>|<=|>=|==|[|(),:=<>\[\]]|[｜（），：＝＜＞≠≤≥【】、])
    | (?P<wrong>\S)
    )""",
    re.VERBOSE | re.DOTALL,
)
_SAME = dict(zip("｜（），：＝＜＞【】、", "|(),:=<>[],", strict=True)) | {
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    "==": "=",
    "<>": "!=",
}
_KNOWN = {str(step.__struct_config__.tag): step for step in OPERATIONS}
_BY_SIGN = {sign: compare for compare, sign in SIGNS.items()}
VALUELESS = frozenset({Compare.NULL, Compare.NOT_NULL, Compare.BLANK, Compare.NOT_BLANK})
"""Comparisons that need no value."""
MANY = frozenset({Compare.IN, Compare.NOT_IN})
"""Comparisons with several values."""
DEEPEST = 50
"""Conditions within conditions; no person reads more."""


class Unreadable(Exception):
    """A rule that does not read.

    Parameters
    ----------
    code : str
        Message code; its parameters are `place` (characters from 1), `found` and `known`.
    """

    def __init__(self, code: str, place: int, found: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.params: dict[str, str | int | tuple[str, ...]] = {
            "place": place,
            "found": found[:40] or "∅",
            "known": known,
        }


@dataclass(frozen=True)
class _Token:
    kind: str
    value: Any
    place: int
    raw: str


def parse_pipeline(text: str) -> tuple[Operation, ...]:
    """Read the steps of a rule.

    Raises
    ------
    Unreadable
    """
    return _whole(text, lambda reader: reader.pipeline(), ()) or ()


def parse_names(text: str) -> tuple[str, ...]:
    """Read columns, separated by commas.

    Raises
    ------
    Unreadable
    """
    return _whole(text, lambda reader: tuple(reader.listed(reader.name)), ()) or ()


def parse_predicate(text: str) -> Predicate | None:
    """Read a condition; None where nothing is written.

    Raises
    ------
    Unreadable
    """
    return _whole(text, lambda reader: reader.predicate(), None)


def _whole(text: str, read: Callable[[_Reader], T], nothing: T) -> T:
    if not text.strip():
        return nothing
    reader = _Reader(_tokens(text))
    result = read(reader)
    reader.end()
    return result


def _tokens(text: str) -> list[_Token]:
    tokens = []
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or "wrong"
        raw, place = found[kind], found.start(kind) + 1
        if kind == "wrong":
            raise Unreadable("migration.map_rule_sign", place, raw)
        tokens.append(_Token(kind, _token_value(kind, raw, place), place, raw))
    tokens.append(_Token("end", None, len(text) + 1, ""))
    return tokens


def _token_value(kind: str, raw: str, place: int) -> Any:
    try:
        match kind:
            case "text":
                return raw[1:-1] if raw[0] == "“" else json.loads(raw, strict=False)
            case "name":
                return raw[1:-1].replace("``", "`")
            case "day":
                return date.fromisoformat(raw)
            case "number":
                return Decimal(raw) if "." in raw else int(raw)
            case "sign":
                return _SAME.get(raw, raw)
    except ValueError:
        raise Unreadable("migration.map_rule_sign", place, raw) from None
    return raw


class _Reader:
    """Recursive descent over tokens."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next
        self._at += token.kind != "end"
        return token

    def _is(self, kind: str, value: object, ahead: int = 0) -> bool:
        token = self._tokens[min(self._at + ahead, len(self._tokens) - 1)]
        return (token.kind, token.value) == (kind, value)

    def _accept(self, kind: str, value: object) -> bool:
        if self._is(kind, value):
            self._at += 1
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._accept("sign", sign):
            raise self._wrong(sign)

    def _wrong(self, *known: str) -> Unreadable:
        return Unreadable("migration.map_rule_expected", self._next.place, self._next.raw, known)

    def end(self) -> None:
        if self._next.kind != "end":
            raise self._wrong("|", ",")

    def listed(self, read: Callable[[], T]) -> list[T]:
        found = [read()]
        while self._accept("sign", ","):
            found.append(read())
        return found

    def name(self) -> str:
        if self._next.kind not in ("name", "word"):
            raise self._wrong("name")
        return str(self._take().value)

    # --- steps ------------------------------------------------------------------------------------

    def pipeline(self) -> tuple[Operation, ...]:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._wrong(")")
        steps = [self._step()]
        while self._accept("sign", "|"):
            steps.append(self._step())
        self._depth -= 1
        return tuple(steps)

    def _step(self) -> Operation:
        start = self._next
        word = self.name()
        if word not in _KNOWN:
            near = difflib.get_close_matches(word, _KNOWN, n=3) or tuple(_KNOWN)
            raise Unreadable("migration.map_rule_operation", start.place, word, tuple(near))
        given: dict[str, Any] = {}
        if self._accept("sign", "("):
            given = self._when() if word == "when" else self._arguments(word)
            self._expect(")")
        try:
            step = msgspec.convert({"op": word, **given}, Operation)
        except msgspec.ValidationError as error:
            raise Unreadable("migration.map_rule_value", start.place, f"{word}: {error}") from None
        return cast("Operation", step)

    def _when(self) -> dict[str, Any]:
        given: dict[str, Any] = {"test": self.predicate()}
        while self._accept("sign", ","):
            key = {"then": "then", "else": "other"}.get(str(self._next.value))
            if key is None or key in given or self._next.kind != "word":
                raise self._wrong("then:", "else:")
            self._take()
            self._expect(":")
            given[key] = self.pipeline()
        return {
            key: msgspec.to_builtins(v, builtin_types=(Decimal, date)) for key, v in given.items()
        }

    def _arguments(self, word: str) -> dict[str, Any]:
        fields = msgspec.structs.fields(_KNOWN[word])
        known = tuple(field.name for field in fields)
        first: list[Any] = []
        given: dict[str, Any] = {}
        if self._is("sign", ")"):
            return given
        while True:
            if self._next.kind == "word" and self._is("sign", "=", ahead=1):
                if (key := str(self._next.value)) not in known or key in given:
                    raise Unreadable("migration.map_rule_parameter", self._next.place, key, known)
                self._at += 2
                given[key] = self._value()
            elif given or not known:
                raise Unreadable(
                    "migration.map_rule_parameter", self._next.place, self._next.raw, known
                )
            else:
                first.append(self._value())
            if not self._accept("sign", ","):
                break
        if first:
            many = isinstance(_default_or_type(fields[0]), tuple)
            if not many and len(first) > 1:
                raise self._wrong(*(f"{name}=" for name in known[1:]))
            given[known[0]] = first if many else first[0]
        return given

    def _value(self) -> Any:
        if self._accept("sign", "["):
            items = [] if self._is("sign", "]") else self.listed(self._value)
            self._expect("]")
            return items
        if self._next.kind in ("sign", "end"):
            raise self._wrong("value")
        token = self._take()
        if token.kind == "word" and token.value in ("true", "false"):
            return token.value == "true"
        return token.value

    # --- conditions -------------------------------------------------------------------------------

    def predicate(self) -> Predicate:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._wrong(")")
        for word in ("all", "any"):
            if self._is("word", word) and self._is("sign", "(", ahead=1):
                self._at += 2
                parts = tuple(self.listed(self.predicate))
                self._expect(")")
                self._depth -= 1
                return Predicate(all=parts) if word == "all" else Predicate(any=parts)
        left = self._next
        column = self.name()
        if left.kind == "word" and column == "value":
            column = ""
        compare = self._comparison()
        self._depth -= 1
        if compare in VALUELESS:
            return Predicate(column=column, compare=compare)
        value = self._value()
        if isinstance(value, (Decimal, date)):  # compared as the kind of the column
            value = str(value)
        many = compare in MANY
        if isinstance(value, list) is not many:
            raise self._wrong("[…]" if many else "value")
        return Predicate(
            column=column, compare=compare, value=tuple(value) if isinstance(value, list) else value
        )

    def _comparison(self) -> Compare:
        start = self._at
        for size in (3, 2, 1):
            words = [str(token.value) for token in self._tokens[start : start + size]]
            if (compare := _BY_SIGN.get(" ".join(words))) is not None:
                self._at += size
                return compare
        raise self._wrong(*_BY_SIGN)


def _default_or_type(field: msgspec.structs.FieldInfo) -> object:
    """A value of the field's own shape: a tuple where it takes many."""
    many = "tuple" in str(field.type).lower()
    return () if many else field.default
