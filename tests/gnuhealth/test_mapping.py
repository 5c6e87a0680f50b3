"""The mapping by itself: it is whole, and both systems have what it names."""

from collections.abc import Iterator

import pytest

from gnuhealth.environment import GnuHealth
from gnuhealth.mapped import GENERATED, LEGACY, feeds, in_force, in_order, read_book
from legacy_his import TABLES, LegacyHis
from luodi.migration.mapping.model import ColumnRule, Predicate
from luodi.transform.model import Concat, Dictionary, Lookup, Operation, When
from servers import connect_postgresql

BOOK = read_book(LEGACY)


@pytest.fixture(scope="module")
def legacy(shared_data) -> LegacyHis:
    return LegacyHis.read(shared_data)


def steps_of(rule: ColumnRule) -> Iterator[Operation]:
    for step in rule.steps:
        yield step
        if isinstance(step, When):
            yield from (*step.then, *step.other)


def columns_of(predicate: Predicate | None) -> set[str]:
    if predicate is None:
        return set()
    found = {predicate.column} - {""}
    return found.union(*map(columns_of, (*predicate.all, *predicate.any)))


def test_it_works():
    assert list(in_order(BOOK)) == [
        *("departments", "patients", "diagnoses", "drugs", "services", "charges")
    ]


def test_every_table_is_mapped_or_excluded_with_reason_and_home(legacy):
    mapped = {feed.from_ for feed in feeds(BOOK)}
    exclusions = [each for mapping in BOOK.mappings for each in mapping.exclusions]
    assert mapped | {each.table for each in exclusions} == {table.name for table in legacy.tables}
    assert len(legacy.tables) == TABLES
    assert all(len(each.reason) > 8 and each.home for each in exclusions)
    assert {each.table for each in exclusions if each.where} == {"sms_staff"}


def test_the_source_has_every_column_that_is_read(legacy):
    for feed in feeds(BOOK):
        known = {column.name for column in legacy.table(feed.from_).columns}
        read = columns_of(feed.where)
        for rule in feed.columns:
            read |= set(rule.from_)
            for step in steps_of(rule):
                read |= set(step.columns) if isinstance(step, Concat) else set()
        assert read <= known, feed.id


def test_every_look_up_and_dictionary_is_there():
    known = [feed.id for feed in feeds(BOOK)]
    assert len(set(known)) == len(known)
    named = set()
    for place, feed in enumerate(feeds(BOOK)):
        for rule in feed.columns:
            for step in steps_of(rule):
                if isinstance(step, Lookup):
                    assert step.feed in known[:place], "what is looked up is loaded before"
                if isinstance(step, Dictionary):
                    named.add(step.name)
    assert in_force(BOOK).keys() == named


@pytest.mark.parametrize(
    ("name", "table", "column"),
    [
        ("gender", "pms_patient", "gender"),
        ("gender", "sms_staff", "gender"),
        ("drug_unit", "dms_drug", "unit"),
        ("dept_category", "sms_dept", "cat_id"),
        ("visit_state", "dms_registration", "status"),
    ],
)
def test_a_dictionary_knows_every_value_of_its_column(legacy, name, table, column):
    source = legacy.table(table)
    place = [each.name for each in source.columns].index(column)
    assert {row[place] for row in source.rows} <= in_force(BOOK)[name].keys()


@pytest.mark.slow
@pytest.mark.needs("gcc", "pg_config", "/usr/lib/postgresql")
@pytest.mark.parametrize("folder", [LEGACY, GENERATED], ids=["legacy", "generated"])
def test_the_target_has_every_column_that_is_written(gnuhealth: GnuHealth, folder):
    with connect_postgresql(gnuhealth.server, gnuhealth.database) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name, is_nullable = 'NO' FROM information_schema.columns "
            "WHERE table_schema = 'public'"
        ).fetchall()
    for feed in feeds(read_book(folder)):
        known = {column: required for table, column, required in rows if table == feed.to}
        given = {rule.to for rule in feed.columns} | {feed.key.column}
        assert given <= known.keys(), feed.id
        assert {column for column, required in known.items() if required} <= given, feed.id


@pytest.mark.slow
@pytest.mark.needs("gcc", "pg_config", "/usr/lib/postgresql")
def test_constants_and_dictionaries_name_what_is_entered_by_hand(gnuhealth: GnuHealth):
    with gnuhealth.asked() as ask:
        assert [row["id"] for row in ask.read("gnuhealth.institution", ["code"])] == [1]
        assert [row["id"] for row in ask.read("company.company", ["rec_name"])] == [1]
        units = {str(row["id"]): row["name"] for row in ask.read("product.uom", ["name"])}
        assert {units[key] for key in in_force(BOOK)["drug_unit"].values()} == {"Unit", "Gram"}
        doses = {str(row["id"]): row["name"] for row in ask.read("gnuhealth.dose.unit", ["name"])}
        found = {source: doses[key] for source, key in in_force(BOOK)["dose_unit"].items()}
    assert {source: name.lower().replace("ug", "μg") for source, name in found.items()} == {
        source: "unit" if source == "u" else source.lower() for source in found
    }
