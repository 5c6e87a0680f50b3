"""What a column means beside others: as a key, as a reference, among columns of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from luodi.migration.model import Kind, Table
from luodi.migration.profiling.meaning import SHOWN, Words
from luodi.migration.profiling.model import (
    ColumnProfile,
    Guess,
    Inclusion,
    KeyCandidate,
    TableProfile,
)

SURE = Decimal("0.55")
"""Confidence from which a meaning of the field goes before what a column is to other tables."""
INHERITED = frozenset(
    (
        *("department_code", "staff_code", "drug_code", "service_code", "icd_code", "bed_no"),
        *("patient_id", "medical_record_no", "visit_no", "card_no", "invoice_no", "document_no"),
    )
)
"""Meanings that whoever refers to such a column has too."""
_LOOSE = frozenset(("sequence", "code", "name", "fee_type"))
_BARE = frozenset(("id", "rid", "guid", "uuid", "pk", "oid", "xh", "主键", "内码", "序号"))
_WHOSE = frozenset(("birth_date", "age", "id_card", "phone"))


def in_context(
    column: ColumnProfile,
    table: Table,
    keys: Sequence[KeyCandidate],
    reference: Inclusion | None,
    referred: Guess | None,
) -> tuple[Guess, ...]:
    """Add to a column's guesses what keys and references say of it.

    `referred` is what the column means that this one refers to.  A meaning of the field goes
    first, for a key of patients is a patient id before it is a key.
    """
    found = list(column.guesses)
    if reference is not None and referred is not None and referred.meaning in INHERITED:
        confidence = min(reference.confidence, referred.confidence)
        found = _with(
            found, Guess(meaning=referred.meaning, confidence=confidence, reasons=("inclusion",))
        )
    found.sort(key=lambda one: -one.confidence)
    beside = [*_key(column, table, keys), *_reference(column, table, reference)]
    sure = [one for one in found if one.confidence >= SURE and one.meaning not in _LOOSE]
    rest = sorted(
        [*beside, *(one for one in found if one not in sure)], key=lambda one: -one.confidence
    )
    if beside and _is_bare(column.name) and beside[0].meaning == "row_key":
        rest = [beside[0], *sure, *(one for one in rest if one is not beside[0])]
        sure = []
    return tuple([*sure, *rest][: SHOWN + 1])


def _is_bare(name: str) -> bool:
    return Words.of(name).joined in _BARE


def _with(guesses: list[Guess], more: Guess) -> list[Guess]:
    """Put a guess in; of two of one meaning the surer stays."""
    same = next((one for one in guesses if one.meaning == more.meaning), None)
    if same is None:
        return [*guesses, more]
    if same.confidence >= more.confidence:
        return guesses
    return [more if one is same else one for one in guesses]


def _key(column: ColumnProfile, table: Table, keys: Sequence[KeyCandidate]) -> list[Guess]:
    declared = table.primary_key == (column.name,)
    is_key = any(key.columns == (column.name,) for key in keys)
    named = column.rows > 1 and Words.of(column.name).words[-1:] == ("id",)
    if not declared and not (is_key and named):
        return []
    # Whole numbers that are unique under such a name are handed out by a machine: what the
    # name of the table says of codes is weaker.
    counted = "0.85" if column.kind is Kind.INTEGER else "0.70"
    confidence = Decimal("0.95" if declared else counted)
    return [Guess(meaning="row_key", confidence=confidence, reasons=("key",))]


def _reference(column: ColumnProfile, table: Table, reference: Inclusion | None) -> list[Guess]:
    if reference is not None:
        return [
            Guess(meaning="foreign_key", confidence=reference.confidence, reasons=("inclusion",))
        ]
    words = Words.of(column.name).words
    points = (words[-1:] == ("id",) and len(words) > 1) or words == ("pid",)
    if points and column.kind is Kind.INTEGER and table.primary_key != (column.name,):
        return [Guess(meaning="foreign_key", confidence=Decimal("0.50"), reasons=("name",))]
    return []


def of_people(profile: TableProfile) -> TableProfile:
    """Call a plain ``name`` a person's where sex and age or the like stand beside it."""
    there = {column.meaning for column in profile.columns}
    if "person_name" in there or "sex" not in there or not there & _WHOSE:
        return profile
    guess = Guess(meaning="person_name", confidence=Decimal("0.70"), reasons=("context",))
    return msgspec.structs.replace(
        profile,
        columns=tuple(
            msgspec.structs.replace(column, guesses=(guess, *column.guesses))
            if column.meaning == "name" and Words.of(column.name).joined in ("name", "mc", "名称")
            else column
            for column in profile.columns
        ),
    )


def referred_meaning(
    reference: Inclusion | None, tables: Mapping[str, TableProfile]
) -> Guess | None:
    """Tell what the column means that is referred to."""
    if reference is None or reference.references not in tables:
        return None
    column = tables[reference.references].column(reference.key)
    return column.guesses[0] if column and column.guesses else None
