"""PostgreSQL, where the rows already lie in one.  Needs 14 or later, in UTF-8."""

from __future__ import annotations

from collections.abc import Sequence

from luodi.transform.characters import WHITE
from luodi.transform.dialect.registry import OPERATIONS
from luodi.transform.dialect.words import DIGITS, Dialect, Let
from luodi.transform.model import Kind
from luodi.transform.work import Value

_TYPES = {
    Kind.TEXT: "text",
    Kind.FLOAT: "double precision",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.TIME: "time",
    Kind.DATETIME: "timestamp",
    Kind.BINARY: "bytea",
    Kind.OTHER: "text",
}
_INTEGERS = {16: "smallint", 32: "integer", 64: "bigint"}
_BIGGEST = 2**63


class PostgreSQL(Dialect):
    """PostgreSQL's SQL.  It has no TRY_CAST: a CASE asks before every cast that may fail.

    ``OFFSET 0`` keeps the planner from pulling a layer up and writing its values out again at
    every use.
    """

    name = "postgresql"
    operations = OPERATIONS
    fence = " OFFSET 0"

    def literal(self, text: str) -> str:
        """Whatever ``standard_conforming_strings`` says, a backslash stands for itself."""
        quoted = super().literal(text)
        return " E" + quoted.replace("\\", "\\\\") if "\\" in quoted else quoted

    def type_of(self, kind: Kind, precision: int = DIGITS, scale: int = 0, bits: int = 64) -> str:
        if kind is Kind.INTEGER:
            return _INTEGERS[bits]
        return f"numeric({precision}, {scale})" if kind is Kind.DECIMAL else _TYPES[kind]

    # --- texts ------------------------------------------------------------------------------------

    def text(self, value: Value) -> str:
        x = value.sql
        match value.kind:
            case Kind.TEXT:
                return x
            case Kind.DATE:
                return f"to_char({x}, 'YYYY-MM-DD')"
            case Kind.DATETIME:
                written = f"to_char({x}, 'YYYY-MM-DD HH24:MI:SS.US')"
                return f"regexp_replace({written}, {self.literal('[.]?0+$')}, '')"
            case _:
                return f"CAST({x} AS text)"

    def trimmed(self, x: str, let: Let) -> str:
        return f"btrim({x}, {self.literal(WHITE)})"

    def without_nul(self, x: str, new: str) -> str:
        return x

    def has_nul(self, x: str) -> str | None:
        return None

    def part(self, x: str, separator: str, number: int) -> str:
        """The array of '' is empty, where it should hold one ''."""
        part = f"(string_to_array({x}, {self.literal(separator)}))[{number}]"
        return f"CASE WHEN {x} = '' THEN '' ELSE {part} END" if number == 1 else part

    def erased(self, x: str, characters: str) -> str:
        return f"regexp_replace({x}, {self.literal(characters)}, '', 'g')"

    def matches(self, x: str, pattern: str) -> str:
        return f"({x} ~ {self.literal(f'^(?:{pattern})$')})"

    def rewritten(self, x: str, pattern: str, into: str) -> str:
        return f"regexp_replace({x}, {self.literal(f'^(?:{pattern})$')}, {self.literal(into)})"

    def ends(self, x: str, text: str) -> str:
        return f"(right({x}, {len(text)}) = {self.literal(text)})"

    def contains(self, x: str, text: str) -> str:
        return f"(strpos({x}, {self.literal(text)}) > 0)"

    def ordered(self, x: str) -> str:
        return f'({x} COLLATE "C")'

    def sha256(self, x: str) -> str:
        return f"encode(sha256(convert_to({x}, 'UTF8')), 'hex')"

    # --- from text --------------------------------------------------------------------------------

    def integer(self, x: str) -> str:
        digits = f"ltrim({x}, '+-0')"
        number = f"CAST(left({x}, 1) || '0' || {digits} AS numeric)"
        number = f"CASE WHEN left({x}, 1) IN ('+', '-') THEN {number} ELSE {_plain(digits)} END"
        fits = f"{number} BETWEEN {-_BIGGEST} AND {_BIGGEST - 1}"
        inside = f"CASE WHEN {fits} THEN CAST({number} AS bigint) END"
        return f"CASE WHEN length({digits}) <= 19 THEN {inside} END"

    def decimal(self, x: str, scale: int) -> str:
        """The first digit that is left out decides; `numeric` takes no endless text."""
        body = f"ltrim({x}, '-')"
        before = f"ltrim(split_part({body}, '.', 1), '0')"
        after = f"left(split_part({body}, '.', 2), {scale + 1})"
        sign = f"CASE WHEN left({x}, 1) = '-' THEN '-0' ELSE '0' END"
        number = f"round(CAST({sign} || {before} || '.0' AS numeric) "
        number += f"+ CAST({sign} || '.' || {after} || '0' AS numeric), {scale})"
        fits = f"abs({number}) < {10 ** (DIGITS - scale)}"
        inside = f"CASE WHEN {fits} THEN {number} END"
        return f"CASE WHEN length({before}) <= {DIGITS - scale} THEN {inside} END"

    def real(self, x: str) -> str:
        return f"CAST({x} AS double precision)"

    def day(self, x: str) -> str:
        year, month, day = (f"CAST(split_part({x}, '-', {n}) AS integer)" for n in (1, 2, 3))
        return self.civil(year, month, day)

    def moment(self, x: str) -> str:
        return f"({self.day(_piece(x, 1))} + {self.clock(_piece(x, 2))})"

    def clock(self, x: str) -> str:
        hour, minute = (f"CAST(split_part({x}, ':', {n}) AS integer)" for n in (1, 2))
        second = f"CAST(split_part({x}, ':', 3) AS double precision)"
        return f"CASE WHEN {x} IS NOT NULL THEN make_time({hour}, {minute}, {second}) END"

    # --- between kinds ----------------------------------------------------------------------------

    def as_integer(self, value: Value) -> str:
        x = value.sql
        if value.kind is Kind.BOOLEAN:
            return f"CAST(CAST({x} AS integer) AS bigint)"
        exact = f"{x} BETWEEN {-_BIGGEST} AND {_BIGGEST - 1}"
        if value.kind is Kind.FLOAT:
            exact = f"{x} >= -9.2233720368547758e18 AND {x} < 9.2233720368547758e18"
        if value.kind is not Kind.INTEGER:
            exact = f"{x} = trunc({x}) AND {exact}"
        return f"CASE WHEN {exact} THEN CAST({x} AS bigint) END"

    def as_decimal(self, value: Value, scale: int, precision: int = DIGITS) -> str:
        number = f"CAST({value.sql} AS numeric)"
        fits = f"abs({number}) < {10 ** (precision - scale)}"
        wanted = self.type_of(Kind.DECIMAL, precision, scale)
        return f"CASE WHEN {fits} THEN CAST({number} AS {wanted}) END"

    def product(self, x: str, scale: int, factor: str, factor_scale: int) -> str:
        return f"{x} * CAST({self.literal(factor)} AS numeric)"

    def collected(self, texts: Sequence[str]) -> str:
        return f"array_remove(CAST(ARRAY[{', '.join(texts)}] AS text[]), NULL)"


def _plain(digits: str) -> str:
    return f"CAST('0' || {digits} AS numeric)"


def _piece(x: str, number: int) -> str:
    return f"split_part({x}, ' ', {number})"


POSTGRESQL = PostgreSQL()
