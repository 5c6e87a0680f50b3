"""The nouns of linkage: fields, levels of agreement, pairs, clusters."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Noun(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Base of the nouns of linkage."""


class FieldKind(StrEnum):
    """What a column means; it decides how two of its values are compared.

    NAME is a whole name in one column; GIVEN_NAME and SURNAME its parts where they stand apart.
    ID_CARD is the column of the 居民身份证 or whatever was shown instead, DOCUMENT any other number
    that one person has (社保卡号, passport).  PLACE is a town or district, CODE a short one
    (postcode, house number), TEXT anything else.
    """

    NAME = "name"
    GIVEN_NAME = "given_name"
    SURNAME = "surname"
    SEX = "sex"
    BIRTH = "birth"
    ID_CARD = "id_card"
    DOCUMENT = "document"
    PHONE = "phone"
    ADDRESS = "address"
    PLACE = "place"
    CODE = "code"
    TEXT = "text"
    DRUG_NAME = "drug_name"
    SPECIFICATION = "specification"
    MANUFACTURER = "manufacturer"
    APPROVAL = "approval"


class Binding(Noun, frozen=True, kw_only=True):
    """A column of the table and the field it is; ``field`` is the kind, ``kind_2`` the second."""

    field: str
    kind: FieldKind
    column: str


class Level(Noun, frozen=True, kw_only=True):
    """A degree of agreement: ``when`` is SQL over the records ``a`` and ``b``.

    ``m`` is the share of pairs of one person that reach it, before anything was learned.
    """

    id: str
    m: float
    when: str = ""


class Comparison(Noun, frozen=True, kw_only=True):
    """How two values of a kind are compared; the last level is for all that reach no other.

    ``frequency``: agreement in a rare value is worth more than in a common one.
    """

    missing: str
    levels: tuple[Level, ...] = msgspec.field(name="level")
    frequency: bool = True


class Class(StrEnum):
    """What may be done with a pair.

    CERTAIN may be merged without a person.  LINK is linked by default and can be unlinked.
    REVIEW waits for a person.  DIFFERENT looked alike and is kept apart by a guard.
    """

    CERTAIN = "certain"
    LINK = "link"
    REVIEW = "review"
    DIFFERENT = "different"


class Agreement(Noun, frozen=True, kw_only=True):
    """What one field says about a pair: its level, and the weight of that in bits.

    The weight is log2 of how much likelier this agreement is for one person than for two.
    """

    field: str
    level: str
    weight: float


class Pair(Noun, frozen=True, kw_only=True):
    """Two records that may be one.

    ``left`` and ``right`` are values of the id column, ``left_ordinal`` and ``right_ordinal`` the
    rows' ordinals.  ``probability`` is 0 … 1, ``weight`` its log-odds in bits before a guard
    spoke.  ``guards`` name what keeps the records apart, ``via`` is true where the two were
    linked through others of their cluster only.
    """

    left: str
    right: str
    left_ordinal: int
    right_ordinal: int
    probability: float
    weight: float
    class_: Class = msgspec.field(name="class")
    guards: tuple[str, ...] = ()
    via: bool = False
    explanation: tuple[Agreement, ...] = ()


class Cluster(Noun, frozen=True, kw_only=True):
    """Records taken for one person; ``class_`` is that of its weakest link.

    ``conflict``: other records were linked to it, but taking them in would join two that a guard
    keeps apart; those links wait for a person.
    """

    members: tuple[str, ...]
    ordinals: tuple[int, ...]
    class_: Class = msgspec.field(name="class")
    conflict: bool = False


class Trained(Noun, frozen=True, kw_only=True):
    """A level after training: its share among pairs of one person and among all others."""

    field: str
    level: str
    m: float
    u: float

    @property
    def weight(self) -> float:
        """log2(m / u), in bits."""
        from math import log2

        return log2(self.m / self.u)


class BlockCount(Noun, frozen=True, kw_only=True):
    """What a blocking rule brought: pairs, and blocks too large to be paired in full."""

    rule: str
    pairs: int
    blocks_cut: int = 0


class Deduplication(Noun, frozen=True, kw_only=True):
    """Everything dedupe found; ``id`` is the column that names a row.

    ``kept_apart`` are pairs that look like one record and that a guard keeps apart; ``prior`` is
    the share of pairs of one person among all pairs.  ``per_10000`` is the desk load: pairs to
    review for every 10,000 records; ``crowded`` values were not compared, as too many people share
    them.
    """

    table: str
    id: str
    records: int
    fields: tuple[Binding, ...]
    pairs: tuple[Pair, ...]
    clusters: tuple[Cluster, ...]
    kept_apart: tuple[Pair, ...]
    per_10000: float
    prior: float
    iterations: int
    model: tuple[Trained, ...]
    blocking: tuple[BlockCount, ...]
    crowded: int = 0
