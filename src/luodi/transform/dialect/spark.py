"""Spark, where one machine is not enough.  Needs 3.5 or later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from luodi.evidence.errors import WrongUse
from luodi.transform.characters import WHITE
from luodi.transform.dialect.registry import OPERATIONS
from luodi.transform.dialect.words import DIGITS, Dialect, Let, sound
from luodi.transform.model import Kind
from luodi.transform.work import Value

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        # Decimals as text without an exponent.
        "spark.sql.ansi.enabled": "true",
        # Products keep every digit behind the point.
        "spark.sql.decimalOperations.allowPrecisionLoss": "false",
        # Backslashes are written twice, as `Spark.literal` does.
        "spark.sql.parser.escapedStringLiterals": "false",
        # Nothing in a mapping is a variable.
        "spark.sql.variable.substitute": "false",
    }
)
"""What a session must be set to, for the SQL to mean what it says."""

_TYPES = {
    Kind.TEXT: "STRING",
    Kind.FLOAT: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
    Kind.DATETIME: "TIMESTAMP_NTZ",
    Kind.BINARY: "BINARY",
    Kind.OTHER: "STRING",
}
_INTEGERS = {16: "SMALLINT", 32: "INT", 64: "BIGINT"}
_NUL = "'\\u0000'"


class Spark(Dialect):
    """Spark's SQL."""

    name = "spark"
    operations = OPERATIONS

    def identifier(self, name: str) -> str:
        return "`" + sound(name).replace("`", "``") + "`"

    def literal(self, text: str) -> str:
        """Backslash is Spark's escape, and ``${…}`` its variable."""
        escaped = sound(text).replace("\\", "\\\\").replace("'", "\\'").replace("$", "\\u0024")
        return f"'{escaped}'"

    def type_of(self, kind: Kind, precision: int = DIGITS, scale: int = 0, bits: int = 64) -> str:
        if kind is Kind.INTEGER:
            return _INTEGERS[bits]
        if kind is Kind.TIME:
            raise WrongUse("transform.kind_missing", {"kind": kind.value, "dialect": self.name})
        return f"DECIMAL({precision}, {scale})" if kind is Kind.DECIMAL else _TYPES[kind]

    # --- texts ------------------------------------------------------------------------------------

    def text(self, value: Value) -> str:
        x = value.sql
        if value.kind is Kind.TEXT:
            return x
        if value.kind is Kind.FLOAT:
            exact = f"CAST(try_cast(CAST({x} AS STRING) AS DECIMAL(38, 18)) AS STRING)"
            plain = f"regexp_replace({exact}, '[.]?0+\\u0024', '')"
            return f"COALESCE({plain}, CAST({x} AS STRING))"
        return f"CAST({x} AS STRING)"

    def trimmed(self, x: str, let: Let) -> str:
        return f"trim(BOTH {self.literal(WHITE)} FROM {x})"

    def without_nul(self, x: str, new: str) -> str:
        return f"replace({x}, {_NUL}, {self.literal(new)})"

    def has_nul(self, x: str) -> str | None:
        return f"contains({x}, {_NUL})"

    def part(self, x: str, separator: str, number: int) -> str:
        """`split` would take the separator for a pattern, `split_part` answers '' for no part."""
        apart = self.literal(separator)
        parts = f"(length({x}) - length(replace({x}, {apart}, ''))) / {len(separator)} + 1"
        return f"CASE WHEN {parts} >= {number} THEN split_part({x}, {apart}, {number}) END"

    def erased(self, x: str, characters: str) -> str:
        return f"regexp_replace({x}, {self.literal(characters)}, '')"

    def matches(self, x: str, pattern: str) -> str:
        return f"({x} RLIKE {self.literal(_whole(pattern))})"

    def rewritten(self, x: str, pattern: str, into: str) -> str:
        into = into.replace("\\", "$")
        return f"regexp_replace({x}, {self.literal(_whole(pattern))}, {self.literal(into)})"

    def starts(self, x: str, text: str) -> str:
        return f"startswith({x}, {self.literal(text)})"

    def ends(self, x: str, text: str) -> str:
        return f"endswith({x}, {self.literal(text)})"

    def contains(self, x: str, text: str) -> str:
        return f"contains({x}, {self.literal(text)})"

    def sha256(self, x: str) -> str:
        return f"sha2({x}, 256)"

    # --- from text --------------------------------------------------------------------------------

    def integer(self, x: str) -> str:
        return f"try_cast({x} AS BIGINT)"

    def decimal(self, x: str, scale: int) -> str:
        return f"try_cast({x} AS DECIMAL(38, {scale}))"

    def real(self, x: str) -> str:
        return f"try_cast({x} AS DOUBLE)"

    def day(self, x: str) -> str:
        return f"try_cast({x} AS DATE)"

    def moment(self, x: str) -> str:
        return f"try_cast({x} AS TIMESTAMP_NTZ)"

    def clock(self, x: str) -> str:
        raise WrongUse("transform.kind_missing", {"kind": "time", "dialect": self.name})

    # --- between kinds ----------------------------------------------------------------------------

    def as_integer(self, value: Value) -> str:
        x = value.sql
        if value.kind in (Kind.FLOAT, Kind.DECIMAL):
            return f"CASE WHEN {x} % 1 = 0 THEN try_cast({x} AS BIGINT) END"
        return f"try_cast({x} AS BIGINT)"

    def as_decimal(self, value: Value, scale: int, precision: int = DIGITS) -> str:
        return f"try_cast({value.sql} AS DECIMAL({precision}, {scale}))"

    def quotient(self, x: str, by: int) -> str:
        return f"({x} DIV {by})"

    def product(self, x: str, scale: int, factor: str, factor_scale: int) -> str:
        digits = len(factor.replace("-", "").replace(".", ""))
        by = f"CAST('{factor}' AS DECIMAL({max(digits, factor_scale)}, {factor_scale}))"
        return f"try_cast({x} * {by} AS DECIMAL(38, {scale + factor_scale}))"

    def collected(self, texts: Sequence[str]) -> str:
        return f"array_compact(array({', '.join(texts)}))"


def _whole(pattern: str) -> str:
    r"""Java's ``$`` also matches before a line end; ``\z`` is the end."""
    return rf"^(?:{pattern})\z"


SPARK = Spark()
