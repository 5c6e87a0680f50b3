"""Normal forms of every record, so that comparing is a matter of equal or not.

The records of one or two relations become the temporary table ``record``: ``rid`` (from 1, in the
order of side and id, so that the order of rows says nothing), ``side`` (0, 1), ``id``, ``ordinal``,
and for every field its normal form with what is derived from it (``birth``, ``name_sound`` …).
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

import duckdb

from luodi.evidence.errors import WrongUse
from luodi.evidence.progress import Progress
from luodi.migration.linkage.into import into
from luodi.migration.linkage.model import Binding, FieldKind
from luodi.migration.linkage.names import take_names, take_specifications, take_words
from luodi.migration.workspace import quoted
from luodi.terminology.text import simplify

TAKEN = {
    FieldKind.NAME: take_names,
    FieldKind.GIVEN_NAME: take_words,
    FieldKind.SURNAME: take_words,
    FieldKind.SPECIFICATION: take_specifications,
}
"""Kinds whose values are taken apart in Python, each distinct one once."""
_SHOWN = 5
"""Ordinals that an error names."""


@dataclass(frozen=True)
class Side:
    """One relation and how its columns are bound.

    ``id`` is the column that names a row to the reader, ``ordinal`` SQL for the row's ordinal.
    """

    relation: str
    table: str
    id: str
    ordinal: str
    fields: tuple[Binding, ...]


def prepare(
    db: duckdb.DuckDBPyConnection, sides: tuple[Side, ...], progress: Progress
) -> tuple[Binding, ...]:
    """Make the table ``record``; returns the fields that hold anything on every side.

    Raises
    ------
    WrongUse
        ``migration.dedupe_id_not_unique``, ``migration.dedupe_id_absent`` with ordinals;
        ``migration.dedupe_empty``; ``migration.dedupe_all_null``.
    """
    db.execute(_macros())
    for side in sides:
        _check_ids(db, side)
    fields = _common(sides)
    selects = [_raw(n, side, fields) for n, side in enumerate(sides)]
    db.execute(
        "CREATE OR REPLACE TEMP TABLE raw AS SELECT row_number() OVER (ORDER BY side, id) AS rid, "
        f"* FROM ({' UNION ALL '.join(selects)})"
    )
    filled = tuple(field for field in fields if _is_filled(db, field, len(sides)))
    if not filled:
        raise WrongUse("migration.dedupe_all_null", {"table": sides[0].table})
    for field in filled:
        if take := TAKEN.get(field.kind):
            source = f"SELECT DISTINCT {field.field} FROM raw WHERE {field.field} IS NOT NULL"
            take(db, source, f"taken_{field.field}", progress)
        if field.kind is FieldKind.ADDRESS:
            _simplify(db, field.field)
    _normal(db, filled)
    return tuple(field for field in filled if _has_values(db, field))


def _raw(number: int, side: Side, fields: tuple[Binding, ...]) -> str:
    columns = {binding.field: binding.column for binding in side.fields}
    values = ", ".join(
        f"nf_text(CAST({quoted(columns[field.field])} AS VARCHAR)) AS {field.field}"
        for field in fields
    )
    return (
        f"SELECT {number} AS side, CAST({quoted(side.id)} AS VARCHAR) AS id, "
        f"{side.ordinal} AS ordinal, {values} FROM {side.relation}"
    )


def _normal(db: duckdb.DuckDBPyConnection, fields: tuple[Binding, ...]) -> None:
    columns, joins = ["raw.rid", "raw.side", "raw.id", "raw.ordinal"], []
    whole, derived = [], []
    for field in fields:
        columns += _columns(db, field)
        derived += _derived(field)
        if field.kind is FieldKind.ID_CARD:
            whole.append(f"nf_card({field.field}) AS {field.field}")
        if field.kind in TAKEN:
            taken = f"taken_{field.field}"
            joins.append(f"LEFT JOIN {taken} ON raw.{field.field} = {taken}.raw")
    replaced = f" REPLACE ({', '.join(whole)})" if whole else ""
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE record AS SELECT {', '.join(['*', *derived])} FROM ("
        f"SELECT *{replaced} FROM ("
        f"SELECT {', '.join(columns)} FROM raw {' '.join(joins)})) ORDER BY rid"
    )
    names = {field.field for field in fields}
    if "id_card" in names:
        _tell_from_id_card(db, names)
    if "name" in names and "sex" in names:
        db.execute(
            "UPDATE record SET sex = name_sex WHERE sex IS NULL AND name_sex <> '' AND "
            "(SELECT bool_or(sex IN ('1', '2')) FROM record)"
        )


def _derived(field: Binding) -> list[str]:
    """SQL of what is derived from a field's normal form."""
    f = field.field
    match field.kind:
        case FieldKind.ID_CARD:
            return [
                f"nf_id_valid({f}) AS {f}_valid",
                f"coalesce(regexp_matches({f}, '\\d{{14}}'), false) AS {f}_resident",
            ]
        case FieldKind.ADDRESS:
            return [f"nf_area({f}) AS {f}_area"]
        case FieldKind.SPECIFICATION:
            return [f"nf_numbers({f}) AS {f}_numbers"]
        case _:
            return []


def _columns(db: duckdb.DuckDBPyConnection, field: Binding) -> list[str]:
    """SQL of a field's normal form, and of what else its text as it was written tells."""
    f, raw = field.field, f"raw.{field.field}"
    t = f"taken_{f}"
    match field.kind:
        case FieldKind.NAME:
            parts = ("pinyin", "sound", "shape", "sorted", "surname", "given", "chinese")
            return [
                f"{t}.key AS {f}",
                f"{t}.key AS {f}_key",
                f"{t}.kind AS {f}_kind",
                *(f"{t}.{part} AS {f}_{part}" for part in (*parts, "rank", "sex")),
            ]
        case FieldKind.GIVEN_NAME | FieldKind.SURNAME:
            return [
                f"nf_said({t}.key) AS {f}",
                f"{t}.sound AS {f}_sound",
                f"{t}.chinese AS {f}_chinese",
            ]
        case FieldKind.SEX:
            return [f"{_sex(db, f, raw)} AS {f}"]
        case FieldKind.BIRTH:
            return [f"nf_birth({raw}, {str(_month_first(db, f)).lower()}) AS {f}"]
        case FieldKind.ID_CARD | FieldKind.DOCUMENT | FieldKind.APPROVAL:
            return [f"nf_number({raw}) AS {f}"]
        case FieldKind.PHONE:
            return [f"nf_phone({raw}) AS {f}"]
        case FieldKind.ADDRESS:
            return [f"nf_address({raw}) AS {f}", f"nf_numbers({raw}) AS {f}_numbers"]
        case FieldKind.DRUG_NAME:
            return [f"nf_drug({raw}) AS {f}"]
        case FieldKind.MANUFACTURER:
            return [f"nf_maker({raw}) AS {f}"]
        case FieldKind.SPECIFICATION:
            return [f"coalesce({t}.key, nf_specification({raw})) AS {f}"]
        case _:
            return [f"nf_address({raw}) AS {f}"]


def _tell_from_id_card(db: duckdb.DuckDBPyConnection, names: set[str]) -> None:
    """Fill an absent birth or sex from a valid number."""
    if "birth" in names:
        db.execute("UPDATE record SET birth = id_card[7:14] WHERE birth IS NULL AND id_card_valid")
    if "sex" in names:
        db.execute(
            "UPDATE record SET sex = CASE id_card[17]::INT % 2 WHEN 1 THEN '1' ELSE '2' END "
            "WHERE sex IS NULL AND id_card_valid AND "
            "(SELECT bool_or(sex IN ('1', '2')) FROM record)"
        )


def _sex(db: duckdb.DuckDBPyConnection, f: str, raw: str) -> str:
    """Without a 2 in the column 0 is a sex of its own; beside one it is the unknown sex."""
    row = db.execute(f"SELECT bool_or(nf_sex({f}) = '2') FROM raw").fetchone()
    return f"nullif(nf_sex({raw}), '0')" if row and row[0] else f"nf_sex({raw})"


def _month_first(db: duckdb.DuckDBPyConnection, f: str) -> bool:
    """Whether 03/25/1990 was met, which is no day if the day stands first."""
    row = db.execute(
        f"SELECT count(*) FROM raw WHERE "
        rf"TRY_CAST(regexp_extract({f}, '^\d{{1,2}}\D+(\d{{1,2}})\D+\d{{4}}', 1) AS INT) > 12"
    ).fetchone()
    return bool(row and row[0])


def _simplify(db: duckdb.DuckDBPyConnection, f: str) -> None:
    """Addresses in traditional characters: few, and only they go through Python."""
    found = db.execute(
        f"SELECT DISTINCT {f} FROM raw WHERE regexp_matches({f}, '[^\\x00-\\x7f]')"
    ).fetchall()
    changed = [(text, plain) for (text,) in found if (plain := simplify(text)) != text]
    db.execute("CREATE OR REPLACE TEMP TABLE plain_address (written VARCHAR, plain VARCHAR)")
    if changed:
        into(db, "plain_address", changed)
        db.execute(f"UPDATE raw SET {f} = plain FROM plain_address WHERE {f} = written")


# --- checks ---------------------------------------------------------------------------------------


def _check_ids(db: duckdb.DuckDBPyConnection, side: Side) -> None:
    rows = db.execute(f"SELECT count(*) FROM {side.relation}").fetchone()
    if not rows or not rows[0]:
        raise WrongUse("migration.dedupe_empty", {"table": side.table})
    name = quoted(side.id)
    absent = _ordinals(
        db,
        f"SELECT {side.ordinal} AS n FROM {side.relation} "
        f"WHERE coalesce(trim(CAST({name} AS VARCHAR), ' \t\r\n\u3000'), '') = ''",
    )
    if absent:
        raise WrongUse(
            "migration.dedupe_id_absent",
            {"table": side.table, "column": side.id, "ordinals": absent},
        )
    again = _ordinals(
        db,
        f"SELECT {side.ordinal} AS n FROM {side.relation} "
        f"QUALIFY count(*) OVER (PARTITION BY CAST({name} AS VARCHAR)) > 1",
    )
    if again:
        raise WrongUse(
            "migration.dedupe_id_not_unique",
            {"table": side.table, "column": side.id, "ordinals": again},
        )


def _ordinals(db: duckdb.DuckDBPyConnection, query: str) -> tuple[str, ...]:
    found = db.execute(f"SELECT n FROM ({query}) ORDER BY n LIMIT {_SHOWN + 1}").fetchall()
    shown = tuple(str(n) for (n,) in found[:_SHOWN])
    return (*shown, "…") if len(found) > _SHOWN else shown


def _common(sides: tuple[Side, ...]) -> tuple[Binding, ...]:
    """Fields that every side has, as the first binds them."""
    shared = set.intersection(*({f.field for f in side.fields} for side in sides))
    found = tuple(field for field in sides[0].fields if field.field in shared)
    if not found:
        raise WrongUse("migration.dedupe_nothing_common", {"table": sides[0].table})
    return found


def _is_filled(db: duckdb.DuckDBPyConnection, field: Binding, sides: int) -> bool:
    row = db.execute(
        f"SELECT count(DISTINCT side) FROM raw WHERE {field.field} IS NOT NULL"
    ).fetchone()
    return bool(row) and row[0] == sides if row else False


def _has_values(db: duckdb.DuckDBPyConnection, field: Binding) -> bool:
    row = db.execute(f"SELECT 1 FROM record WHERE {field.field} IS NOT NULL LIMIT 1").fetchone()
    return row is not None


def _macros() -> str:
    return (resources.files("luodi.migration.linkage") / "normal_forms.sql").read_text("utf-8")
