"""Which pairs are looked at: the union of blocking rules, within a budget, whatever the blocks.

Three guards keep popular values from exploding: records alike in everything are paired with the
first of them only; of the rules of a group the broadest is used that the budget allows; and a
block that is too large is sorted and paired in a window instead of in full.
"""

from __future__ import annotations

import duckdb

from luodi.evidence.progress import Progress
from luodi.migration.linkage.model import Binding, BlockCount, FieldKind
from luodi.migration.linkage.rules import BlockingRule, blocking

IDENTICAL = "identical"
"""The rule that pairs records alike in everything with the first of them."""
_SORTED_BY = ("name_sound", "surname_sound", "given_name", "drug_name", "birth", "address")
_VAGUE = frozenset(
    (FieldKind.NAME, FieldKind.GIVEN_NAME, FieldKind.SURNAME, FieldKind.SEX, FieldKind.PLACE)
)
"""Kinds that many people have in common."""
_LIMITS = (1.0, 0.5, 0.25, 0.1, 0.05, 0.02)
"""Shares of the largest block that are tried until a rule fits its budget."""


def block(
    db: duckdb.DuckDBPyConnection, fields: tuple[Binding, ...], *, linking: bool, progress: Progress
) -> tuple[BlockCount, ...]:
    """Fill the table ``pair`` (``l`` < ``r``, record numbers) and say what each rule brought.

    Parameters
    ----------
    linking : bool
        Whether pairs join the two sides instead of the records of one.
    """
    names = {field.field for field in fields}
    counts: list[BlockCount] = []
    row = db.execute("SELECT count(*) FROM record WHERE leads").fetchone()
    budget = max(blocking().budget_least, blocking().budget_per_record * (row[0] if row else 0))
    groups: dict[str, list[BlockingRule]] = {}
    for rule in blocking().rules:
        if names.issuperset(rule.needs):
            groups.setdefault(rule.group, []).append(rule)
    for group, rules in groups.items():
        counts.append(_pair(db, group, rules, budget, names, linking=linking))
        progress.advance()
    db.execute("CREATE OR REPLACE TEMP TABLE pair AS SELECT DISTINCT l, r FROM pair")
    return tuple(count for count in counts if count.pairs or count.blocks_cut)


def collapse(
    db: duckdb.DuckDBPyConnection, fields: tuple[Binding, ...], *, linking: bool
) -> BlockCount:
    """Set aside what is alike in everything, before anything is counted.

    Makes the table ``pair`` with the pairs of those records, and adds to ``record`` whether it
    ``leads``: the first of many alike, or a record of its own.  The others say nothing more about
    how common a value is.  Records of which no more than a name is known are many people.
    """
    values = ", ".join(["side", *(field.field for field in fields)])
    telling = [field.field for field in fields if field.kind not in _VAGUE]
    told = " OR ".join(f"{name} IS NOT NULL" for name in telling) or "false"
    db.execute(
        "CREATE OR REPLACE TEMP TABLE led AS SELECT rid, min(rid) OVER same AS led_by FROM record "
        f"WHERE {told} WINDOW same AS (PARTITION BY {values}) "
        f"QUALIFY count(*) OVER same > {blocking().identical} AND rid <> led_by"
    )
    db.execute("ALTER TABLE record ADD COLUMN leads BOOLEAN DEFAULT true")
    db.execute("UPDATE record SET leads = false FROM led WHERE record.rid = led.rid")
    db.execute("CREATE OR REPLACE TEMP TABLE pair (l INT, r INT)")
    if linking:
        return BlockCount(rule=IDENTICAL, pairs=0)
    db.execute("INSERT INTO pair SELECT led_by, rid FROM led")
    row = db.execute("SELECT count(*), count(DISTINCT l) FROM pair").fetchone()
    pairs, blocks = row or (0, 0)
    return BlockCount(rule=IDENTICAL, pairs=pairs, blocks_cut=blocks)


def _pair(
    db: duckdb.DuckDBPyConnection,
    group: str,
    rules: list[BlockingRule],
    budget: int,
    names: set[str],
    *,
    linking: bool,
) -> BlockCount:
    for rule in rules:
        limit = blocking().largest
        _keys(db, rule)
        if _cost(db, limit, linking=linking) <= budget:
            break
    else:
        limit = next(
            (
                size
                for share in _LIMITS
                if _cost(db, size := int(blocking().largest * share), linking=linking) <= budget
            ),
            int(blocking().largest * _LIMITS[-1]),
        )
    return _insert(db, group, limit, names, linking=linking)


def _keys(db: duckdb.DuckDBPyConnection, rule: BlockingRule) -> None:
    """The table ``keyed``: every record that shares its block, the block and the block's size."""
    keys = ", ".join(rule.key)
    known = " AND ".join(f"({key}) IS NOT NULL" for key in rule.key)
    db.execute(
        "CREATE OR REPLACE TEMP TABLE keyed AS SELECT *, count(*) OVER (PARTITION BY k) AS n "
        f"FROM (SELECT r.rid, r.side, hash({keys}) AS k FROM record AS r WHERE leads AND {known}) "
        "QUALIFY n > 1"
    )


def _cost(db: duckdb.DuckDBPyConnection, limit: int, *, linking: bool) -> int:
    """Pairs that the present keys lead to, with blocks up to `limit` paired in full."""
    full = (
        "count(*) FILTER (side = 0) * count(*) FILTER (side = 1)"
        if linking
        else ("any_value(n) * (any_value(n) - 1) // 2")
    )
    row = db.execute(
        f"SELECT sum(CASE WHEN n <= {limit} THEN pairs ELSE n * {blocking().window} END)::BIGINT "
        f"FROM (SELECT any_value(n) AS n, {full} AS pairs FROM keyed GROUP BY k)"
    ).fetchone()
    return (row[0] if row else 0) or 0


def _insert(
    db: duckdb.DuckDBPyConnection, group: str, limit: int, names: set[str], *, linking: bool
) -> BlockCount:
    sides = "AND a.side < b.side" if linking else ""
    before = _count(db)
    db.execute(
        f"INSERT INTO pair SELECT a.rid, b.rid FROM keyed a JOIN keyed b ON a.k = b.k "
        f"AND a.rid < b.rid {sides} WHERE a.n <= {limit} AND b.n <= {limit}"
    )
    row = db.execute(f"SELECT count(DISTINCT k) FROM keyed WHERE n > {limit}").fetchone()
    cut = row[0] if row else 0
    if cut:
        _window(db, limit, names, linking=linking)
    return BlockCount(rule=group, pairs=_count(db) - before, blocks_cut=cut)


def _window(db: duckdb.DuckDBPyConnection, limit: int, names: set[str], *, linking: bool) -> None:
    """Pair every record of a block that is too large with those that follow it when sorted."""
    order = "".join(f"r.{name}, " for name in _SORTED_BY if name.partition("_sound")[0] in names)
    steps = ", ".join(f"({step})" for step in range(1, blocking().window + 1))
    db.execute(
        "CREATE OR REPLACE TEMP TABLE placed AS SELECT k.rid, k.side, k.k, "
        f"row_number() OVER (PARTITION BY k.k ORDER BY {order}k.rid) AS place "
        f"FROM keyed AS k JOIN record AS r ON r.rid = k.rid WHERE k.n > {limit}"
    )
    db.execute(
        "INSERT INTO pair SELECT least(a.rid, b.rid), greatest(a.rid, b.rid) "
        f"FROM (SELECT *, place + step AS next FROM placed, (VALUES {steps}) s(step)) a "
        "JOIN placed b ON a.k = b.k AND b.place = a.next "
        f"{'WHERE a.side <> b.side' if linking else ''}"
    )


def _count(db: duckdb.DuckDBPyConnection) -> int:
    row = db.execute("SELECT count(*) FROM pair").fetchone()
    return row[0] if row else 0
