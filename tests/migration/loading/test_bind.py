"""Rules bound to their tables: the kinds of what is read, and what the target takes."""

import pytest

from luodi.evidence.errors import WrongUse
from luodi.migration.loading.bind import bound, columns_of, target_of
from luodi.migration.loading.plan import plan
from luodi.migration.model import Column, Kind
from luodi.migration.target.model import TargetTable
from luodi.transform.program import Column as SourceColumn
from migration.load_sample import OLD, PMS_PATIENT, changed, rules
from migration.loading.test_plan import PATIENT, TABLES

STAGED = {"pid": "BIGINT", "xm": "VARCHAR", "xb": "VARCHAR", "csrq": "VARCHAR"}


def program(**changes):
    feed, _ = plan(rules(feed=changed("patient", **changes)), OLD, TABLES)
    columns = columns_of(PMS_PATIENT, STAGED)
    return bound(feed, "old_his.pms_patient", columns, dictionaries={}, lookups={})


def test_it_works():
    done = program()
    assert [rule.to for rule in done.rules] == ["_source_1", "id", "name", "sex", "birth"]
    assert done.rules[1].from_ == ("pid",)  # the key is kept without a rule of its own
    assert done.relation == "old_his.pms_patient"


def test_a_key_that_is_handed_out_needs_no_rule():
    done = program(key={"column": "id", "strategy": "sequence"})
    assert "id" not in [rule.to for rule in done.rules]


def test_a_mapped_key_needs_one():
    with pytest.raises(WrongUse) as caught:
        program(key={"column": "id", "strategy": "mapped"})
    assert caught.value.code == "migration.load_key_without_rule"


@pytest.mark.parametrize(
    ("staged", "kind"),
    [
        ("HUGEINT", Kind.INTEGER),
        ("DOUBLE", Kind.FLOAT),
        ("BLOB", Kind.BINARY),
        ("UUID", Kind.OTHER),
    ],
)
def test_kinds_are_those_that_the_workspace_holds(staged, kind):
    """Not those of the source: a date that is no date was staged as text."""
    (_, name, *_) = columns_of(PMS_PATIENT, {**STAGED, "xm": staged})
    assert name == SourceColumn(name="xm", kind=kind)


def test_a_decimal_keeps_its_scale():
    (name,) = columns_of(PMS_PATIENT, {"xm": "DECIMAL(12,2)"})
    assert (name.kind, name.precision, name.scale) == (Kind.DECIMAL, 12, 2)


@pytest.mark.parametrize(
    ("type", "bits"), [("smallint", 16), ("int(11) unsigned", 32), ("integer", 32), ("bigint", 64)]
)
def test_how_wide_an_integer_may_be(type, bits):
    assert target_of(Column(name="n", type=type, kind=Kind.INTEGER)).bits == bits


def test_a_column_that_must_be_filled():
    column = Column(name="n", type="varchar", kind=Kind.TEXT, nullable=False, length=8)
    assert target_of(column).required
    assert target_of(column).length == 8
    assert TargetTable(table=PATIENT).table.column("note").nullable
