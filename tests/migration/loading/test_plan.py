"""The order of feeds, and what a plan refuses before anything is read."""

import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.migration.loading.plan import domains_in_order, plan
from luodi.migration.model import ForeignKey, Kind, Table
from luodi.migration.target.model import TargetTable
from migration.load_sample import DOMAIN, OLD, changed, column, rules

PATIENT = Table(
    name="patient",
    columns=(
        column("id", Kind.INTEGER),
        column("name"),
        column("sex"),
        column("birth"),
        column("note"),
    ),
    primary_key=("id",),
)
VISIT = Table(
    name="visit",
    columns=(column("id", Kind.INTEGER), column("patient_id", Kind.INTEGER), column("fee")),
    primary_key=("id",),
    foreign_keys=(ForeignKey(columns=("patient_id",), table="patient", references=("id",)),),
)
TABLES = {table.name: TargetTable(table=table) for table in (PATIENT, VISIT)}


def planned(feeds=DOMAIN["feed"], tables=TABLES):
    return plan(rules(feed=list(feeds)), OLD, tables)


def test_it_works():
    patient, visit = planned()
    assert [patient.feed.id, visit.feed.id] == ["patient", "visit"]  # the mapping has them swapped
    assert visit.lookups == ("patient",)
    assert (patient.level, visit.level) == (0, 1)
    assert visit.columns == ("id", "patient_id", "fee")


def test_a_reference_in_the_target_orders_as_a_look_up_does():
    column = [{"to": "patient_id", "from": ["pid"]}]
    assert [feed.feed.id for feed in planned(changed("visit", column=column))] == [
        "patient",
        "visit",
    ]


def test_a_table_that_points_at_itself_is_one_part():
    key = ForeignKey(columns=("note",), table="patient", references=("id",))
    table = Table(name="patient", columns=PATIENT.columns, primary_key=("id",), foreign_keys=(key,))
    patient, visit = planned(tables={**TABLES, "patient": TargetTable(table=table)})
    assert (patient.whole, visit.whole) == (True, False)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"from": "pms_gone"}, "migration.load_table_gone"),
        ({"to": "gone"}, "migration.load_target_table"),
        ({"column": [{"to": "name", "from": ["gone"]}]}, "migration.load_column_gone"),
        ({"column": [{"to": "gone", "from": ["xm"]}]}, "migration.load_target_column"),
        ({"source_key": ["pid", "xm"]}, "migration.load_wide_source_key"),
    ],
)
def test_what_is_not_there_is_named(changes, code):
    with pytest.raises(WrongUse) as caught:
        planned(changed("patient", **changes))
    assert caught.value.code == code


def test_keys_that_wait_for_each_other():
    """A patient's name is to be a visit's key, which is decided by a rule of its own."""
    look_up = [{"to": "name", "from": ["xm"], "steps": [{"op": "lookup", "feed": "visit"}]}]
    visit, patient = DOMAIN["feed"]
    own = {"key": {"column": "id", "strategy": "mapped"}}
    own["column"] = [{"to": "id", "from": ["vid"]}, *visit["column"]]
    with pytest.raises(LuodiError) as caught:
        planned([{**visit, **own}, {**patient, "column": look_up}])
    assert caught.value.code == "migration.load_cycle"


def test_domains_come_after_those_they_look_up():
    visits = rules(domain="visits", feed=[DOMAIN["feed"][0]])
    patients = rules(feed=[DOMAIN["feed"][1]])
    assert [each.domain for each in domains_in_order([visits, patients])] == ["patients", "visits"]
