"""A batch made by hand, with what the target has of it, for the tests of reconciling."""

from luodi.evidence.model import now
from luodi.migration.batch import Batch, Batches, BatchFeed, Mode, State
from luodi.migration.model import Column, Kind, Table
from luodi.migration.reconciling.compare import back
from luodi.migration.target.model import Checksum, TargetTable

COLUMNS = (
    Column(name="id", type="integer", kind=Kind.INTEGER),
    Column(name="name", type="text", kind=Kind.TEXT),
    Column(name="fee", type="decimal(10,2)", kind=Kind.DECIMAL, precision=10, scale=2),
)
TARGET = TargetTable(table=Table(name="patient", columns=COLUMNS, primary_key=("id",)))
FEED = BatchFeed(
    id="patient",
    source_table="pms_patient",
    to="patient",
    key="id",
    columns=("id", "name", "fee"),
    source_key=("pid",),
)
ROWS = [(1, 1, "张三", "1.50"), (2, 2, None, "0.00"), (3, 3, "", None)]
"""Ordinal, key, name and fee as they were staged."""


def batch(workspace, rows=ROWS, before=0, **changes):
    """A loaded batch of one feed."""
    made = Batch(
        id=changes.pop("id", "patients_1"),
        domain="patients",
        source="old_his",
        target="new_his",
        mode=Mode.FULL,
        state=State.LOADED,
        created=changes.pop("created", now()),
        mapping="m",
        feeds=(FEED,),
        before={"patient": Checksum(rows=before)},
    )
    db = workspace.db
    db.execute(f'CREATE SCHEMA "{made.schema}"')
    db.execute(
        f"CREATE TABLE {made.relation('patient')} "
        "(_ordinal BIGINT, id BIGINT, name VARCHAR, fee DECIMAL(10,2))"
    )
    for row in rows:
        db.execute(f"INSERT INTO {made.relation('patient')} VALUES (?, ?, ?, ?)", row)
    return Batches(workspace).keep(made)


def read(workspace, rows):
    """What was read back: key, name, fee; a fee that is no number could not be read."""
    workspace.db.execute("ATTACH IF NOT EXISTS ':memory:' AS back")
    workspace.db.execute(
        f'CREATE OR REPLACE TABLE {back(FEED)} AS SELECT id::BIGINT AS id, false AS "unread id", '
        "name, TRY_CAST(fee AS DECIMAL(10,2)) AS fee, fee IS NOT NULL AND TRY_CAST(fee AS "
        'DECIMAL(10,2)) IS NULL AS "unread fee" FROM (SELECT NULL AS id, NULL::VARCHAR AS name, '
        "NULL::VARCHAR AS fee LIMIT 0)"
    )
    for id, name, fee in rows:
        workspace.db.execute(
            f"INSERT INTO {back(FEED)} SELECT ?, false, ?, TRY_CAST(? AS DECIMAL(10,2)), "
            "? IS NOT NULL AND TRY_CAST(? AS DECIMAL(10,2)) IS NULL",
            [id, name, fee, fee, fee],
        )


AS_STAGED = [row[1:] for row in ROWS]
