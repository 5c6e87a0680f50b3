"""reconcile: what was changed after the load is found, and named by table and ordinal."""

import pytest

from luodi.evidence.errors import Cancelled, LuodiError, WrongUse
from luodi.evidence.model import Verdict
from luodi.evidence.progress import Silent
from luodi.migration.batch import Batches
from luodi.migration.load import load
from luodi.migration.reconcile import reconcile, reconcile_unmapped
from luodi.migration.workspace import Workspace
from migration.load_sample import DICTIONARIES, OLD, PATIENTS, PMS_VISIT, fill, order, put, rules


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        fill(workspace, patients=[*PATIENTS[:3], (6, "", "1", "")])
        yield workspace


@pytest.fixture
def loaded(workspace, new_his):
    # A patient's name is required: row 4 is rejected, and its visits with it.
    outcome = load(workspace, rules(), new_his.target, DICTIONARIES, order(), progress=Silent())
    return outcome.result.batch


def again(workspace, new_his, batch, **more):
    return reconcile(workspace, batch, new_his.target, rules(), progress=Silent(), **more)


def found(outcome):
    return {f.code.removeprefix("migration.reconcile_"): f for f in outcome.findings}


def figures(outcome):
    return {figure.name: figure.value for figure in outcome.figures}


def test_it_works(workspace, new_his, loaded):
    outcome = again(workspace, new_his, loaded)
    assert outcome.verdict is Verdict.PASS, outcome.findings
    assert outcome.subject == "migration:patients"
    said = figures(outcome)
    assert (said["unaccounted"], said["mismatched"]) == (0, 0)
    assert said["rows"] == said["loaded"] + said["rejected"] == 9
    for each in outcome.result.compared:
        assert each.staged_sum == each.target_sum != ""


def test_a_changed_row_is_named(workspace, new_his, loaded):
    new_his.execute("UPDATE patient SET name = '李 四' WHERE id = 2")
    outcome = again(workspace, new_his, loaded)
    (finding,) = outcome.findings
    assert finding.code == "migration.reconcile_changed"
    assert finding.params == {
        "table": "pms_patient",
        "to": "patient",
        "ordinals": "2",
        "columns": "name",
    }
    assert figures(outcome)["mismatched"] == 1
    assert outcome.verdict is Verdict.FAIL


def test_null_is_not_empty(workspace, new_his, loaded):
    new_his.execute("ALTER TABLE patient ALTER name DROP NOT NULL")
    new_his.execute("UPDATE patient SET sex = NULL WHERE id = 1")
    (finding,) = again(workspace, new_his, loaded).findings
    assert (finding.params["ordinals"], finding.params["columns"]) == ("1", "sex")
    new_his.execute("UPDATE patient SET sex = '' WHERE id = 1")
    assert found(again(workspace, new_his, loaded))["changed"].params["ordinals"] == "1"


def test_an_empty_text_that_became_null_is_found(workspace, new_his):
    put_column = [
        {"to": "note", "from": ["xm"], "steps": [{"op": "constant", "value": ""}]},
    ]
    mapping = rules()
    feeds = []
    import msgspec

    for feed in msgspec.to_builtins(mapping)["feed"]:
        more = put_column if feed["id"] == "patient" else []
        feeds.append({**feed, "column": [*feed["column"], *more]})
    mapping = rules(feed=feeds)
    batch = load(
        workspace, mapping, new_his.target, DICTIONARIES, order(), progress=Silent()
    ).result.batch
    assert new_his.rows("SELECT DISTINCT note FROM patient") == [("",)]
    before = again(workspace, new_his, batch)
    assert before.verdict is Verdict.PASS, before.findings
    new_his.execute("UPDATE patient SET note = NULL WHERE id = 3")
    outcome = again(workspace, new_his, batch)
    assert found(outcome)["changed"].params["ordinals"] == "3"
    patient = next(each for each in outcome.result.compared if each.feed == "patient")
    assert patient.staged_sum != patient.target_sum


def test_a_removed_row_is_named(workspace, new_his, loaded):
    new_his.execute("DELETE FROM visit WHERE id = 11")
    outcome = again(workspace, new_his, loaded)
    assert found(outcome)["missing"].params == {
        "table": "pms_visit",
        "to": "visit",
        "ordinals": "2",
    }


def test_an_added_row_is_found(workspace, new_his, loaded):
    new_his.execute("INSERT INTO patient (id, name) VALUES (900, '外人')")
    outcome = again(workspace, new_his, loaded)
    finding = found(outcome)["added"]
    assert (finding.params, finding.count) == ({"to": "patient"}, 1)
    assert "外人" not in str(outcome.findings)


def test_rows_that_were_there_before_are_not_ours(workspace, new_his):
    new_his.execute("INSERT INTO patient (id, name) VALUES (900, '旧人')")
    batch = load(
        workspace, rules(), new_his.target, DICTIONARIES, order(), progress=Silent()
    ).result.batch
    assert again(workspace, new_his, batch).verdict is Verdict.PASS


def test_a_cent_is_found(workspace, new_his, loaded):
    new_his.execute("UPDATE visit SET fee = fee + 0.01 WHERE id = 12")
    outcome = again(workspace, new_his, loaded)
    assert found(outcome)["changed"].params["columns"] == "fee"
    assert found(outcome)["sum"].params["difference"] == "0.01"


def test_a_duplicate_key_is_found(workspace, new_his, loaded):
    new_his.execute("ALTER TABLE visit DROP CONSTRAINT visit_pkey")
    new_his.execute("INSERT INTO visit SELECT * FROM visit WHERE id = 10")
    outcome = again(workspace, new_his, loaded)
    assert found(outcome)["repeated"].params["ordinals"] == "1"
    assert outcome.verdict is Verdict.FAIL


def test_a_table_nobody_mapped_is_unaccounted(workspace, new_his, loaded):
    batches = Batches(workspace).all()
    assert reconcile_unmapped(workspace, batches, "old_his").verdict is Verdict.PASS
    extra = PMS_VISIT.__class__(name="pms_log", columns=PMS_VISIT.columns)
    workspace.keep(OLD.__class__(system="old_his", product="test", tables=(*OLD.tables, extra)))
    put(workspace, extra, [(1, 1, "x"), (2, 2, "y")])
    outcome = reconcile_unmapped(workspace, batches, "old_his")
    assert (outcome.subject, figures(outcome)["unaccounted"]) == ("migration:unmapped", 2)
    assert found(outcome)["unaccounted"].params["table"] == "pms_log"


def test_a_row_without_a_fate_is_named(workspace, new_his, loaded):
    put(workspace, PMS_VISIT, [(10 + n, 1, "1.00") for n in range(7)])
    outcome = again(workspace, new_his, loaded)
    assert found(outcome)["unaccounted"].params == {"table": "pms_visit", "ordinals": "6, 7"}
    assert figures(outcome)["unaccounted"] == 2


def test_a_source_that_moved_is_found(workspace, new_his, loaded):
    workspace.db.execute("CREATE SCHEMA old_his_again")
    for table in OLD.tables:
        old, new = (workspace.relation(s, table.name) for s in ("old_his", "old_his_again"))
        workspace.db.execute(f"CREATE TABLE {new} AS SELECT * FROM {old}")
    assert again(workspace, new_his, loaded, again="old_his_again").verdict is Verdict.PASS
    workspace.db.execute("UPDATE old_his_again.pms_visit SET fee = '9.99' WHERE vid = 11")
    workspace.db.execute("INSERT INTO old_his_again.pms_patient VALUES (9, 9, '新人', '1', '')")
    outcome = again(workspace, new_his, loaded, again="old_his_again")
    moved = {each.table: (each.gone, each.added, each.first) for each in outcome.result.moved}
    assert moved == {"pms_visit": (1, 0, (2,)), "pms_patient": (0, 1, (9,))}
    assert (figures(outcome)["mismatched"], figures(outcome)["unaccounted"]) == (1, 1)


def test_a_batch_that_is_not_there(workspace, new_his, loaded):
    with pytest.raises(WrongUse) as caught:
        again(workspace, new_his, "patients_x")
    assert caught.value.code == "migration.no_such_batch"


def test_a_table_that_is_gone(workspace, new_his, loaded):
    new_his.execute("DROP TABLE visit")
    assert found(again(workspace, new_his, loaded))["table_gone"].params == {"table": "visit"}


def test_a_connection_that_is_cut_while_rows_are_read(workspace, new_his, loaded, monkeypatch):
    def cut(table, columns):
        yield b"1,"
        raise LuodiError("migration.target_busy", {"target": "new_his"})

    monkeypatch.setattr(new_his.target, "csv", cut)
    with pytest.raises(LuodiError) as caught:
        again(workspace, new_his, loaded)
    assert caught.value.code == "migration.target_busy"
    monkeypatch.undo()
    assert again(workspace, new_his, loaded).verdict is Verdict.PASS


class Impatient(Silent):
    """Gives up after the first table that was compared."""

    def stage(self, name, total=None, unit=None):
        self.comparing = name == "migration.reconcile_comparing"

    def advance(self, amount=1):
        if self.comparing:
            raise Cancelled


def test_giving_up_leaves_nothing_half_read(workspace, new_his, loaded):
    with pytest.raises(Cancelled):
        reconcile(workspace, loaded, new_his.target, rules(), progress=Impatient())
    assert again(workspace, new_his, loaded).verdict is Verdict.PASS
