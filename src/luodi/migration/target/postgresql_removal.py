"""Taking a batch out of PostgreSQL, inside a transaction that the caller opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from luodi.migration.target.model import Checksum, Part, Removal, TargetTable
from luodi.migration.target.postgresql_words import (
    Connection,
    copy,
    name_of,
    put,
    statement,
    summed,
)
from luodi.migration.target.protocol import Removed
from luodi.migration.workspace import quoted

TOUCHED = "touched"
"""Mark of a row that is known to have been changed by somebody before a delta changed it."""


def written_by(xid: str) -> str:
    """Whether row ``t`` was written last by another transaction; ``xmin`` has 32 bits."""
    return f"t.xmin::text::bigint <> {xid} & 4294967295"


def restored_by(control: str) -> str:
    """Whether row ``t`` was put back by the roll-back of a later batch, to what it was before."""
    return (
        f"SELECT 1 FROM {control} r WHERE r.part = '' AND r.state = 'rolled_back' "
        "AND r.xid & 4294967295 = t.xmin::text::bigint"
    )


class NothingDone(Exception):
    """Carries out of the transaction what was found; nothing of it is kept."""

    def __init__(self, found: Removed) -> None:
        super().__init__()
        self.found = found


def remove(
    main: Connection,
    hashed: str,
    control: str,
    batch: str,
    removals: Mapping[str, Removal],
    references: Mapping[str, TargetTable],
) -> Removed:
    """Find out whether the rows are as we left them, and take them out if so."""
    staged: dict[str, list[tuple[str, str]]] = {}
    changed: dict[str, list[object]] = {}
    for number, (feed, removal) in enumerate(removals.items()):
        keys, name, key = f"luodi_keys_{number}", name_of(removal.table), quoted(removal.key)
        main.execute(
            statement(
                f"CREATE TEMP TABLE {keys} ON COMMIT DROP AS SELECT {key} AS key, "
                f"''::varchar AS mark, false AS updated, ''::varchar AS image FROM {name} "
                "WITH NO DATA"
            )
        )
        assert removal.keys is not None  # a batch names its rows
        copy(main, keys, removal.keys)
        main.execute(statement(f"ANALYZE {keys}"))
        staged.setdefault(removal.table.full_name, []).append((keys, removal.key))
        main.execute(
            statement(
                f"SELECT count(*) FROM (SELECT 1 FROM {name} t JOIN {keys} k ON t.{key} = k.key "
                "FOR UPDATE OF t) locked"
            )
        )
        lines = main.execute(
            statement(
                f"SELECT k.key FROM {keys} k JOIN {control} m ON m.batch = %s AND m.part = k.mark "
                f"LEFT JOIN {name} t ON t.{key} = k.key WHERE t.{key} IS NULL "
                f"OR ({written_by('m.xid')} AND NOT EXISTS ({restored_by(control)})) "
                f"UNION SELECT key FROM {keys} WHERE mark = '{TOUCHED}'"
            ),
            [batch],
        ).fetchall()
        if lines:
            changed[feed] = [line[0] for line in lines]
        # Parts that were never committed have no mark, and their keys nothing to remove.
        main.execute(
            statement(
                f"DELETE FROM {keys} k WHERE NOT EXISTS (SELECT 1 FROM {control} m "
                "WHERE m.batch = %s AND m.part = k.mark)"
            ),
            [batch],
        )
    pointed_at: dict[str, list[tuple[object, str]]] = {}
    for number, (feed, removal) in enumerate(removals.items()):
        if lines := _pointing(main, f"luodi_keys_{number}", removal, references, staged):
            pointed_at[feed] = lines
    if changed or pointed_at:
        return Removed(changed=changed, pointed_at=pointed_at)
    tables = {removal.table.full_name: removal.table for removal in removals.values()}
    before = {name: summed(main, hashed, f"{name_of(t)} AS t") for name, t in tables.items()}
    taken: dict[str, Checksum] = {}
    restored = 0
    for number, removal in enumerate(removals.values()):
        keys, name, key = f"luodi_keys_{number}", name_of(removal.table), quoted(removal.key)
        rows = f"{name} AS t JOIN {keys} k ON t.{key} = k.key"
        gone = summed(main, hashed, f"{rows} WHERE NOT k.updated")
        name_there = removal.table.full_name
        taken[name_there] = taken.get(name_there, Checksum()).plus(gone)
        main.execute(
            statement(
                f"DELETE FROM {name} t USING {keys} k WHERE t.{key} = k.key AND NOT k.updated"
            )
        )
        if removal.restore is not None:
            restored += removal.restore.count()
            part = Part("", 0, removal.table, removal.key, removal.restore, "", update=True)
            put(main, part)
    after = {name: summed(main, hashed, f"{name_of(t)} AS t") for name, t in tables.items()}
    return Removed(before=before, taken=taken, after=after, restored=restored)


def _pointing(
    main: Connection,
    keys: str,
    removal: Removal,
    references: Mapping[str, TargetTable],
    staged: Mapping[str, Sequence[tuple[str, str]]],
) -> list[tuple[object, str]]:
    """Keys of ours that rows of others refer to, with the table of those."""
    found: list[tuple[object, str]] = []
    described = references.get(removal.table.full_name)
    for reference in described.references if described else ():
        child = references.get(reference.table)
        child_name = name_of(child.table) if child else quoted(reference.table)
        pairs = " AND ".join(
            f"c.{quoted(mine)} = t.{quoted(theirs)}"
            for mine, theirs in zip(reference.key.columns, reference.key.references, strict=True)
        )
        ours = "".join(
            f" AND NOT EXISTS (SELECT 1 FROM {other} o WHERE o.key = c.{quoted(column)} "
            "AND NOT o.updated)"
            for other, column in staged.get(reference.table, ())
        )
        lines = main.execute(
            statement(
                f"SELECT DISTINCT k.key FROM {keys} k JOIN {name_of(removal.table)} t "
                f"ON t.{quoted(removal.key)} = k.key JOIN {child_name} c ON {pairs} "
                f"WHERE NOT k.updated{ours}"
            )
        ).fetchall()
        found += [(line[0], reference.table) for line in lines]
    return found
