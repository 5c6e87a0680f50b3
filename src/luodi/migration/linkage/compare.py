"""How far every field of every pair agrees: levels as small numbers, compared in SQL.

The table ``gamma`` has a row per pair: ``l``, ``r``, for every field ``g_<field>`` (0 where a value
is missing, 1 the best level …) and, where agreement in a rare value counts for more, ``n_<field>``
(how many records hold the common value).
"""

from __future__ import annotations

import re

import duckdb

from luodi.migration.linkage.model import Binding, FieldKind
from luodi.migration.linkage.rules import comparisons, condition, judgement

_OTHER = {"given_name": "surname", "surname": "given_name"}


def count_values(db: duckdb.DuckDBPyConnection, fields: tuple[Binding, ...]) -> None:
    """Add to ``record`` how many records that lead hold the same value, ``<field>_n``."""
    counted = [field.field for field in fields if comparisons()[field.kind].frequency]
    for name in counted:
        db.execute(
            f"CREATE OR REPLACE TEMP TABLE count_{name} AS SELECT {name}, "
            f"count(*)::INT AS {name}_n FROM record "
            f"WHERE leads AND {name} IS NOT NULL GROUP BY {name}"
        )
    if counted:
        joins = " ".join(f"LEFT JOIN count_{name} USING ({name})" for name in counted)
        db.execute(
            "CREATE OR REPLACE TEMP TABLE record AS "
            f"SELECT record.*, {', '.join(f'{name}_n' for name in counted)} "
            f"FROM record {joins} ORDER BY rid"
        )


def compare(
    db: duckdb.DuckDBPyConnection, fields: tuple[Binding, ...], pairs: str, table: str
) -> None:
    """Make `table` of the relation `pairs` (columns ``l``, ``r``), shaped as ``gamma``."""
    names = {field.field for field in fields}
    kinds = {field.kind for field in fields}
    inner = [f"({level_sql(field, names)})::UTINYINT AS g_{field.field}" for field in fields]
    inner += [
        f"a.{field.field}_n AS n_{field.field}"
        for field in fields
        if comparisons()[field.kind].frequency
    ]
    inner += [f"coalesce({said}, false) AS is_{name}" for name, said in _facts(kinds).items()]
    judged = f"({guard_sql(fields)})::UTINYINT AS guard, ({certain_sql(fields)}) AS certain"
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT COLUMNS(c -> c NOT LIKE 'is_%'), {judged} "
        f"FROM (SELECT p.l, p.r, {', '.join(inner)} FROM {pairs} p "
        "JOIN record a ON a.rid = p.l JOIN record b ON b.rid = p.r)"
    )


def level_sql(field: Binding, names: set[str]) -> str:
    """The number of the level that a pair reaches in a field."""
    found = comparisons()[field.kind]
    other = _OTHER.get(field.field, "")
    cases = [f"WHEN {found.missing} THEN 0"]
    for number, level in enumerate(found.levels, 1):
        if level.when and ("{other}" not in level.when or other in names):
            cases.append(f"WHEN {level.when} THEN {number}")
    text = f"CASE {' '.join(cases)} ELSE {len(found.levels)} END"
    return text.replace("{f}", field.field).replace("{other}", other)


def guard_sql(fields: tuple[Binding, ...]) -> str:
    """The number of the first guard that speaks, from 1; 0 for none."""
    cases = [
        f"WHEN {_condition(guard.when, fields)} THEN {number}"
        for number, guard in enumerate(judgement().guards, 1)
    ]
    return f"CASE {' '.join(cases)} ELSE 0 END"


def certain_sql(fields: tuple[Binding, ...]) -> str:
    """Whether a pair may be merged without a person, as far as the fields go."""
    return " OR ".join(f"({_condition(rule.when, fields)})" for rule in judgement().certain)


def _condition(text: str, fields: tuple[Binding, ...]) -> str:
    kinds: dict[FieldKind, list[str]] = {}
    for field in fields:
        kinds.setdefault(field.kind, []).append(field.field)

    facts = _facts(set(kinds))

    def level(kind: str, numbers: tuple[int, ...]) -> str | None:
        found = kinds.get(FieldKind(kind))
        if not found:
            return None
        wanted = ", ".join(map(str, numbers))
        return "(" + " OR ".join(f"g_{name} IN ({wanted})" for name in found) + ")"

    def fact(name: str) -> str:
        return f"is_{name}" if name in facts else "false"

    return condition(text, level, fact)


def _facts(kinds: set[FieldKind]) -> dict[str, str]:
    """The facts whose fields the table has, as SQL."""
    found = {}
    for name, said in judgement().facts.items():
        needs = {kind for kind in FieldKind if re.search(rf"\ba\.{kind}(_(?!name)|\b)", said)}
        if needs <= kinds:
            found[name] = said.replace("{generation}", str(judgement().generation))
    return found
