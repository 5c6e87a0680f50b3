"""Lists of terms: which columns of a table hold code, name, 规格, maker; and reading them."""

from __future__ import annotations

from luodi.evidence.errors import WrongUse
from luodi.migration.mapping.model import Terms
from luodi.migration.model import Table
from luodi.migration.suggesting.columns import described
from luodi.migration.suggesting.lexicon import Spot, lexicon
from luodi.migration.suggesting.looks import Look, Looks
from luodi.migration.suggesting.sort import Sort
from luodi.migration.suggesting.terms import Term
from luodi.migration.workspace import Workspace, quoted

MOST = 500_000
"""Terms of a list; what is longer is no dictionary."""

_PARTS: dict[str, tuple[str, ...]] = {
    "value": ("insurance_code", "diagnosis_code", "surgery_code", "drug_code", "service_code",
              "department_code", "staff_no", "code", "id", "number"),
    "label": ("drug_name", "diagnosis_name", "service_name", "department_name", "person_name",
              "name"),
    "specification": ("specification",),
    "manufacturer": ("manufacturer",),
    "unit": ("package_unit", "unit"),
}  # fmt: skip
"""Concepts of the columns that a list of terms is made of, the tellingest first."""


def terms_of(table: Table, looks: Looks) -> Terms:
    """Guess which columns of a table hold a list's code and name, and what tells terms apart.

    A code that repeats is none, whatever its column is called; a column that is mostly empty names
    nothing.

    Raises
    ------
    WrongUse
        ``migration.suggest_no_list``: no column looks like a name or like a code.
    """
    columns = described(table, lexicon(), looks)
    found: dict[str, str] = {}
    for part, concepts in _PARTS.items():
        best = max(
            (
                (
                    _sure((*column.name.spots, *column.comment.spots), concept)
                    * _serves(part, column.look)
                    - place * 0.01,
                    -at,
                )
                for at, column in enumerate(columns)
                if column.column.name not in found.values()
                for place, concept in enumerate(concepts)
            ),
            default=(0.0, 0),
        )
        if best[0] > 0.55:
            found[part] = columns[-best[1]].column.name
    if "label" not in found and "value" not in found:
        raise WrongUse("migration.suggest_no_list", {"table": table.full_name})
    first = found.get("value") or (table.primary_key or (found["label"],))[0]
    return Terms(table=table.full_name, **{**found, "value": first})


def _serves(part: str, look: Look | None) -> float:
    """How well a column's rows serve as a part of a list: codes are unique, names are there."""
    if look is None or not look.rows:
        return 1.0
    if part == "value":
        return 1.0 if look.distinct >= look.rows * 0.98 else 0.5
    return max(0.5, look.filled / look.rows) if part == "label" else 1.0


def _sure(spots: tuple[Spot, ...], concept: str) -> float:
    return max((spot.get(concept, 0.0) for spot in spots), default=0.0)


def sort_of(table: Table) -> Sort:
    """Guess what a list holds by what its table and columns are called."""
    words = lexicon()
    columns = described(table, words, {})
    seen = columns[0].context if columns else {}
    parts = [spot for column in columns for spot in column.name.spots]
    if seen.get("drug", 0) > 0.5 or _sure(tuple(parts), "drug_name") > 0.8:
        return Sort.DRUGS
    if seen.get("diagnosis", 0) > 0.5 or _sure(tuple(parts), "diagnosis_code") > 0.8:
        return Sort.DIAGNOSES
    has = {part for part in ("specification", "manufacturer") if _sure(tuple(parts), part) > 0.8}
    return Sort.DRUGS if len(has) == 2 else Sort.NAMES


def read_terms(workspace: Workspace, system: str, terms: Terms) -> list[Term]:
    """Read a list from the rows that were extracted; each value once, in the rows' order.

    Raises
    ------
    WrongUse
        ``migration.suggest_not_extracted``; ``migration.suggest_no_column``.
    """
    if terms.table not in workspace.extracted(system):
        raise WrongUse("migration.suggest_not_extracted", {"system": system, "table": terms.table})
    table = workspace.catalogue(system).table(terms.table)
    parts = {name: getattr(terms, name) for name in _PARTS}
    for name in filter(None, parts.values()):
        if table is None or table.column(name) is None:
            raise WrongUse("migration.suggest_no_column", {"table": terms.table, "column": name})
    cells = ", ".join(
        f"coalesce(CAST({quoted(name)} AS VARCHAR), '')" if name else "''"
        for name in parts.values()
    )
    rows = workspace.db.execute(
        f"SELECT {cells}, _ordinal FROM {workspace.relation(system, terms.table)} "
        f"ORDER BY _ordinal LIMIT {MOST}"
    ).fetchall()
    first: dict[str, Term] = {}
    for row in rows:
        if row[0]:
            first.setdefault(row[0], Term(*row))
    return list(first.values())
