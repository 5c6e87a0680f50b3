"""The nouns of a profile: what was counted, and what it was taken for."""

from __future__ import annotations

from decimal import Decimal

from luodi.migration.model import Kind, Noun


class Count(Noun, frozen=True, kw_only=True):
    """A value, pattern or format, and how many rows have it."""

    value: str
    rows: int


class Guess(Noun, frozen=True, kw_only=True):
    """A meaning that a column may have; ``confidence`` is 0 to 1, ``reasons`` name the signs."""

    meaning: str
    confidence: Decimal
    reasons: tuple[str, ...] = ()


class ColumnProfile(Noun, frozen=True, kw_only=True):
    """One column, measured exactly.

    ``blanks`` are values of nothing but white space; ``distinct`` leaves NULL out; ``repeated``
    is how many distinct values stand in more than one row.  ``minimum`` and ``maximum`` are by
    value (by code point for text), ``smallest`` and ``largest`` by number where text holds
    nothing but numbers.  Lengths are in characters, of binary columns in bytes.  ``patterns``
    keep the lengths of runs, ``shapes`` give their range; both are empty where ``varied``.
    ``signs`` are the classes and marks that occur in any value of a text column, empty where
    that is not known.  ``dates`` counts the values that read as a date, by format: of text
    columns, and of whole numbers whose name speaks of time.
    """

    name: str
    type: str
    kind: Kind
    comment: str = ""
    rows: int
    nulls: int
    blanks: int = 0
    distinct: int
    repeated: int = 0
    minimum: str | None = None
    maximum: str | None = None
    smallest: Decimal | None = None
    largest: Decimal | None = None
    shortest: int | None = None
    longest: int | None = None
    mean_length: Decimal | None = None
    mean: Decimal | None = None
    zeros: int = 0
    negatives: int = 0
    midnights: int = 0
    top: tuple[Count, ...] = ()
    patterns: tuple[Count, ...] = ()
    shapes: tuple[Count, ...] = ()
    pattern_total: int = 0
    signs: str = ""
    varied: bool = False
    dates: tuple[Count, ...] = ()
    guesses: tuple[Guess, ...] = ()
    personal: bool = False

    @property
    def filled(self) -> int:
        """Rows with a value that is not blank."""
        return self.rows - self.nulls - self.blanks

    @property
    def unique(self) -> bool:
        """Whether the column alone tells rows apart."""
        return self.rows > 0 and self.distinct == self.rows

    @property
    def meaning(self) -> str:
        """The likeliest meaning, or nothing."""
        return self.guesses[0].meaning if self.guesses else ""


class KeyCandidate(Noun, frozen=True, kw_only=True):
    """Columns whose values tell every row from every other, none of them NULL."""

    columns: tuple[str, ...]
    declared: bool = False


class Inclusion(Noun, frozen=True, kw_only=True):
    """Values of one column that are found in a key of another: perhaps a foreign key.

    ``distinct`` values of the column, ``missing`` of them not in the key, ``orphans`` the rows
    that hold those.
    """

    table: str
    column: str
    references: str
    key: str
    distinct: int
    missing: int
    orphans: int
    confidence: Decimal
    declared: bool = False


class TableProfile(Noun, frozen=True, kw_only=True):
    """One table: its columns and what tells its rows apart.

    ``samples`` are rows whose personal columns all show their pattern, so that no combination of
    what is left names anybody.
    """

    name: str
    comment: str = ""
    rows: int
    columns: tuple[ColumnProfile, ...]
    keys: tuple[KeyCandidate, ...] = ()
    samples: tuple[tuple[str, ...], ...] = ()

    def column(self, name: str) -> ColumnProfile | None:
        """Find a column by its name as written."""
        return next((column for column in self.columns if column.name == name), None)


class SystemProfile(Noun, frozen=True, kw_only=True):
    """Every table of a system that was looked at."""

    system: str
    product: str
    tables: tuple[TableProfile, ...]
    inclusions: tuple[Inclusion, ...] = ()
    private: bool = True

    def table(self, name: str) -> TableProfile | None:
        """Find a table by its full name."""
        return next((table for table in self.tables if table.name == name), None)
