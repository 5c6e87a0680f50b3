"""Which rule looks at which columns: by meaning, or by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from luodi.migration.profiling.model import ColumnProfile, TableProfile
from luodi.migration.quality.model import Check, Rule

LEAST = Decimal("0.55")
"""Confidence from which a meaning binds."""
NEAR = Decimal("0.6")
"""Share of the likeliest meaning's confidence that another must reach to bind as well."""
NAMES = frozenset(
    ("person_name", "drug_name", "diagnosis_name", "department_name", "manufacturer", "name")
)
"""Meanings that name the things a dictionary lists."""
CODES = {
    "drug_name": "drug_code",
    "diagnosis_name": "icd_code",
    "department_name": "department_code",
}
"""What each of such things is told apart by."""


def bind(rules: Iterable[Rule], table: TableProfile, by_hand: Mapping[str, str]) -> Iterator[Check]:
    """Bind `rules` to the columns of `table`; `by_hand` maps a column to the meaning it has."""
    meanings = meanings_of(table, by_hand)
    for rule in rules:
        if rule.table not in ("", table.name):
            continue
        if rule.sql:
            yield Check(rule=rule.id, table=table.name)
            continue
        if not table.rows or not is_place(rule.where, table, meanings):
            continue
        if rule.lists and not listed(table, meanings, frozenset(rule.lists)):
            continue
        yield from _bound(rule, table, meanings)


def meanings_of(table: TableProfile, by_hand: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Tell what the columns of `table` are taken for, certain enough to be judged by it."""
    return {c.name: _meanings(c, by_hand.get(c.name)) for c in table.columns}


def _bound(
    rule: Rule, table: TableProfile, meanings: Mapping[str, frozenset[str]]
) -> Iterator[Check]:
    others = _others(rule, table, meanings)
    if others is None:
        return
    if rule.form == "total" or (rule.form == "profile" and rule.profile.startswith("table_")):
        yield Check(rule=rule.id, table=table.name)
        return
    for column in table.columns:
        if rule.kinds and column.kind not in rule.kinds:
            continue
        if rule.meanings and not meanings[column.name] & set(rule.meanings):
            continue
        if column.name not in others.values():
            yield Check(rule=rule.id, table=table.name, columns={"self": column.name, **others})


def _others(
    rule: Rule, table: TableProfile, meanings: Mapping[str, frozenset[str]]
) -> dict[str, str] | None:
    """Find the other columns a rule needs; None where one is missing or several could be it."""
    found = {}
    for name, meaning in rule.with_.items():
        able = [c for c in table.columns if meaning in meanings[c.name]]
        if len(able) > 1:
            able = [c for c in able if c.guesses and c.guesses[0].meaning == meaning]
        if len(able) != 1:
            return None
        found[name] = able[0].name
    return found


def _meanings(column: ColumnProfile, by_hand: str | None) -> frozenset[str]:
    if by_hand is not None:
        return frozenset((by_hand,))
    if not column.guesses:
        return frozenset()
    # A key of rows may well be a code too, and says nothing against it.
    plain = [guess for guess in column.guesses if guess.meaning not in ("row_key", "foreign_key")]
    least = max(LEAST, plain[0].confidence * NEAR) if plain else LEAST
    bound = {guess.meaning for guess in plain if guess.confidence >= least}
    keys = {guess.meaning for guess in column.guesses} & {"row_key", "foreign_key"}
    return frozenset(bound | keys)


def is_place(where: str, table: TableProfile, meanings: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether `table` is of the kind a rule is meant for.

    A *dictionary* lists things: some column that names them hardly ever repeats.  A *person*
    table lists patients: their names, and a birth date, identity number or record number beside
    them.  A *staff* table lists people of the hospital.
    """
    if not where:
        return True
    if where == "dictionary":
        return listed(table, meanings, NAMES)
    person = listed(table, meanings, frozenset(("person_name",)))
    there = frozenset().union(*meanings.values()) if meanings else frozenset()
    patient = bool(there & {"birth_date", "id_card", "medical_record_no", "patient_id"})
    return person and (patient if where == "person" else not patient)


def listed(
    table: TableProfile, meanings: Mapping[str, frozenset[str]], names: frozenset[str]
) -> bool:
    """Whether the table lists what a column of one of these meanings names.

    The names hardly ever repeat, or their codes do not where one name has several: a drug in
    three strengths.
    """
    named = [column for column in table.columns if meanings[column.name] & names]
    codes = {CODES[name] for name in names if name in CODES}
    coded = [column for column in table.columns if meanings[column.name] & codes]
    return bool(named) and any(_hardly_repeats(column) for column in (*named, *coded))


def _hardly_repeats(column: ColumnProfile) -> bool:
    return bool(column.filled) and column.distinct * 2 >= column.filled
