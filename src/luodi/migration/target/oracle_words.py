"""How Oracle spells what every target is asked."""

from __future__ import annotations

import re

from luodi.migration.model import Column, Table

LARGE = 1000
"""Characters of a CLOB that tell one from another, besides its length: more needs a grant."""
_MARK = re.compile(r"""("[^"]*"|'[^']*')|:x\b""")


class OracleWords:
    """Oracle's SQL; ``:x`` stands for a parameter until `numbered`."""

    mark = ":x"
    begin = ""
    lock = " FOR UPDATE"
    hint = ""
    overriding = ""
    text = "VARCHAR2"
    whole = "*"  # '' would be NULL
    judge = "SET CONSTRAINTS ALL IMMEDIATE"

    def quote(self, name: str) -> str:
        return '"' + name.replace('"', "") + '"'  # a name cannot hold one

    def name(self, table: Table) -> str:
        return ".".join(self.quote(part) for part in (table.schema, table.name) if part)

    def tables_like(self, table: Table) -> str:
        schema = f"'{table.schema}'" if table.schema else "SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')"
        return (
            f"SELECT table_name FROM all_tables WHERE owner = {schema} "
            f"AND table_name = '{table.name}'"
        )

    def image(self, table: Table) -> str:
        """A hash of the hashes of all values: what is put together may have 4000 bytes."""
        parts = " || ".join(map(self._hashed, table.columns))
        return (
            f"TO_NUMBER(SUBSTR(RAWTOHEX(STANDARD_HASH({parts}, 'SHA256')), 1, 16), "
            "'XXXXXXXXXXXXXXXX')"
        )

    def _hashed(self, column: Column) -> str:
        value = self.quote(column.name)
        shown = value
        if column.type in ("CLOB", "NCLOB"):
            shown = f"DBMS_LOB.GETLENGTH({value}) || ':' || DBMS_LOB.SUBSTR({value}, {LARGE}, 1)"
        elif column.type == "BLOB":
            part = f"RAWTOHEX(DBMS_LOB.SUBSTR({value}, {LARGE}, 1))"
            shown = f"DBMS_LOB.GETLENGTH({value}) || ':' || {part}"
        hashed = f"RAWTOHEX(STANDARD_HASH({shown}, 'MD5'))"
        return f"CASE WHEN {value} IS NULL THEN '~' ELSE {hashed} END"

    def total(self, value: str) -> str:
        return f"NVL(SUM({value}), 0)"


def numbered(sql: str) -> str:
    """Give parameter marks their numbers; names and texts in between are left alone."""
    count = 0

    def mark(found: re.Match[str]) -> str:
        nonlocal count
        if found[1]:
            return found[1]
        count += 1
        return f":{count}"

    return _MARK.sub(mark, sql)
