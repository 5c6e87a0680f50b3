"""Stored procedures of MySQL and MariaDB: their parameters, and calling them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from luodi.migration.model import Column, Kind, Table
from luodi.migration.target.calling import COMMITS as COMMITS_ANYWHERE

_PROCEDURES = """
SELECT r.ROUTINE_SCHEMA, r.ROUTINE_NAME, COALESCE(r.ROUTINE_DEFINITION, ''),
  p.PARAMETER_NAME, p.DTD_IDENTIFIER, p.DATA_TYPE
FROM information_schema.ROUTINES r LEFT JOIN information_schema.PARAMETERS p
  ON p.SPECIFIC_SCHEMA = r.ROUTINE_SCHEMA AND p.SPECIFIC_NAME = r.ROUTINE_NAME
  AND p.ORDINAL_POSITION > 0
WHERE r.ROUTINE_TYPE = 'PROCEDURE' AND r.ROUTINE_NAME IN ({})
ORDER BY r.ROUTINE_SCHEMA, r.ROUTINE_NAME, p.ORDINAL_POSITION
"""
_KINDS = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint", "year"), Kind.INTEGER),
    **dict.fromkeys(("char", "varchar", "text", "tinytext", "mediumtext", "longtext"), Kind.TEXT),
    **dict.fromkeys(("binary", "varbinary", "blob", "mediumblob", "longblob"), Kind.BINARY),
    **dict.fromkeys(("float", "double"), Kind.FLOAT),
    **dict.fromkeys(("datetime", "timestamp"), Kind.DATETIME),
    "decimal": Kind.DECIMAL,
    "date": Kind.DATE,
    "time": Kind.TIME,
}
_OBJECTS = "TABLE|INDEX|VIEW|TRIGGER|PROCEDURE|FUNCTION|EVENT|DATABASE|SCHEMA|USER"
COMMITS = re.compile(
    COMMITS_ANYWHERE
    + rf"|\b(?:CREATE|ALTER|DROP)\s+(?:OR\s+REPLACE\s+)?(?:UNIQUE\s+)?(?:{_OBJECTS})\b"
    r"|\bRENAME\s+(?:TABLE|USER)\b|\bTRUNCATE\s+(?:TABLE\s+)?[`\w]|\b(?:UN)?LOCK\s+TABLES?\b"
    r"|\b(?:GRANT|REVOKE)\b|\bSET\s+(?:SESSION\s+|@@(?:session\.)?)?autocommit\b",
    re.IGNORECASE,
)
"""Statements that end a transaction, those too that commit without saying so (temporary tables do
not).  MySQL 8.0 Reference Manual, 15.3.3."""

Ask = Callable[..., list[Any]]


def procedures(ask: Ask, database: str, names: Iterable[str]) -> dict[str, tuple[Table, str]]:
    """Describe procedures by full name: parameters as columns, and the text where it is shown."""
    wanted = set(names)
    bare = [name.rpartition(".")[2] for name in wanted]
    if not bare:
        return {}
    found: dict[str, tuple[Table, str]] = {}
    for schema, name, text, parameter, type_, data in ask(
        _PROCEDURES.format(", ".join(["%s"] * len(bare))), bare
    ):
        table = Table(name=name, schema="" if schema == database else schema, columns=())
        known = found.get(table.full_name, (table, text))[0]
        more = () if parameter is None else (_column(parameter, type_, data),)
        columns = (*known.columns, *more)
        shaped = Table(name=known.name, schema=known.schema, columns=columns)
        found[table.full_name] = (shaped, text)
    return {name: each for name, each in found.items() if name in wanted}


def _column(name: str, type_: str, data: str) -> Column:
    return Column(name=name, type=str(type_), kind=_KINDS.get(str(data).lower(), Kind.OTHER))


def call(lane: Any, spoken: str, values: list[object], result: str) -> object:
    """Execute a CALL and read everything that it says; give what its output parameter says."""
    with lane.cursor() as cursor:
        cursor.execute(spoken, values)
        while cursor.nextset():
            pass
        if not result:
            return None
        cursor.execute("SELECT @luodi_result")
        row = cursor.fetchone()
    return row[0] if row else None
