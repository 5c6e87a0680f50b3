"""What an engine must be able to say for the operations to be written in its SQL.

Every word takes and gives SQL; a parameter called ``x`` may be repeated, so it is a name.  None of
the words may raise on any row.  Patterns keep to what RE2, PostgreSQL and Java read alike: literal
characters, bracket expressions, groups, ``{m,n}``, ``?``, ``*``, ``+`` and ``|``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.transform.characters import CAPITALS, SMALL, WHITE
from luodi.transform.model import Kind, Step
from luodi.transform.work import Renderer, Value, name_of

Let = Callable[[str], str]
"""Names a value: `Work.let`."""
DIGITS = 38
"""Digits of the widest decimal."""


class Dialect(ABC):
    """An engine's SQL."""

    name: str
    operations: Mapping[type[Step], Renderer]
    fence: str = ""
    """Ends a layer so that the engine does not fold it into the next."""

    def renderer(self, operation: type[Step]) -> Renderer:
        """Find the renderer of an operation.

        Raises
        ------
        LuodiError
            ``transform.operation_missing``.
        """
        found = self.operations.get(operation)
        if found is None:
            names = {"operation": name_of(operation), "dialect": self.name}
            raise LuodiError("transform.operation_missing", names)
        return found

    # --- names, literals, types -------------------------------------------------------------------

    def identifier(self, name: str) -> str:
        """Quote a name, whatever characters it holds."""
        return '"' + sound(name).replace('"', '""') + '"'

    def literal(self, text: str) -> str:
        """Quote a text, whatever characters it holds but U+0000."""
        return "'" + sound(text).replace("'", "''") + "'"

    @abstractmethod
    def type_of(self, kind: Kind, precision: int = DIGITS, scale: int = 0, bits: int = 64) -> str:
        """Name the engine's type."""

    def null(self, kind: Kind, scale: int = 0) -> str:
        """NULL of a kind."""
        return f"CAST(NULL AS {self.type_of(kind, scale=scale)})"

    def constant(self, kind: Kind, text: str, scale: int = 0) -> str:
        """A constant from its canonical text, which is known to be one of that kind."""
        if kind is Kind.BOOLEAN:
            return text.upper()
        if kind is Kind.INTEGER:
            return f"CAST({self.literal(text)} AS {self.type_of(kind)})"
        if kind is Kind.TEXT:
            return self.literal(text)
        return f"CAST({self.literal(text)} AS {self.type_of(kind, scale=scale)})"

    # --- texts ------------------------------------------------------------------------------------

    @abstractmethod
    def text(self, value: Value) -> str:
        """The canonical text of a value.

        Whole numbers as digits, decimals plain with their zeros, floats at their shortest and
        without ``.0``, booleans ``true`` and ``false``, days and moments as ISO 8601 writes them
        with a blank in between.
        """

    @abstractmethod
    def trimmed(self, x: str, let: Let) -> str:
        """A text without white space at its ends."""

    def is_blank(self, x: str) -> str:
        """Tell whether a text is empty or white; NULL for NULL."""
        return self.matches(x, f"[{WHITE}]*")

    def length(self, x: str) -> str:
        return f"length({x})"

    def slice(self, x: str, start: int | str, length: int | None = None) -> str:
        end = "" if length is None else f", {length}"
        return f"substr({x}, {start}{end})"

    def replaced(self, x: str, old: str, new: str) -> str:
        if old == "\0":
            return self.without_nul(x, new)
        return f"replace({x}, {self.literal(old)}, {self.literal(new)})"

    @abstractmethod
    def without_nul(self, x: str, new: str) -> str: ...

    @abstractmethod
    def has_nul(self, x: str) -> str | None:
        """Tell whether a text holds U+0000; None where none can."""

    def translated(self, x: str, old: str, new: str) -> str:
        return f"translate({x}, {self.literal(old)}, {self.literal(new)})"

    def upper(self, x: str) -> str:
        return self.translated(x, SMALL, CAPITALS)

    def lower(self, x: str) -> str:
        return self.translated(x, CAPITALS, SMALL)

    def padded(self, x: str, length: int, fill: str, *, right: bool) -> str:
        """Fill up a text that is shorter than `length`."""
        return f"{'rpad' if right else 'lpad'}({x}, {length}, {self.literal(fill)})"

    @abstractmethod
    def part(self, x: str, separator: str, number: int) -> str: ...

    @abstractmethod
    def erased(self, x: str, characters: str) -> str:
        """Every character that the bracket expression finds is taken out."""

    @abstractmethod
    def matches(self, x: str, pattern: str) -> str:
        """Tell whether the whole text matches."""

    @abstractmethod
    def rewritten(self, x: str, pattern: str, into: str) -> str:
        r"""Write a text, all of which matches, anew: ``\1`` stands for the first group."""

    def starts(self, x: str, text: str) -> str:
        return f"starts_with({x}, {self.literal(text)})"

    @abstractmethod
    def ends(self, x: str, text: str) -> str: ...

    @abstractmethod
    def contains(self, x: str, text: str) -> str: ...

    def ordered(self, x: str) -> str:
        """A text that compares by code point."""
        return x

    def joined(self, values: Iterable[str], separator: str) -> str:
        """Values that are not NULL with the separator in between."""
        return f"concat_ws({self.literal(separator)}, {', '.join(values)})"

    @abstractmethod
    def sha256(self, x: str) -> str:
        """64 hexadecimal digits."""

    # --- numbers and days from text of a known shape ----------------------------------------------

    @abstractmethod
    def integer(self, x: str) -> str:
        """A whole number from ``[+-]?[0-9]+``; NULL where 64 bits do not hold it."""

    @abstractmethod
    def decimal(self, x: str, scale: int) -> str:
        r"""A decimal from ``-?[0-9]+(\.[0-9]+)?``; NULL where 38 digits do not hold it.

        Rounds half away from zero.
        """

    @abstractmethod
    def real(self, x: str) -> str:
        """A float from a number that may have an exponent; NULL where it does not hold it."""

    @abstractmethod
    def day(self, x: str) -> str:
        """A day from ``[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}``; NULL where there is no such day."""

    @abstractmethod
    def moment(self, x: str) -> str:
        """A moment from a day, a blank and ``H:M:S`` or ``H:M:S.f``, each in its range."""

    @abstractmethod
    def clock(self, x: str) -> str:
        """A time of day from ``H:M:S`` or ``H:M:S.f``, each in its range."""

    # --- short cuts: NULL where they do not apply, None where the engine has no use for them ------

    def quick_integer(self, x: str, let: Let) -> str | None:
        return None

    def quick_decimal(self, x: str, let: Let, scale: int) -> str | None:
        return None

    def quick_day(self, x: str, let: Let) -> str | None:
        return None

    def quick_moment(self, x: str, let: Let, *, fraction: bool) -> str | None:
        return None

    def quick_card(self, x: str, let: Let) -> str | None:
        """The first 17 digits of a text that has 18 characters, as a number."""
        return None

    def civil(self, year: str, month: str, day: str) -> str:
        """A day from three whole numbers; NULL where there is no such day."""
        leap = f"({year} % 4 = 0 AND ({year} % 100 <> 0 OR {year} % 400 = 0))"
        last = (
            f"CASE WHEN {month} IN (4, 6, 9, 11) THEN 30 WHEN {month} <> 2 THEN 31 "
            f"WHEN {leap} THEN 29 ELSE 28 END"
        )
        exists = f"{year} BETWEEN 1 AND 9999 AND {month} BETWEEN 1 AND 12"
        exists += f" AND {day} BETWEEN 1 AND {last}"
        parts = ", ".join(f"CAST({part} AS INTEGER)" for part in (year, month, day))
        return f"CASE WHEN {exists} THEN make_date({parts}) END"

    # --- between kinds ----------------------------------------------------------------------------

    @abstractmethod
    def as_integer(self, value: Value) -> str:
        """A whole number from an integer, decimal, float or boolean; NULL where it is none."""

    def quotient(self, x: str, by: int) -> str:
        """A whole number divided, without the rest."""
        return f"({x} / {by})"

    def product(self, x: str, scale: int, factor: str, factor_scale: int) -> str:
        """A decimal times a constant; the product is known to have 38 digits at most."""
        most = DIGITS - scale - factor_scale
        by = self.constant(Kind.DECIMAL, factor, factor_scale)
        return f"{x} * {by}" if most >= 0 else x

    @abstractmethod
    def as_decimal(self, value: Value, scale: int, precision: int = DIGITS) -> str:
        """A decimal from an integer or a decimal of no larger scale; NULL where it is too large."""

    def as_real(self, value: Value) -> str:
        return f"CAST({value.sql} AS {self.type_of(Kind.FLOAT)})"

    def narrowed(self, x: str, bits: int) -> str:
        """A whole number of 16 or 32 bits; NULL where they do not hold it."""
        half = 2 ** (bits - 1)
        narrow = self.type_of(Kind.INTEGER, bits=bits)
        return f"CASE WHEN {x} BETWEEN {-half} AND {half - 1} THEN CAST({x} AS {narrow}) END"

    def as_day(self, value: Value) -> str:
        return f"CAST({value.sql} AS {self.type_of(Kind.DATE)})"

    def as_moment(self, value: Value) -> str:
        return f"CAST({value.sql} AS {self.type_of(Kind.DATETIME)})"

    # --- rows -------------------------------------------------------------------------------------

    @abstractmethod
    def collected(self, texts: Sequence[str]) -> str:
        """A list of the texts that are not NULL."""


def neighbours(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Runs of numbers that follow one another: their first and last."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def within(x: str, numbers: Iterable[int]) -> str:
    """Tell whether a whole number is one of `numbers`.

    Not by IN: of a longer list DuckDB makes a hash join, which it works out for every row, even
    inside a CASE that does not come to it and for a value that nobody reads.
    """
    tests = (f"{x} = {a}" if a == b else f"{x} BETWEEN {a} AND {b}" for a, b in neighbours(numbers))
    return f"({' OR '.join(tests)})"


def sound(text: str) -> str:
    """A text that SQL can hold.

    Raises
    ------
    WrongUse
        ``transform.text_unsound``: U+0000, or half of a surrogate pair.
    """
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise WrongUse("transform.text_unsound", {"text": ascii(text)})
    return text
