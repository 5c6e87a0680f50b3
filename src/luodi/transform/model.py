"""The operations, as nouns that read from and write to TOML.

A column of the target is a pipeline: the value of the first source column flows through the steps
in order.  An operation that cannot do its work on a value yields NULL and a *fault*; what happens
to the row is the operation's ``otherwise``: the row is rejected with the operation's name as its
reason, or the value becomes NULL, or it is kept as it was.  An empty value (NULL) passes through
every operation but `Default`, `Coalesce`, `Concat`, `Constant`, `When` and `Require` untouched and
is never a fault.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal as Number
from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

Positive = Annotated[int, msgspec.Meta(ge=1)]
Something = Annotated[str, msgspec.Meta(min_length=1)]
Character = Annotated[str, msgspec.Meta(min_length=1, max_length=1)]
HexDigits = Annotated[int, msgspec.Meta(ge=1, le=64)]
Scale = Annotated[int, msgspec.Meta(ge=0, le=37)]

Value: TypeAlias = str | int | bool
"""A value as a mapping writes it; decimals and days are written as text: ``"0.50"``.

Text is compared as the kind of the column it is compared with.
"""


class Kind(StrEnum):
    """What sort of values a column holds, whatever the product calls its type."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    BINARY = "binary"
    OTHER = "other"


class Otherwise(StrEnum):
    """What becomes of a value that an operation cannot work on."""

    REJECT = "reject"
    NULL = "null"
    KEEP = "keep"


class Compare(StrEnum):
    """How a predicate compares a column with its value."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    IN = "in"
    NOT_IN = "not_in"
    NULL = "null"
    NOT_NULL = "not_null"
    BLANK = "blank"
    NOT_BLANK = "not_blank"
    STARTS = "starts"
    ENDS = "ends"
    CONTAINS = "contains"


class Noun(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Base of what a mapping is written in."""


class Predicate(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """A question about a row: a comparison of one column, or predicates that all or any must hold.

    ``column`` names a source column; inside `When` an absent one means the value in the pipeline.
    Comparisons but ``null``, ``not_null``, ``blank`` and ``not_blank`` do not hold for NULL.
    """

    column: str = ""
    compare: Compare | None = None
    value: Value | tuple[Value, ...] | None = None
    all: tuple[Predicate, ...] = ()
    any: tuple[Predicate, ...] = ()


class Step(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    gc=False,
    tag_field="op",
    tag=lambda name: "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_"),
):
    """Base of the operations; ``op`` names one in TOML: ``{ op = "half_width" }``."""


class Trim(Step, frozen=True, kw_only=True):
    """Remove white space at both ends: Unicode's White_Space and zero-width marks.

    Blanks, tabs, line ends, NBSP, U+3000, U+FEFF, U+200B and their like; see `characters.WHITE`.
    """


class Blank(Step, frozen=True, kw_only=True):
    """An empty or blank text, or one of ``values``, says nothing and becomes NULL."""

    values: tuple[str, ...] = ()


class Default(Step, frozen=True, kw_only=True):
    """NULL becomes ``value``."""

    value: Value


class Constant(Step, frozen=True, kw_only=True):
    """Whatever came, the value is ``value``."""

    value: Value


class Coalesce(Step, frozen=True, kw_only=True):
    """NULL becomes the first of ``columns`` that is neither NULL nor blank."""

    columns: tuple[str, ...]


class Concat(Step, frozen=True, kw_only=True):
    """Join the value and ``columns``, those that are neither NULL nor blank, by ``separator``."""

    columns: tuple[str, ...]
    separator: str = ""


class Upper(Step, frozen=True, kw_only=True):
    """ASCII letters in upper case."""


class Lower(Step, frozen=True, kw_only=True):
    """ASCII letters in lower case."""


class HalfWidth(Step, frozen=True, kw_only=True):
    """Full-width forms U+FF01 to U+FF5E and U+3000 become their ASCII selves."""


class Replace(Step, frozen=True, kw_only=True):
    """Every ``old`` becomes ``new``; literal text, no pattern."""

    old: Something
    new: str = ""


class Digits(Step, frozen=True, kw_only=True):
    """Keep the ASCII digits only."""


class Pad(Step, frozen=True, kw_only=True):
    """Fill up on the left (or right) to ``length`` characters; longer values stay as they are."""

    length: Positive
    fill: Character = "0"
    right: bool = False


class Slice(Step, frozen=True, kw_only=True):
    """``length`` characters from ``start``, counted from 1; to the end without a length."""

    start: Positive
    length: Positive | None = None


class Split(Step, frozen=True, kw_only=True):
    """Part number ``part``, counted from 1, between ``separator``s; NULL where there is none."""

    separator: Something
    part: Positive


class Length(Step, frozen=True, kw_only=True):
    """At most ``most`` characters; a longer value is a fault, or is cut where ``cut`` is true."""

    most: Positive
    cut: bool = False
    otherwise: Otherwise = Otherwise.REJECT


class OneOf(Step, frozen=True, kw_only=True):
    """A value outside ``values`` is a fault."""

    values: tuple[str, ...]
    otherwise: Otherwise = Otherwise.REJECT


class Require(Step, frozen=True, kw_only=True):
    """NULL is a fault, and so the row is rejected."""


class Dictionary(Step, frozen=True, kw_only=True):
    """Translate by the dictionary ``mapping/<name>.tsv``; an entry that is not there is a fault."""

    name: str
    otherwise: Otherwise = Otherwise.REJECT


class Lookup(Step, frozen=True, kw_only=True):
    """The source key of a row of ``feed`` becomes the target key that row was given.

    A row that was merged answers with the key of the row it was merged into.  A row that is not
    there, was rejected, excluded or held for review is a fault.
    """

    feed: str
    otherwise: Otherwise = Otherwise.REJECT


class Date(Step, frozen=True, kw_only=True):
    """A day.  The first of ``formats`` that fits counts (``%Y-%m-%d`` and the like; see `formats`).

    Impossible days (2021-02-30, 0000-00-00) and days outside ``earliest`` … ``latest`` are faults.
    """

    formats: tuple[str, ...] = ()
    earliest: date | None = None
    latest: date | None = None
    otherwise: Otherwise = Otherwise.REJECT


class DateTime(Step, frozen=True, kw_only=True):
    """A moment without zone, to the microsecond; see `DATETIME_FORMATS`.

    24:00, a 60th second and a zone behind the time are faults.
    """

    formats: tuple[str, ...] = ()
    earliest: date | None = None
    latest: date | None = None
    otherwise: Otherwise = Otherwise.REJECT


class Integer(Step, frozen=True, kw_only=True):
    """A whole number of 64 bits, within ``least`` … ``most`` where given.

    A text is trimmed and made half-width first; leading zeros and a sign are understood, ``1.0``,
    ``1,000`` and ``1e3`` are none.
    """

    least: int | None = None
    most: int | None = None
    otherwise: Otherwise = Otherwise.REJECT


class Decimal(Step, frozen=True, kw_only=True):
    """A decimal of at most 38 digits, ``scale`` of them behind the point.

    More decimals than ``scale`` (trailing zeros aside) are a fault, or rounded half away from
    zero where ``round`` is true.  Thousands separators and currency signs are removed.
    """

    scale: Scale = 2
    round: bool = False
    least: Number | None = None
    most: Number | None = None
    otherwise: Otherwise = Otherwise.REJECT


class Multiply(Step, frozen=True, kw_only=True):
    """Multiply a number exactly: 0.01 turns 分 into 元."""

    factor: Number
    otherwise: Otherwise = Otherwise.REJECT


class Boolean(Step, frozen=True, kw_only=True):
    """True for ``yes``, false for ``no``, by text; anything else is a fault."""

    yes: tuple[str, ...]
    no: tuple[str, ...]
    otherwise: Otherwise = Otherwise.REJECT


class IdPart(StrEnum):
    """What an identity card can tell."""

    NUMBER = "number"
    BIRTH = "birth"
    SEX = "sex"
    AREA = "area"


class IdCard(Step, frozen=True, kw_only=True):
    """Read a 居民身份证 (GB 11643-1999): 18 digits, a 15-digit one is extended.

    ``part``: the number in its 18-digit form, the birth date (a date), the sex (GB/T 2261.1: 1
    male, 2 female) or the area code (GB/T 2260, six digits).  Full-width digits, a small x, gaps,
    dots and hyphens are understood.  A wrong length, province or check digit, or a birth date that
    is impossible, before 1850 or not yet come is a fault, as `luodi.terminology.id_card` has it.
    """

    part: IdPart = IdPart.NUMBER
    otherwise: Otherwise = Otherwise.REJECT


class SpecificationPart(StrEnum):
    """What a drug's 规格 can tell: ``0.25g×24片/盒``."""

    STRENGTH = "strength"
    STRENGTH_UNIT = "strength_unit"
    VOLUME = "volume"
    VOLUME_UNIT = "volume_unit"
    COUNT = "count"
    COUNT_UNIT = "count_unit"
    PACKAGE_UNIT = "package_unit"


class Specification(Step, frozen=True, kw_only=True):
    """Read one part of a drug's 规格; a 规格 that does not parse is a fault.

    A part that a well-formed 规格 does not state is NULL and no fault.  Numbers are decimals.  The
    volume of ointments and granules is their whole mass.  `luodi.terminology.specification` reads
    the distinct texts when the statement is compiled.
    """

    part: SpecificationPart
    otherwise: Otherwise = Otherwise.REJECT


class Hash(Step, frozen=True, kw_only=True):
    """The first ``length`` hexadecimal digits of the SHA-256 of ``salt`` and the text (UTF-8)."""

    length: HexDigits = 64
    salt: str = ""


class When(Step, frozen=True, kw_only=True):
    """Where ``test`` holds the value goes through ``then``, else through ``other``."""

    test: Predicate
    then: tuple[Operation, ...] = ()
    other: tuple[Operation, ...] = ()


Operation: TypeAlias = (
    Trim
    | Blank
    | Default
    | Constant
    | Coalesce
    | Concat
    | Upper
    | Lower
    | HalfWidth
    | Replace
    | Digits
    | Pad
    | Slice
    | Split
    | Length
    | OneOf
    | Require
    | Dictionary
    | Lookup
    | Date
    | DateTime
    | Integer
    | Decimal
    | Multiply
    | Boolean
    | IdCard
    | Specification
    | Hash
    | When
)

OPERATIONS: tuple[type[Step], ...] = Operation.__args__
"""Every operation, in the order of the handbook."""

DATE_FORMATS: tuple[str, ...] = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日")
"""Formats a `Date` without its own tries, in order; month and day may lack their leading zero
where separators stand."""

DATETIME_FORMATS: tuple[str, ...] = (
    *(
        f"{day}{between}{clock}"
        for day in DATE_FORMATS[:2]
        for between in (" ", "T")
        for clock in ("%H:%M:%S", "%H:%M:%S.%f", "%H:%M")
    ),
    "%Y%m%d%H%M%S",
    "%Y%m%d%H%M",
    "%Y%m%d %H:%M:%S",
    "%Y.%m.%d %H:%M:%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H时%M分%S秒",
    "%Y年%m月%d日%H时%M分%S秒",
    *DATE_FORMATS,
)
"""Formats a `DateTime` without its own tries, in order."""
