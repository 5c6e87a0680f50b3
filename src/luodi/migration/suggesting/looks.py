"""What the values of a column look like: enough to compare two columns, gone with the run."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from luodi.migration.model import Kind, Table
from luodi.migration.workspace import Workspace, quoted

MOST = 2_000
"""Distinct values of a column that are compared."""
SAMPLE = 20_000
"""Rows that are looked at."""


@dataclass(frozen=True)
class Look:
    """A column's values among the rows looked at.

    ``values`` are distinct and trimmed, at most `MOST`; ``shape`` is the commonest class of
    characters with its length; ``number`` and ``day`` tell that text holds nothing else; ``form``
    is the concept that has values of this form only, empty where none has.
    """

    values: frozenset[str]
    rows: int
    filled: int
    distinct: int
    shape: str
    length: float
    number: bool
    day: bool
    form: str = ""


Looks = Mapping[tuple[str, str], Look]
"""Looks by table and column."""


def looks(workspace: Workspace, system: str, tables: list[Table]) -> dict[tuple[str, str], Look]:
    """Look at the rows that were extracted of `tables`."""
    extracted = set(workspace.extracted(system))
    found = {}
    for table in tables:
        if table.full_name not in extracted:
            continue
        relation = workspace.relation(system, table.full_name)
        for column in table.columns:
            if column.kind is not Kind.BINARY:
                found[table.full_name, column.name] = _look(workspace, relation, column.name)
    return found


def _look(workspace: Workspace, relation: str, column: str) -> Look:
    rows, filled, distinct, length, number, day, shape = _one(
        workspace,
        f"WITH seen AS (SELECT trim(CAST({quoted(column)} AS VARCHAR)) AS v FROM {relation} "
        f"LIMIT {SAMPLE}), good AS (SELECT v FROM seen WHERE v <> '') "
        "SELECT (SELECT count(*) FROM seen), count(*), count(DISTINCT v), avg(length(v)), "
        "count(*) FILTER (WHERE TRY_CAST(v AS DOUBLE) IS NOT NULL), "
        "count(*) FILTER (WHERE regexp_matches(v, "
        "'^(19|20)\\d\\d[-/.年]?(0?[1-9]|1[0-2])[-/.月]?(0?[1-9]|[12]\\d|3[01])日?([ T].*)?$')), "
        f"mode({_shape('v')}) FROM good",
    )
    values = workspace.db.execute(
        f"SELECT DISTINCT v FROM (SELECT trim(CAST({quoted(column)} AS VARCHAR)) AS v "
        f"FROM {relation} LIMIT {SAMPLE}) WHERE v <> '' LIMIT {MOST}"
    ).fetchall()
    known = frozenset(value for (value,) in values)
    return Look(
        values=known,
        rows=rows,
        filled=filled,
        distinct=distinct,
        shape=shape or "",
        length=float(length or 0),
        number=bool(filled) and number == filled,
        day=bool(filled) and day >= filled * 0.95,
        form=form_of(known),
    )


def form_of(values: Collection[str]) -> str:
    """The concept that nine in ten of some values have the form of; empty where there is none."""
    for concept, pattern in _forms() if values else ():
        if sum(pattern.fullmatch(value) is not None for value in values) >= 0.9 * len(values):
            return concept
    return ""


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    text = (resources.files(__package__) / "forms.tsv").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return tuple((concept, re.compile(expression)) for concept, expression in lines)


def _one(workspace: Workspace, statement: str) -> tuple[int, int, int, float, int, int, str]:
    row = workspace.db.execute(statement).fetchone()
    assert row is not None  # an aggregate has one row
    rows, filled, distinct, length, number, day, shape = row
    return rows, filled, distinct, length, number, day, shape


def _shape(name: str) -> str:
    """Classes of characters, runs as one: ``9`` ``汉`` ``a9``."""
    text = f"left({name}, 40)"
    for pattern, sign in (
        (r"\p{Han}+", "\x01"),  # 汉 is a letter itself, so it is put in last
        (r"\p{L}+", "a"),
        (r"\p{N}+", "9"),
        ("\x01", "汉"),
    ):
        text = f"regexp_replace({text}, '{pattern}', '{sign}', 'g')"
    return text
