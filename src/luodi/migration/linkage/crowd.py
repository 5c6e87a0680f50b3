"""Values that too many people share to say anything of one: taken out before anything is compared.

A desk that must fill a field types what it always types: a card that passes every check, the
hospital's own phone.  Such a value is known by the many different names that hold it.
"""

from __future__ import annotations

import duckdb

from luodi.migration.linkage.model import Binding
from luodi.migration.linkage.rules import judgement

_NAMES = ("name", "given_name", "surname")


def forget_crowded(db: duckdb.DuckDBPyConnection, fields: tuple[Binding, ...]) -> int:
    """Empty the crowded values of ``record``; returns how many values they were.

    The limits are in ``judgement.toml``; in a table without names nothing is crowded.
    """
    names = [name for name in _NAMES if name in {field.field for field in fields}]
    if not names:
        return 0
    people, found = f"count(DISTINCT concat_ws(' ', {', '.join(names)}))", 0
    for field in fields:
        limit = judgement().crowd.get(field.kind)
        if limit is None:
            continue
        f = field.field
        db.execute(
            f"CREATE OR REPLACE TEMP TABLE crowded AS SELECT {f} AS crowd FROM record "
            f"WHERE {f} IS NOT NULL GROUP BY {f} "
            f"HAVING count(*) > {limit} AND {people} > {limit}"
        )
        row = db.execute("SELECT count(*) FROM crowded").fetchone()
        if row and row[0]:
            found += row[0]
            db.execute(f"UPDATE record SET {f} = NULL FROM crowded WHERE {f} = crowd")
    return found
