"""load: every row accounted for, whatever the rows, the mapping and the target are like."""

import pytest

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Severity, Verdict
from luodi.evidence.progress import Silent
from luodi.migration.batch import Mode
from luodi.migration.load import load
from luodi.migration.workspace import Workspace
from migration.load_sample import (
    DICTIONARIES,
    PATIENTS,
    VISITS,
    changed,
    fates,
    fill,
    order,
    rules,
)


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        fill(workspace)
        yield workspace


def run(workspace, target, mapping=None, **more):
    return load(
        workspace, mapping or rules(), target, DICTIONARIES, order(**more), progress=Silent()
    )


def codes(outcome, severity=None):
    return {f.code.split(".")[1] for f in outcome.findings if severity in (None, f.severity)}


def test_it_works(workspace, new_his):
    outcome = run(workspace, new_his.target)
    assert new_his.rows("SELECT id, name, sex, birth::text FROM patient ORDER BY id") == [
        (1, "张三", "M", "1980-01-02"),
        (2, "李四", "F", "1975-03-04"),
        (3, '王\t五\\"引号"', "M", None),
        (5, "𠮷田", "F", None),
    ]
    assert new_his.rows("SELECT id, patient_id, fee::text FROM visit ORDER BY id") == [
        (10, 1, "12.50"),
        (11, 2, "0.00"),
        (12, 3, "7.10"),
    ]
    assert fates(workspace, outcome)["pms_patient", 4] == ("rejected", "dictionary")
    assert fates(workspace, outcome)["pms_visit", 4] == ("rejected", "lookup")
    assert fates(workspace, outcome)["pms_visit", 5] == ("rejected", "decimal")
    figures = {figure.name: figure.value for figure in outcome.figures}
    assert (figures["rows"], figures["loaded"], figures["rejected"]) == (10, 7, 3)
    assert figures["unaccounted"] == 0
    assert outcome.verdict is Verdict.WARN


def test_a_dry_run_writes_nothing(workspace, new_his):
    outcome = run(workspace, new_his.target, dry=True)
    assert new_his.rows("SELECT count(*) FROM patient") == [(0,)]
    assert new_his.rows("SELECT to_regclass('luodi_batch')") == [(None,)]
    assert [(r.column, r.reason, r.first) for r in outcome.result.reasons] == [
        ("sex", "dictionary", 4),
        ("fee", "decimal", 5),
        ("patient_id", "lookup", 4),
    ]
    assert not outcome.result.written


def test_a_domain_is_loaded_once(workspace, new_his):
    batch = run(workspace, new_his.target).result.batch
    with pytest.raises(WrongUse) as caught:
        run(workspace, new_his.target)
    assert (caught.value.code, caught.value.params["batch"]) == ("migration.load_already", batch)


def test_a_filled_table_is_written_in_one_swap(workspace, new_his):
    new_his.execute("INSERT INTO patient VALUES (900, '旧人', 'M', NULL, NULL)")
    outcome = run(workspace, new_his.target)
    assert outcome.result.target_rows == {"patient": 4, "visit": 3}
    assert new_his.rows("SELECT count(*) FROM patient") == [(5,)]
    assert new_his.rows("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'luodi_stage%'") == [
        (0,)
    ]
    assert new_his.rows("SELECT part FROM luodi_batch ORDER BY part") == [
        ("",),
        ("patient#1",),
        ("visit#1",),
    ]


# --- rows that are not taken ----------------------------------------------------------------------


def test_a_key_that_is_there_already(workspace, new_his):
    new_his.execute("INSERT INTO patient VALUES (2, '旧人', 'M', NULL, NULL)")
    outcome = run(workspace, new_his.target)
    assert fates(workspace, outcome)["pms_patient", 2] == ("rejected", "unique_present")
    assert fates(workspace, outcome)["pms_visit", 2] == ("rejected", "lookup")


def test_a_unique_value_that_repeats(workspace, new_his):
    new_his.execute("ALTER TABLE patient ADD UNIQUE (name)")
    fill(workspace, patients=[*PATIENTS, (6, "李四", "1", "")])
    outcome = run(workspace, new_his.target)
    assert fates(workspace, outcome)["pms_patient", 6] == ("rejected", "unique")
    assert outcome.result.target_rows["patient"] == 4


def test_a_check_constraint_that_can_be_read(workspace, new_his):
    new_his.execute("ALTER TABLE visit ADD CHECK (fee > 0 AND fee IN (12.50, 7.10))")
    outcome = run(workspace, new_his.target)
    assert fates(workspace, outcome)["pms_visit", 2] == ("rejected", "check")


def test_what_only_the_target_can_know(workspace, new_his):
    """The server refuses rows in spite of all checks: they alone are rejected, with its state."""
    new_his.execute("ALTER TABLE patient ADD CHECK (name !~ '李')")
    outcome = run(workspace, new_his.target, part_rows=2)
    assert fates(workspace, outcome)["pms_patient", 2] == ("rejected", "target_23514")
    assert fates(workspace, outcome)["pms_visit", 2] == ("rejected", "lookup")
    assert new_his.rows("SELECT count(*) FROM patient") == [(3,)]


def test_rows_that_only_together_are_refused(workspace, new_his):
    new_his.execute("CREATE UNIQUE INDEX ON patient ((left(name, 1)))")
    fill(workspace, patients=[(1, "张三", "1", ""), (2, "李四", "1", ""), (3, "张飞", "1", "")])
    outcome = run(workspace, new_his.target)
    assert fates(workspace, outcome)["pms_patient", 3] == ("rejected", "target_23505")
    assert outcome.result.target_rows["patient"] == 2


def test_refused_in_a_swap(workspace, new_his):
    new_his.execute("INSERT INTO patient VALUES (900, '旧人', 'M', NULL, NULL)")
    new_his.execute("ALTER TABLE visit ADD CHECK (fee::text !~ '^7')")
    outcome = run(workspace, new_his.target)
    assert fates(workspace, outcome)["pms_visit", 3] == ("rejected", "target_23514")
    assert outcome.result.target_rows == {"patient": 4, "visit": 2}


def test_too_long_for_the_target(workspace, new_his):
    fill(workspace, patients=[(1, "长" * 21, "1", ""), (2, "恰" * 20, "2", "")])
    outcome = run(workspace, new_his.target)
    assert fates(workspace, outcome)["pms_patient", 1] == ("rejected", "length")
    assert outcome.result.target_rows["patient"] == 1


def test_a_row_is_rejected_by_all_its_feeds(workspace, new_his):
    """Nobody arrives in halves: what a later feed rejects leaves the earlier one again."""
    new_his.execute("CREATE TABLE contact (id integer PRIMARY KEY, born date NOT NULL)")
    contact = {
        "id": "contact",
        "from": "pms_patient",
        "to": "contact",
        "key": {"column": "id"},
        "column": [{"to": "born", "from": ["csrq"], "steps": [{"op": "blank"}, {"op": "date"}]}],
    }
    outcome = run(workspace, new_his.target, rules(feed=[*changed("visit"), contact]))
    assert fates(workspace, outcome)["pms_patient", 3] == ("rejected", "date")
    assert fates(workspace, outcome)["pms_visit", 3] == ("rejected", "lookup")
    assert new_his.rows("SELECT id FROM patient ORDER BY id") == [(1,), (2,)]
    assert new_his.rows("SELECT id FROM visit ORDER BY id") == [(10,), (11,)]


# --- merging, exclusion, review -------------------------------------------------------------------


def test_rows_that_agree_become_one(workspace, new_his):
    fill(workspace, patients=[*PATIENTS, (6, "张三", "1", "1980-01-02")], visits=[(10, 6, "1.00")])
    mapping = rules(feed=changed("patient", merge={"by": ["name", "birth"], "order": ["-pid"]}))
    outcome = run(workspace, new_his.target, mapping)
    assert fates(workspace, outcome)["pms_patient", 1] == ("merged", "merge")
    assert new_his.rows("SELECT patient_id FROM visit") == [(6,)]
    assert outcome.result.tables[0].merged == 1


def test_a_signed_exclusion(workspace, new_his):
    exclusion = {
        "id": "no_sex",
        "table": "pms_patient",
        "reason": "测试数据",
        "home": "老库只读",
        "where": {"column": "xb", "compare": "eq", "value": "9"},
    }
    mapping = rules(exclude=[exclusion])
    outcome = run(workspace, new_his.target, mapping, signed=frozenset({"no_sex"}))
    assert fates(workspace, outcome)["pms_patient", 4] == ("excluded", "no_sex")


def test_an_unsigned_exclusion_excludes_nothing(workspace, new_his):
    exclusion = {"id": "old", "table": "pms_visit", "reason": "不迁", "home": "老库"}
    feeds = [feed for feed in changed("visit") if feed["id"] == "patient"]
    outcome = run(workspace, new_his.target, rules(exclude=[exclusion], feed=feeds))
    assert {"load_unsigned", "load_unaccounted"} <= codes(outcome)
    assert outcome.result.tables[1].unaccounted == len(VISITS)
    assert outcome.verdict is Verdict.FAIL


def test_what_waits_for_a_person_is_held(workspace, new_his):
    mapping = rules(feed=changed("patient", review="patients"))
    held = {"patients": "SELECT 'pms_patient' AS source_table, 1 AS ordinal"}
    outcome = run(workspace, new_his.target, mapping, held=held)
    assert fates(workspace, outcome)["pms_patient", 1] == ("review", "patients")
    assert fates(workspace, outcome)["pms_visit", 1] == ("rejected", "lookup")


# --- keys -----------------------------------------------------------------------------------------


def keyed(strategy):
    return rules(feed=changed("patient", key={"column": "id", "strategy": strategy}))


def test_keys_from_the_sequence(workspace, new_his):
    new_his.execute("CREATE SEQUENCE s OWNED BY patient.id START 1000")
    new_his.execute("ALTER TABLE patient ALTER id SET DEFAULT nextval('s')")
    run(workspace, new_his.target, keyed("sequence"))
    assert new_his.rows("SELECT id FROM patient ORDER BY id") == [
        (1000,),
        (1001,),
        (1002,),
        (1004,),
    ]
    assert new_his.rows("SELECT patient_id FROM visit ORDER BY id") == [(1000,), (1001,), (1002,)]
    assert new_his.rows("SELECT nextval('s')") == [(1005,)]


def test_a_sequence_behind_its_keys(workspace, new_his):
    new_his.execute("CREATE SEQUENCE s OWNED BY patient.id START 1")
    new_his.execute("INSERT INTO patient VALUES (70, '旧人', 'M', NULL, NULL)")
    outcome = run(workspace, new_his.target, keyed("sequence"))
    assert "load_sequence_behind" in codes(outcome)
    assert new_his.rows("SELECT min(id) FROM patient WHERE name = '张三'") == [(71,)]


def test_a_sequence_goes_on_behind_keys_that_were_brought(workspace, new_his):
    new_his.execute("CREATE SEQUENCE s OWNED BY patient.id START 1")
    run(workspace, new_his.target)
    assert new_his.rows("SELECT nextval('s')") == [(6,)]


def test_keys_by_name(workspace, new_his):
    new_his.execute("ALTER TABLE visit DROP CONSTRAINT visit_patient_id_fkey")
    new_his.execute("ALTER TABLE patient ALTER id TYPE uuid USING NULL")
    new_his.execute("ALTER TABLE visit ALTER patient_id TYPE uuid USING NULL")
    run(workspace, new_his.target, keyed("uuid"))
    pairs = "SELECT count(*) FROM visit v JOIN patient p ON p.id = v.patient_id"
    assert new_his.rows(pairs) == [(3,)]
    assert new_his.rows("SELECT DISTINCT substr(id::text, 15, 1) FROM patient") == [("5",)]


# --- what stands in the way -----------------------------------------------------------------------


def test_a_required_column_that_nobody_fills(workspace, new_his):
    new_his.execute("ALTER TABLE patient ADD ward integer NOT NULL")
    outcome = run(workspace, new_his.target)
    assert codes(outcome, Severity.ERROR) == {"load_required_unfilled"}
    assert (outcome.verdict, outcome.result.written) == (Verdict.FAIL, False)
    assert new_his.rows("SELECT count(*) FROM patient") == [(0,)]


def test_a_trigger_is_said(workspace, new_his):
    new_his.execute(
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN NEW.note := 'seen'; RETURN NEW; END$$"
    )
    new_his.execute("CREATE TRIGGER t BEFORE INSERT ON patient FOR EACH ROW EXECUTE FUNCTION f()")
    outcome = run(workspace, new_his.target)
    assert "load_trigger" in codes(outcome)
    assert new_his.rows("SELECT DISTINCT note FROM patient") == [("seen",)]


def test_a_column_that_vanished_since_the_mapping(workspace, new_his):
    mapping = rules(feed=changed("patient", source_key=["gone"]))
    with pytest.raises(WrongUse) as caught:
        run(workspace, new_his.target, mapping)
    assert caught.value.code == "migration.load_column_gone"
    assert caught.value.params["column"] == "gone"


def test_a_delta_takes_what_is_new_and_what_changed(workspace, new_his):
    first = run(workspace, new_his.target).result.batch
    fill(
        workspace,
        patients=[
            (1, "张三", "1", "1980-01-02"),
            (2, "李四光", "2", "1975/3/4"),
            (7, "新人", "1", ""),
        ],
        visits=[(10, 1, "12.50"), (20, 7, "3.00")],
    )
    outcome = run(workspace, new_his.target, mode=Mode.DELTA)
    assert new_his.rows("SELECT id, name FROM patient WHERE id IN (1, 2, 7) ORDER BY id") == [
        (1, "张三"),
        (2, "李四光"),
        (7, "新人"),
    ]
    assert new_his.rows("SELECT count(*) FROM visit") == [(4,)]
    assert outcome.result.batch != first
    assert outcome.result.tables[0].loaded == 3
