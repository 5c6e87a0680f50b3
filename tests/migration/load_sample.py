"""A small old hospital and a small new one, made by hand, for the tests of load and rollback."""

import msgspec

from luodi.migration.loading.account import Order
from luodi.migration.mapping.model import Mapping
from luodi.migration.model import Catalogue, Column, ForeignKey, Kind, Table
from luodi.migration.workspace import quoted

TEXT, INTEGER = Kind.TEXT, Kind.INTEGER


def column(name, kind=TEXT, **more):
    return Column(name=name, type=kind.value, kind=kind, **more)


PMS_PATIENT = Table(
    name="pms_patient",
    columns=(column("pid", INTEGER), column("xm"), column("xb"), column("csrq")),
    primary_key=("pid",),
)
PMS_VISIT = Table(
    name="pms_visit",
    columns=(column("vid", INTEGER), column("pid", INTEGER), column("fee")),
    primary_key=("vid",),
    foreign_keys=(ForeignKey(columns=("pid",), table="pms_patient", references=("pid",)),),
)
OLD = Catalogue(system="old_his", product="test", tables=(PMS_PATIENT, PMS_VISIT))

PATIENTS = [
    (1, " 张三 ", "1", "1980-01-02"),
    (2, "李四", "2", "1975/3/4"),
    (3, '王\t五\\"引号"', "1", "2001-02-30"),
    (4, "赵六", "9", "1990-05-06"),
    (5, "𠮷田", "2", ""),
]
VISITS = [(10, 1, "12.50"), (11, 2, "0.00"), (12, 3, "7.10"), (13, 99, "1.00"), (14, 5, "abc")]

DDL = """
CREATE TABLE patient (id integer PRIMARY KEY, name varchar(20) NOT NULL, sex varchar(1), birth date,
  note varchar(20));
CREATE TABLE visit (id integer PRIMARY KEY, patient_id integer NOT NULL REFERENCES patient (id),
  fee decimal(10,2));
"""
DICTIONARIES = {"sex": {"1": "M", "2": "F"}}
DOMAIN = {
    "format": 1,
    "domain": "patients",
    "title": {"zh": "患者", "en": "Patients"},
    "owner": "medical_records",
    "source": "old_his",
    "target": "new_his",
    "feed": [
        {
            "id": "visit",
            "from": "pms_visit",
            "to": "visit",
            "key": {"column": "id"},
            "column": [
                {
                    "to": "patient_id",
                    "from": ["pid"],
                    "steps": [{"op": "lookup", "feed": "patient"}],
                },
                {"to": "fee", "from": ["fee"], "steps": [{"op": "decimal", "scale": 2}]},
            ],
        },
        {
            "id": "patient",
            "from": "pms_patient",
            "to": "patient",
            "key": {"column": "id", "strategy": "source"},
            "column": [
                {"to": "name", "from": ["xm"], "steps": [{"op": "trim"}, {"op": "require"}]},
                {"to": "sex", "from": ["xb"], "steps": [{"op": "dictionary", "name": "sex"}]},
                {
                    "to": "birth",
                    "from": ["csrq"],
                    "steps": [{"op": "blank"}, {"op": "date", "otherwise": "null"}],
                },
            ],
        },
    ],
}


def rules(**changes):
    """The mapping, with the top-level entries changed."""
    return msgspec.convert({**DOMAIN, **changes}, Mapping)


def changed(feed, **changes):
    """The feeds with entries of one changed."""
    return [{**each, **changes} if each["id"] == feed else each for each in DOMAIN["feed"]]


_TYPES = {INTEGER: "BIGINT", TEXT: "VARCHAR", Kind.DECIMAL: "DECIMAL(12,2)", Kind.DATE: "DATE"}


def put(workspace, table, rows, system="old_his"):
    """Extract rows by hand."""
    name = workspace.relation(system, table.full_name)
    shape = ", ".join(f"{quoted(c.name)} {_TYPES[c.kind]}" for c in table.columns)
    workspace.db.execute(f"CREATE OR REPLACE TABLE {name} (_ordinal BIGINT, {shape})")
    marks = ", ".join("?" * (len(table.columns) + 1))
    for ordinal, row in enumerate(rows, start=1):
        workspace.db.execute(f"INSERT INTO {name} VALUES ({marks})", [ordinal, *row])


def fill(workspace, patients=PATIENTS, visits=VISITS):
    """The old hospital, extracted."""
    workspace.keep(OLD)
    put(workspace, PMS_PATIENT, patients)
    put(workspace, PMS_VISIT, visits)


def order(**changes):
    return Order(**changes)


def fates(workspace, outcome):
    """What became of every row: table and ordinal to fate and reason."""
    lines = workspace.db.execute(
        f'SELECT source_table, ordinal, fate, reason FROM "batch_{outcome.result.batch}"._fate'
    ).fetchall()
    assert len({line[:2] for line in lines}) == len(lines)
    return {(table, ordinal): (fate, reason) for table, ordinal, fate, reason in lines}
