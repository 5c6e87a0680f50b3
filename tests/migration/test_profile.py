"""profile: the whole system measured; keys, references and meanings found."""

import pytest

from luodi.evidence.errors import Cancelled, WrongUse
from luodi.evidence.model import Verdict
from luodi.evidence.progress import Cancellation, Recording, Silent
from luodi.migration.model import ForeignKey
from luodi.migration.profile import profile
from luodi.migration.profiling.privacy import public
from luodi.migration.workspace import Workspace
from staged import emptied, legacy, stage, table

PEOPLE = [
    (
        n,
        f"张{'三四五六七八九十'[n % 8]}{'甲乙丙丁戊己庚'[n % 7]}",
        f"1101011990030{n:02}{n % 10}1X",
        n % 4 + 1,
    )
    for n in range(1, 61)
]
WARDS = [(1, "内科"), (2, "外科"), (3, "儿科"), (4, "产科")]


@pytest.fixture(scope="module")
def opened():
    with Workspace.in_memory() as workspace:
        yield workspace


@pytest.fixture
def workspace(opened):
    return emptied(opened)


@pytest.fixture
def hospital(workspace):
    people = table(
        workspace,
        "his",
        "patient",
        {"id": "BIGINT", "name": "VARCHAR", "id_card": "VARCHAR", "dept_id": "BIGINT"},
        PEOPLE,
        primary_key=("id",),
    )
    wards = table(workspace, "his", "dept", {"id": "BIGINT", "name": "VARCHAR"}, WARDS)
    stage(workspace, "his", people, wards)
    return workspace


def profiled(workspace, *tables):
    return profile(workspace, "his", tables, progress=Silent())


def test_it_works(hospital):
    outcome = profiled(hospital)
    found = outcome.result
    patient = found.table("patient")
    assert (patient.rows, [c.meaning for c in patient.columns]) == (
        60,
        ["row_key", "person_name", "id_card", "department_code"],
    )
    assert patient.keys[0].columns == ("id",)
    assert patient.keys[0].declared
    assert [(i.table, i.column, i.references, i.key) for i in found.inclusions] == [
        ("patient", "dept_id", "dept", "id")
    ]
    assert (outcome.subject, outcome.verb, outcome.verdict) == (
        "source:his",
        "profile",
        Verdict.PASS,
    )
    assert {f.name: f.value for f in outcome.figures}["rows"] == 64


def test_evidence_and_the_public_profile_hold_no_person(hospital):
    outcome = profiled(hospital)
    private = repr(outcome.result)
    assert PEOPLE[0][1] in private
    shown = repr(public(outcome.result))
    for _, name, card, _ in PEOPLE:
        assert name not in shown
        assert card not in shown
    assert PEOPLE[0][1] not in repr((outcome.figures, outcome.findings, outcome.inputs))
    assert "内科" in shown


def test_samples_show_no_part_of_a_person(hospital):
    samples = profiled(hospital).result.table("patient").samples
    assert len(samples) == 5
    assert {row[1] for row in samples} == {"汉{3}"}
    assert {row[2] for row in samples} == {"9{17}A"}


def test_unknown_text_is_kept_back_unless_many_share_it(workspace):
    rows = [("~秘密~",), *[("~常见~",)] * 10]
    stage(workspace, "his", table(workspace, "his", "t", {"c1": "VARCHAR"}, rows))
    column = public(profiled(workspace).result).tables[0].columns[0]
    assert column.meaning == ""
    assert [count.value for count in column.top] == ["~常见~"]
    assert (column.minimum, column.maximum) == (None, None)


def test_only_the_tables_that_are_named(hospital):
    assert [t.name for t in profiled(hospital, "dept").result.tables] == ["dept"]


def test_a_table_that_is_not_there(hospital):
    with pytest.raises(WrongUse) as caught:
        profiled(hospital, "nobody")
    assert caught.value.code == "migration.no_table"


def test_nothing_extracted_yet(workspace):
    stage(workspace, "his")
    with pytest.raises(WrongUse) as caught:
        profiled(workspace)
    assert caught.value.code == "migration.not_extracted"


def test_a_system_nobody_connected(workspace):
    with pytest.raises(WrongUse):
        profile(workspace, "nobody", progress=Silent())


def test_it_can_be_stopped(hospital):
    stop = Cancellation()
    stop.request()
    with pytest.raises(Cancelled):
        profile(hospital, "his", progress=Silent(stop))


def test_it_tells_how_far_it_is(hospital):
    progress = Recording()
    profile(hospital, "his", progress=progress)
    assert [(step.code, step.total, step.done) for step in progress.steps] == [
        ("migration.stage_profile", 6, 6),
        ("migration.stage_inclusion", 2, 2),
    ]


# --- keys -----------------------------------------------------------------------------------------


def keys_of(workspace, columns, rows, **more):
    stage(workspace, "his", table(workspace, "his", "t", columns, rows, **more))
    return [key.columns for key in profiled(workspace).result.tables[0].keys]


def test_two_columns_that_are_a_key_together(workspace):
    rows = [(bill, line, "x") for bill in range(20) for line in range(5)]
    assert keys_of(workspace, {"bill": "BIGINT", "line": "BIGINT", "c": "VARCHAR"}, rows) == [
        ("bill", "line")
    ]


def test_a_pair_with_one_repeated_row_is_none(workspace):
    rows = [(bill, line) for bill in range(20) for line in range(5)]
    found = keys_of(workspace, {"bill": "BIGINT", "line": "BIGINT"}, [*rows, rows[0]])
    assert found == []


def test_a_null_is_no_part_of_a_key(workspace):
    assert keys_of(workspace, {"id": "BIGINT"}, [(1,), (2,), (None,)]) == []


def test_a_declared_key_of_three_columns(workspace):
    rows = [(a, b, c) for a in range(3) for b in range(3) for c in range(3)]
    columns = {"a": "BIGINT", "b": "BIGINT", "c": "BIGINT"}
    assert keys_of(workspace, columns, rows, primary_key=("a", "b", "c")) == [("a", "b", "c")]


def test_a_table_without_a_key_is_a_finding(workspace):
    stage(workspace, "his", table(workspace, "his", "t", {"a": "BIGINT"}, [(1,), (1,)]))
    assert [f.code for f in profiled(workspace).findings][-1] == "migration.table_without_key"


# --- references -----------------------------------------------------------------------------------


def references(workspace, *tables):
    stage(workspace, "his", *tables)
    found = profiled(workspace).result.inclusions
    return {(f"{i.table}.{i.column}", f"{i.references}.{i.key}"): i for i in found}


def test_small_numbers_do_not_refer_to_everything(workspace):
    one = table(
        workspace, "his", "bed", {"id": "BIGINT", "n": "BIGINT"}, [(i, i) for i in range(1, 9)]
    )
    two = table(
        workspace,
        "his",
        "visit",
        {"id": "BIGINT", "kind": "BIGINT"},
        [(i, i % 3 + 1) for i in range(90)],
    )
    assert references(workspace, one, two) == {}


def test_codes_refer_without_a_word_of_help(workspace):
    one = table(workspace, "his", "a", {"x": "VARCHAR"}, [(f"D{n:04}",) for n in range(200)])
    two = table(workspace, "his", "b", {"y": "VARCHAR"}, [(f"D{n % 90:04}",) for n in range(400)])
    found = references(workspace, one, two)
    assert list(found) == [("b.y", "a.x")]


def test_orphans_are_counted(workspace):
    one = table(workspace, "his", "drug", {"id": "BIGINT"}, [(n,) for n in range(1, 21)])
    rows = [(n, n % 20 + 1) for n in range(100)] + [(100, 99), (101, 99), (102, None)]
    two = table(workspace, "his", "stock", {"id": "BIGINT", "drug_id": "BIGINT"}, rows)
    found = references(workspace, one, two)["stock.drug_id", "drug.id"]
    assert (found.distinct, found.missing, found.orphans) == (21, 1, 2)


def test_a_declared_reference_is_kept_whatever_it_holds(workspace):
    one = table(workspace, "his", "a", {"id": "BIGINT"}, [(1,), (2,)])
    two = table(
        workspace,
        "his",
        "b",
        {"z": "BIGINT"},
        [(7,), (8,), (8,)],
        foreign_keys=(ForeignKey(columns=("z",), table="a", references=("id",)),),
    )
    found = references(workspace, one, two)["b.z", "a.id"]
    assert (found.declared, found.confidence, found.missing, found.orphans) == (True, 1, 2, 3)


def test_a_table_that_refers_to_itself(workspace):
    rows = [(1, None), (2, 1), (3, 1), (4, 2)]
    one = table(workspace, "his", "dept", {"id": "BIGINT", "parent_id": "BIGINT"}, rows)
    assert list(references(workspace, one)) == [("dept.parent_id", "dept.id")]


def test_blank_text_is_no_orphan(workspace):
    one = table(workspace, "his", "drug", {"id": "VARCHAR"}, [(f"D{n:03}",) for n in range(20)])
    rows = [(f"D{n % 20:03}",) for n in range(50)] + [("",), (" ",), ("D999",)]
    two = table(workspace, "his", "bill", {"drug_id": "VARCHAR"}, rows)
    found = references(workspace, one, two)["bill.drug_id", "drug.id"]
    assert (found.missing, found.orphans) == (1, 1)


def test_a_key_that_lacks_some_is_no_reference(workspace):
    one = table(workspace, "his", "a", {"drug_id": "VARCHAR"}, [(f"D{n:03}",) for n in range(20)])
    two = table(
        workspace, "his", "b", {"drug_id": "VARCHAR"}, [(f"D{n:03}",) for n in range(2, 22)]
    )
    assert references(workspace, one, two) == {}


def test_text_that_refers_to_numbers(workspace):
    one = table(workspace, "his", "drug", {"id": "BIGINT"}, [(n,) for n in range(1, 21)])
    two = table(workspace, "his", "bill", {"drug_id": "VARCHAR"}, [("1",), ("20",), ("020",)])
    found = references(workspace, one, two)["bill.drug_id", "drug.id"]
    assert found.missing == 1


# --- the shared legacy HIS ------------------------------------------------------------------------


@pytest.mark.slow
def test_the_legacy_his(workspace, shared_data):
    legacy(workspace, shared_data)
    outcome = profile(workspace, "old-his", progress=Silent())
    found = outcome.result
    assert (len(found.tables), sum(t.rows for t in found.tables)) == (38, 33_296)
    drug = found.table("dms_drug")
    assert (drug.column("code").distinct, drug.rows) == (2, 2_966)
    assert (drug.column("name").repeated, drug.column("manufacturer").blanks) == (122, 405)
    diseases = found.table("dms_dise")
    assert diseases.column("ICD").distinct == 29_265
    assert diseases.column("code").meaning == "mnemonic"
    assert diseases.column("code").repeated == 1_537
    patient = {c.name: c.meaning for c in found.table("pms_patient").columns}
    assert patient == {
        "id": "row_key",
        "name": "person_name",
        "date_of_birth": "birth_date",
        "identification_no": "id_card",
        "home_address": "address",
        "phone_no": "phone",
        "gender": "sex",
        "medical_record_no": "medical_record_no",
    }
    refers = {(f"{i.table}.{i.column}", f"{i.references}.{i.key}") for i in found.inclusions}
    assert {
        ("dms_drug.dosage_id", "dms_dosage.id"),
        ("dms_dise.cat_id", "dms_dise_catalog.id"),
        ("sms_staff.dept_id", "sms_dept.id"),
        ("dms_registration.patient_id", "pms_patient.id"),
    } <= refers
