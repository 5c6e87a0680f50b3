"""Columns to fields: by the names that were given, else by the headers hospitals use."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from luodi.evidence.errors import WrongUse
from luodi.migration.linkage.model import Binding, FieldKind
from luodi.migration.linkage.rules import headers, plain

_OF_DRUGS = frozenset(
    (FieldKind.DRUG_NAME, FieldKind.SPECIFICATION, FieldKind.MANUFACTURER, FieldKind.APPROVAL)
)
_OF_PEOPLE = frozenset((FieldKind.SEX, FieldKind.BIRTH, FieldKind.ID_CARD, FieldKind.PHONE))


def bind(
    columns: Sequence[str],
    given: Mapping[FieldKind, Sequence[str]],
    *,
    table: str,
    infer: bool = True,
) -> tuple[Binding, ...]:
    """Bind columns to fields, in the order of `FieldKind`.

    A name beside 规格 or a maker, and without anything that people have, is a drug's.

    Parameters
    ----------
    columns : sequence of str
        The table's columns.
    given : mapping
        Columns that somebody named, by kind.  Their names count without case.
    infer : bool
        Whether columns that nobody named are bound by their header; the kinds in `given` are not
        inferred again.

    Raises
    ------
    WrongUse
        ``migration.dedupe_column_absent`` with the nearest names;
        ``migration.dedupe_no_field`` where nothing could be compared.
    """
    given = _parted(given)
    bound = {
        kind: [column_of(columns, name, table=table) for name in names]
        for kind, names in given.items()
    }
    taken = {column for found in bound.values() for column in found}
    for column in sorted(columns) if infer else ():
        kind = headers().get(plain(column), "id")
        if column not in taken and kind != "id" and FieldKind(kind) not in given:
            bound.setdefault(FieldKind(kind), []).append(column)
    if bound.keys() & _OF_DRUGS and not bound.keys() & _OF_PEOPLE and FieldKind.NAME in bound:
        names = bound.pop(FieldKind.NAME)
        bound[FieldKind.DRUG_NAME] = [*names, *bound.get(FieldKind.DRUG_NAME, ())]
    fields = [
        Binding(field=kind if not n else f"{kind}_{n + 1}", kind=kind, column=column)
        for kind in FieldKind
        for n, column in enumerate(bound.get(kind, ()))
    ]
    if not fields:
        raise WrongUse("migration.dedupe_no_field", {"table": table, "columns": tuple(columns)})
    return tuple(fields)


def _parted(given: Mapping[FieldKind, Sequence[str]]) -> Mapping[FieldKind, Sequence[str]]:
    """Take a column named as the name for a part of it where its header says so: 姓, first_name."""
    parts = {"given_name": FieldKind.GIVEN_NAME, "surname": FieldKind.SURNAME}
    found: dict[FieldKind, list[str]] = {}
    for kind, names in given.items():
        for name in names:
            part = parts.get(headers().get(plain(name), ""), kind)
            found.setdefault(part if kind is FieldKind.NAME else kind, []).append(name)
    return found


def given_fields(
    known: Mapping[str, Sequence[str]], others: Sequence[str]
) -> dict[FieldKind, tuple[str, ...]]:
    """Read what somebody named: columns by kind, and others as ``COLUMN:KIND``.

    Raises
    ------
    WrongUse
        ``migration.dedupe_field_form``.
    """
    found = {FieldKind(kind): tuple(columns) for kind, columns in known.items() if columns}
    for text in others:
        column, colon, kind = text.rpartition(":")
        if not colon or not column or kind not in set(FieldKind):
            raise WrongUse("migration.dedupe_field_form", {"field": text, "kinds": (*FieldKind,)})
        found[FieldKind(kind)] = (*found.get(FieldKind(kind), ()), column)
    return found


def column_of(columns: Sequence[str], name: str, *, table: str) -> str:
    """Find a column by its name, exactly or without case.

    Raises
    ------
    WrongUse
        ``migration.dedupe_column_absent``.
    """
    if name in columns:
        return name
    alike = [column for column in columns if plain(column) == plain(name)]
    if len(alike) == 1:
        return alike[0]
    near = difflib.get_close_matches(name.lower(), [c.lower() for c in columns], 3, 0.5)
    shown = tuple(column for column in columns if column.lower() in near) or tuple(columns)
    raise WrongUse(
        "migration.dedupe_column_absent", {"column": name, "table": table, "near": shown}
    )


def id_column(columns: Sequence[str], *, table: str) -> str | None:
    """Find the column that names a row by its header; None where there is none."""
    found = [column for column in columns if headers().get(plain(column)) == "id"]
    order = list(headers())
    return min(found, key=lambda column: order.index(plain(column))) if found else None
