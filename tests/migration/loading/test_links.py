"""Links decided at the desk arrive in the target: who leads, and what becomes of a link."""

import pytest

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Severity
from luodi.evidence.progress import Silent
from luodi.migration.batch import Mode
from luodi.migration.linkage.model import Class
from luodi.migration.reconcile import reconcile
from luodi.migration.reviewing.decide import decide
from luodi.migration.reviewing.model import Act
from luodi.migration.reviewing.offer import offer
from luodi.migration.reviewing.rows import reviewed
from luodi.migration.rollback import rollback
from luodi.migration.workspace import Workspace
from migration.load_sample import PMS_PATIENT, changed, fates, fill, put, rules
from migration.test_load import codes, run
from migration.test_load_reviewed import PATIENTS, VISITS, counts, pair

MASTER = rules(feed=changed("patient", review="patients", link="master"))


@pytest.fixture
def workspace():
    """Rows 1 and 2 are linked, 3 and 4 by default, 5 is alone."""
    with Workspace.in_memory() as workspace:
        fill(workspace, PATIENTS, VISITS)
        found = [pair(1, 2), pair(3, 4, class_=Class.LINK)]
        offer(workspace, "patients", "old_his", "pms_patient", found)
        say(workspace, pair(1, 2), "link")
        yield workspace


@pytest.fixture(params=["a number", "a reference"])
def his(request, new_his):
    """A target whose column of links is a number, or points at the table itself."""
    points = " REFERENCES patient (id)" if request.param == "a reference" else ""
    new_his.execute(f"ALTER TABLE patient ADD COLUMN master integer{points}")
    return new_his


@pytest.fixture
def master_his(new_his):
    new_his.execute("ALTER TABLE patient ADD COLUMN master integer REFERENCES patient (id)")
    return new_his


def say(workspace, one, act):
    decide(workspace, "patients", one.id, Act(act), who="赵")


def loaded(workspace, his, mapping=MASTER, **more):
    said = reviewed(workspace, "patients", "old_his")
    more = {
        "held": {"patients": said.held},
        "merged": {"patients": said.merged},
        "linked": {"patients": said.linked},
        **more,
    }
    return run(workspace, his.target, mapping, **more)


def masters(his):
    return dict(his.rows("SELECT id, master FROM patient ORDER BY id"))


def figure(outcome, name="linked"):
    return next((each.value for each in outcome.figures if each.name == name), None)


def test_it_works(workspace, his):
    outcome = loaded(workspace, his)
    assert masters(his) == {1: None, 2: 1, 3: None, 4: 3, 5: None}
    assert (counts(outcome), figure(outcome)) == ((5, 0, 0, 0, 0), 2)
    done = reconcile(workspace, outcome.result.batch, his.target, progress=Silent())
    assert (done.findings, figure(done, "mismatched")) == ((), 0)


def test_what_somebody_unlinked_since_is_a_difference(workspace, his):
    outcome = loaded(workspace, his)
    his.execute("UPDATE patient SET master = NULL WHERE id = 2")
    done = reconcile(workspace, outcome.result.batch, his.target, progress=Silent())
    assert [(f.code, f.params["columns"]) for f in done.findings if f.count] == [
        ("migration.reconcile_changed", "master")
    ]


@pytest.mark.slow
def test_a_delta_brings_what_was_decided_since(workspace, his):
    loaded(workspace, his)
    offer(workspace, "patients", "old_his", "pms_patient", [pair(1, 2), pair(3, 4), pair(4, 5)])
    say(workspace, pair(1, 2), "reopen")
    say(workspace, pair(1, 2), "different")
    say(workspace, pair(3, 4), "link")
    say(workspace, pair(4, 5), "link")
    outcome = loaded(workspace, his, mode=Mode.DELTA)
    assert masters(his) == {1: None, 2: None, 3: None, 4: 3, 5: 3}
    batch = outcome.result.batch
    rollback(workspace, batch, his.target, confirm=batch, progress=Silent())
    assert masters(his) == {1: None, 2: 1, 3: None, 4: 3, 5: None}


@pytest.mark.slow
def test_it_is_rolled_back(workspace, his):
    batch = loaded(workspace, his).result.batch
    done = rollback(workspace, batch, his.target, confirm=batch, progress=Silent())
    assert (done.result.as_before, masters(his)) == (True, {})


@pytest.mark.slow
def test_the_rule_says_what_the_others_hold(workspace, new_his):
    """An index of persons in which everybody has a number, the leading row its own."""
    new_his.execute("ALTER TABLE patient ADD COLUMN master integer NOT NULL")
    columns = [*changed("patient")[1]["column"], {"to": "master", "from": ["pid"]}]
    mapping = rules(feed=changed("patient", review="patients", link="master", column=columns))
    loaded(workspace, new_his, mapping)
    assert masters(new_his) == {1: 1, 2: 1, 3: 3, 4: 3, 5: 5}


@pytest.mark.slow
def test_keys_that_the_target_hands_out(workspace, his):
    """A delta links to the key the row has there, not to one that was counted anew."""
    key = {"column": "id", "strategy": "sequence"}
    mapping = rules(feed=changed("patient", review="patients", link="master", key=key))
    loaded(workspace, his, mapping)
    first = masters(his)
    assert [list(first).index(m) if m else None for m in first.values()] == [
        None, 0, None, 2, None,
    ]  # fmt: skip
    outcome = loaded(workspace, his, mapping, mode=Mode.DELTA)
    assert masters(his) == first
    batch = outcome.result.batch
    actions = workspace.db.execute(f'SELECT DISTINCT _action FROM "batch_{batch}".patient')
    assert actions.fetchall() == [("same",)]


# --- rows that do not arrive ------------------------------------------------------------------


@pytest.mark.slow
def test_the_leading_row_is_rejected(workspace, his):
    """The next one leads; who is left alone is linked with nobody."""
    rows = [(1, None, "1", ""), *PATIENTS[1:4], (5, "张三", "1", "1980-01-02")]
    put(workspace, PMS_PATIENT, rows)
    offer(workspace, "patients", "old_his", "pms_patient", [pair(1, 2, rows), pair(2, 5, rows)])
    say(workspace, pair(1, 2), "link")
    say(workspace, pair(2, 5), "link")
    assert counts(loaded(workspace, his)) == (4, 0, 1, 0, 0)
    assert masters(his) == {2: None, 3: None, 4: None, 5: 2}


@pytest.mark.slow
def test_the_leading_row_breaks_a_constraint(workspace, his):
    """Found after the links were made: they are made once more."""
    his.execute("ALTER TABLE patient ADD CONSTRAINT not_first CHECK (id <> 3)")
    outcome = loaded(workspace, his)
    assert fates(workspace, outcome)["pms_patient", 3] == ("rejected", "check")
    assert (masters(his), figure(outcome)) == ({1: None, 2: 1, 4: None, 5: None}, 1)


@pytest.mark.slow
def test_the_leading_row_is_excluded(workspace, his):
    where = {"column": "pid", "compare": "eq", "value": 1}
    old = {"id": "old", "table": "pms_patient", "reason": "试", "home": "老库", "where": where}
    feeds = changed("patient", review="patients", link="master")
    loaded(workspace, his, rules(feed=feeds, exclude=[old]), signed=frozenset({"old"}))
    assert masters(his) == {2: None, 3: None, 4: 3, 5: None}


@pytest.mark.slow
def test_the_leading_row_waits(workspace, his):
    """Loaded later, it is linked to the one that is there: who leads does not change."""
    found = [pair(1, 2), pair(1, 5), pair(2, 4)]
    offer(workspace, "patients", "old_his", "pms_patient", found)
    say(workspace, pair(2, 4), "link")
    say(workspace, pair(1, 2), "reopen")
    loaded(workspace, his)
    assert masters(his) == {3: None, 4: None}
    say(workspace, pair(1, 2), "different")
    loaded(workspace, his, mode=Mode.DELTA)
    assert masters(his) == {2: 4, 3: None, 4: None}
    say(workspace, pair(1, 2), "link")
    say(workspace, pair(1, 5), "link")
    loaded(workspace, his, mode=Mode.DELTA)
    assert masters(his) == {1: 4, 2: 4, 3: None, 4: None, 5: 4}


@pytest.mark.slow
@pytest.mark.parametrize("written", ["direct", "swap"])
def test_the_target_refuses_the_leading_row(workspace, his, written):
    """Written already or not, nothing points at a row that is not there."""
    if written == "swap":
        his.execute("INSERT INTO patient VALUES (900, '旧人', 'M', NULL, NULL)")
    his.execute(
        "CREATE FUNCTION no_third() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.id = 3 THEN RAISE EXCEPTION 'no' USING ERRCODE = '23514'; END IF; "
        "RETURN NEW; END $$"
    )
    his.execute(
        "CREATE TRIGGER no_third BEFORE INSERT ON patient FOR EACH ROW EXECUTE FUNCTION no_third()"
    )
    outcome = loaded(workspace, his, part_rows=1)
    there = masters(his)
    there.pop(900, None)
    assert there == {1: None, 2: 1, 5: None}
    told = fates(workspace, outcome)
    assert told["pms_patient", 3] == ("rejected", "target_23514")
    assert told["pms_patient", 4] == ("rejected", "link")
    assert counts(outcome)[-1] == 0
    done = reconcile(workspace, outcome.result.batch, his.target, progress=Silent())
    assert figure(done, "mismatched") == 0


@pytest.mark.slow
def test_a_row_that_stays_leads_though_it_is_rejected_this_time(workspace, master_his):
    """It is in the target since the batch before, and who is linked to it stays linked."""
    loaded(workspace, master_his)
    put(workspace, PMS_PATIENT, [(1, None, "1", ""), *PATIENTS[1:]])
    outcome = loaded(workspace, master_his, mode=Mode.DELTA)
    assert fates(workspace, outcome)["pms_patient", 1] == ("rejected", "require")
    assert masters(master_his) == {1: None, 2: 1, 3: None, 4: 3, 5: None}


@pytest.mark.slow
def test_linked_with_one_that_was_merged(workspace, master_his):
    """By a person or by rule: who stands for the merged one is linked in its place."""
    offer(workspace, "patients", "old_his", "pms_patient", [pair(1, 2), pair(2, 5)])
    say(workspace, pair(1, 2), "merge")
    say(workspace, pair(2, 5), "link")
    loaded(workspace, master_his, dry=False)
    assert masters(master_his) == {1: None, 3: None, 4: None, 5: 1}


@pytest.mark.slow
def test_linked_with_one_that_a_rule_merged(workspace, master_his):
    offer(workspace, "patients", "old_his", "pms_patient", [pair(4, 5)])
    say(workspace, pair(4, 5), "link")
    merge = {"by": ["name", "birth"], "order": ["pid"]}
    feeds = changed("patient", review="patients", link="master", merge=merge)
    loaded(workspace, master_his, rules(feed=feeds))
    assert masters(master_his) == {1: None, 2: 1, 3: None, 5: 3}


# --- no place for them ------------------------------------------------------------------------


def test_a_mapping_without_a_place_is_told_so(workspace, new_his):
    mapping = rules(feed=changed("patient", review="patients"))
    outcome = loaded(workspace, new_his, mapping, dry=True)
    (told,) = [f for f in outcome.findings if f.code == "migration.load_links_unlanded"]
    assert (told.params, told.count, told.severity) == (
        {"table": "pms_patient", "queue": "patients"}, 2, Severity.INFO,
    )  # fmt: skip
    assert figure(outcome) is None


def test_links_of_no_queue(workspace, master_his):
    with pytest.raises(WrongUse) as caught:
        loaded(workspace, master_his, rules(feed=changed("patient", link="master")), dry=True)
    assert caught.value.code == "migration.map_link_queue"


@pytest.mark.parametrize("column", ["birth", "id"])
def test_a_column_that_cannot_hold_them(workspace, new_his, column):
    with pytest.raises(WrongUse) as caught:
        loaded(workspace, new_his, rules(feed=changed("patient", review="patients", link=column)))
    assert caught.value.code == "migration.map_link_unfit"


def test_a_column_that_must_be_filled(workspace, new_his):
    """Those who are linked with nobody need a value too, which a rule has to give."""
    new_his.execute("ALTER TABLE patient ADD COLUMN master integer NOT NULL")
    assert "load_required_unfilled" in codes(loaded(workspace, new_his, dry=True), Severity.ERROR)
