"""DuckDB, the engine that is built in."""

from __future__ import annotations

from collections.abc import Sequence

from luodi.transform.characters import WHITE
from luodi.transform.dialect.registry import OPERATIONS
from luodi.transform.dialect.words import DIGITS, Dialect, Let, neighbours, within
from luodi.transform.model import Kind
from luodi.transform.work import Value

_TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.FLOAT: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
    Kind.TIME: "TIME",
    Kind.DATETIME: "TIMESTAMP",
    Kind.BINARY: "BLOB",
    Kind.OTHER: "VARCHAR",
}
_INTEGERS = {16: "SMALLINT", 32: "INTEGER", 64: "BIGINT"}
_NARROW = 18
"""Digits of a decimal that DuckDB keeps in 64 bits: read from text 60 times faster than a wider."""


class DuckDB(Dialect):
    """DuckDB's SQL.  Whatever may fail is a TRY_CAST; what is slow is done where it must be."""

    name = "duckdb"
    operations = OPERATIONS

    def type_of(self, kind: Kind, precision: int = DIGITS, scale: int = 0, bits: int = 64) -> str:
        if kind is Kind.INTEGER:
            return _INTEGERS[bits]
        return f"DECIMAL({precision}, {scale})" if kind is Kind.DECIMAL else _TYPES[kind]

    # --- texts ------------------------------------------------------------------------------------

    def text(self, value: Value) -> str:
        if value.kind is Kind.TEXT:
            return value.sql
        written = f"CAST({value.sql} AS VARCHAR)"
        return rf"regexp_replace({written}, '\.0$', '')" if value.kind is Kind.FLOAT else written

    def trimmed(self, x: str, let: Let) -> str:
        """Most texts have nothing to trim, or the blanks of a CHAR column.

        ns a row of 20 characters: `trim` by the whole set 1,340, `regexp_replace` 440, a pattern
        for the end alone 67; `trim` of blanks 100, a look at the last character 33.
        """
        padded = f"ends_with({x}, ' ') OR starts_with({x}, ' ')"
        plain = let(f"CASE WHEN {padded} THEN trim({x}) ELSE {x} END")
        ends = (let(f"ascii({plain})"), let(f"ascii({plain}[-1])"))
        white = " OR ".join(map(_is_white, ends))
        pattern = self.literal(f"^[{WHITE}]+|[{WHITE}]+$")
        return (
            f"CASE WHEN {white} THEN regexp_replace({plain}, {pattern}, '', 'g') ELSE {plain} END"
        )

    def without_nul(self, x: str, new: str) -> str:
        return f"replace({x}, chr(0), {self.literal(new)})"

    def has_nul(self, x: str) -> str | None:
        return f"contains({x}, chr(0))"

    def translated(self, x: str, old: str, new: str) -> str:
        """Character by character costs a microsecond, so it must be worth it."""
        found = f"regexp_matches({x}, {self.literal(f'[{_ranges(old)}]')})"
        return f"CASE WHEN {found} THEN {super().translated(x, old, new)} ELSE {x} END"

    def part(self, x: str, separator: str, number: int) -> str:
        return f"string_split({x}, {self.literal(separator)})[{number}]"

    def erased(self, x: str, characters: str) -> str:
        found = f"regexp_matches({x}, {self.literal(characters)})"
        gone = f"regexp_replace({x}, {self.literal(characters)}, '', 'g')"
        return f"CASE WHEN {found} THEN {gone} ELSE {x} END"

    def matches(self, x: str, pattern: str) -> str:
        return f"regexp_full_match({x}, {self.literal(pattern)})"

    def rewritten(self, x: str, pattern: str, into: str) -> str:
        return f"regexp_replace({x}, {self.literal(f'^(?:{pattern})$')}, {self.literal(into)})"

    def ends(self, x: str, text: str) -> str:
        return f"ends_with({x}, {self.literal(text)})"

    def contains(self, x: str, text: str) -> str:
        return f"contains({x}, {self.literal(text)})"

    def sha256(self, x: str) -> str:
        return f"sha256({x})"

    # --- from text --------------------------------------------------------------------------------

    def integer(self, x: str) -> str:
        return f"TRY_CAST({x} AS BIGINT)"

    def decimal(self, x: str, scale: int) -> str:
        wide = f"TRY_CAST({x} AS {self.type_of(Kind.DECIMAL, scale=scale)})"
        if scale >= _NARROW:
            return wide
        narrow = f"TRY_CAST({x} AS DECIMAL({_NARROW}, {scale}))"
        return f"COALESCE({narrow}, {wide})"

    def real(self, x: str) -> str:
        found = f"TRY_CAST({x} AS DOUBLE)"
        return f"CASE WHEN isfinite({found}) THEN {found} END"

    def day(self, x: str) -> str:
        return f"TRY_CAST({x} AS DATE)"

    def moment(self, x: str) -> str:
        return f"TRY_CAST({x} AS TIMESTAMP)"

    def clock(self, x: str) -> str:
        return f"TRY_CAST({x} AS TIME)"

    # --- short cuts: what is written as DuckDB itself would write it needs no pattern -------------

    def quick_integer(self, x: str, let: Let) -> str | None:
        return _as_written(x, let(self.integer(x)))

    def quick_decimal(self, x: str, let: Let, scale: int) -> str | None:
        if scale >= _NARROW:
            return None
        found = let(f"TRY_CAST({x} AS DECIMAL({_NARROW}, {scale}))")
        return f"CAST({_as_written(x, found)} AS {self.type_of(Kind.DECIMAL, scale=scale)})"

    def quick_day(self, x: str, let: Let) -> str | None:
        found = let(f"CASE WHEN strlen({x}) = 10 THEN {self.day(x)} END")
        return _as_written(x, found)

    def quick_moment(self, x: str, let: Let, *, fraction: bool) -> str | None:
        long = f"strlen({x}) BETWEEN 19 AND 26" if fraction else f"strlen({x}) = 19"
        found = let(f"CASE WHEN {long} THEN {self.moment(x)} END")
        if not fraction:
            return _as_written(x, found)
        written = let(f"CAST({found} AS VARCHAR)")
        same = f"{written} = {x} OR {written} || '.0' = {x} OR {written} || '.000' = {x}"
        return f"CASE WHEN {same} THEN {found} END"

    def quick_card(self, x: str, let: Let) -> str | None:
        """17 characters that are a number of 17 digits can be nothing but digits."""
        found = let(f"CASE WHEN strlen({x}) = 18 THEN {self.integer(f'left({x}, 17)')} END")
        return f"CASE WHEN {found} BETWEEN {10**16} AND {10**17 - 1} THEN {found} END"

    # --- between kinds ----------------------------------------------------------------------------

    def as_integer(self, value: Value) -> str:
        x = value.sql
        if value.kind is Kind.FLOAT:
            return f"CASE WHEN isfinite({x}) AND trunc({x}) = {x} THEN TRY_CAST({x} AS BIGINT) END"
        if value.kind is Kind.DECIMAL:
            return f"CASE WHEN trunc({x}) = {x} THEN TRY_CAST({x} AS BIGINT) END"
        return f"TRY_CAST({x} AS BIGINT)"

    def narrowed(self, x: str, bits: int) -> str:
        return f"TRY_CAST({x} AS {_INTEGERS[bits]})"

    def as_decimal(self, value: Value, scale: int, precision: int = DIGITS) -> str:
        return f"TRY_CAST({value.sql} AS DECIMAL({precision}, {scale}))"

    def quotient(self, x: str, by: int) -> str:
        return f"({x} // {by})"

    def product(self, x: str, scale: int, factor: str, factor_scale: int) -> str:
        digits = len(factor.replace("-", "").replace(".", "")) + 1
        by = f"CAST('{factor}' AS DECIMAL({max(digits, factor_scale + 1)}, {factor_scale}))"
        total = self.type_of(Kind.DECIMAL, scale=scale + factor_scale)
        return f"TRY_CAST({x} * {by} AS {total})"

    def collected(self, texts: Sequence[str]) -> str:
        return f"list_filter([{', '.join(texts)}], lambda fault: fault IS NOT NULL)"


def _as_written(x: str, found: str) -> str:
    """What was found, where DuckDB would write it as it stands there."""
    return f"CASE WHEN CAST({found} AS VARCHAR) = {x} THEN {found} END"


def _is_white(code: str) -> str:
    """Tell whether a code point is white space; controls below the blank are looked at later."""
    above = [ord(character) for character in WHITE if "\x7f" < character < "\ufeff"]
    most = f"{code} BETWEEN {min(above)} AND {max(above)} AND {within(code, above)}"
    return f"{code} <= 32 OR {code} = {0xFEFF} OR ({most})"


def _ranges(characters: str) -> str:
    """A bracket expression's inside, runs of neighbours as ranges."""
    runs = neighbours(map(ord, characters))
    return "".join(chr(a) if a == b else f"{chr(a)}-{chr(b)}" for a, b in runs)


DUCKDB = DuckDB()
