"""rollback: exactly one batch, proven; nothing at all where somebody has been at its rows."""

import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import Verdict
from luodi.evidence.progress import Silent
from luodi.migration.batch import Batches, Mode, State
from luodi.migration.load import load
from luodi.migration.rollback import rollback
from luodi.migration.workspace import Workspace
from migration.load_sample import DICTIONARIES, PATIENTS, changed, fill, order, rules


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        fill(workspace)
        yield workspace


def loaded(workspace, target, mapping=None, **more):
    outcome = load(
        workspace, mapping or rules(), target, DICTIONARIES, order(**more), progress=Silent()
    )
    return outcome.result.batch


def take_back(workspace, target, batch, **more):
    return rollback(workspace, batch, target, confirm=batch, progress=Silent(), **more)


def figures(outcome):
    return {figure.name: figure.value for figure in outcome.figures}


def finding(outcome):
    (found,) = outcome.findings
    return found.code, found.params


def test_it_works(workspace, new_his):
    new_his.execute("INSERT INTO patient VALUES (900, '旧人', 'M', NULL, NULL)")
    before = new_his.rows("SELECT * FROM patient ORDER BY id")
    batch = loaded(workspace, new_his.target)
    outcome = take_back(workspace, new_his.target, batch)
    assert new_his.rows("SELECT * FROM patient ORDER BY id") == before
    assert new_his.rows("SELECT count(*) FROM visit") == [(0,)]
    assert figures(outcome) == {"removed": 7, "restored": 0, "residual": 0}
    assert (outcome.verdict, outcome.result.as_before) == (Verdict.PASS, True)
    assert Batches(workspace).get(batch).state is State.ROLLED_BACK
    assert loaded(workspace, new_his.target)  # and the domain can be loaded again


def test_it_asks_for_the_name_once_more(workspace, new_his):
    batch = loaded(workspace, new_his.target)
    with pytest.raises(WrongUse) as caught:
        rollback(workspace, batch, new_his.target, confirm="yes", progress=Silent())
    assert caught.value.code == "migration.rollback_confirm"
    assert new_his.rows("SELECT count(*) FROM patient") == [(4,)]


def test_a_batch_nobody_knows(workspace, new_his):
    with pytest.raises(WrongUse) as caught:
        take_back(workspace, new_his.target, "patients_1")
    assert caught.value.code == "migration.no_such_batch"


def test_twice(workspace, new_his):
    batch = loaded(workspace, new_his.target)
    take_back(workspace, new_his.target, batch)
    with pytest.raises(WrongUse) as caught:
        take_back(workspace, new_his.target, batch)
    assert caught.value.code == "migration.rollback_state"


# --- somebody has been there ----------------------------------------------------------------------


def test_a_row_that_was_changed_since(workspace, new_his):
    """Even in a column that the mapping does not know."""
    batch = loaded(workspace, new_his.target)
    new_his.execute("UPDATE patient SET note = '过敏' WHERE id = 2")
    outcome = take_back(workspace, new_his.target, batch)
    assert finding(outcome) == (
        "migration.rollback_changed",
        {"table": "pms_patient", "target": "patient", "ordinals": "2"},
    )
    assert outcome.verdict is Verdict.FAIL
    assert new_his.rows("SELECT count(*) FROM patient") == [(4,)]
    assert Batches(workspace).get(batch).state is State.LOADED


def test_a_row_that_was_deleted_since(workspace, new_his):
    batch = loaded(workspace, new_his.target)
    new_his.execute("DELETE FROM visit WHERE id = 11")
    code, params = finding(take_back(workspace, new_his.target, batch))
    assert (code, params["ordinals"]) == ("migration.rollback_changed", "2")


def test_rows_of_others_point_at_it(workspace, new_his):
    batch = loaded(workspace, new_his.target)
    new_his.execute("INSERT INTO visit VALUES (900, 5, NULL)")
    outcome = take_back(workspace, new_his.target, batch)
    assert finding(outcome) == (
        "migration.rollback_pointed_at",
        {"table": "pms_patient", "target": "patient", "other": "visit", "ordinals": "5"},
    )
    assert new_his.rows("SELECT count(*) FROM visit") == [(4,)]


def test_rows_of_others_beside_it_stay(workspace, new_his):
    batch = loaded(workspace, new_his.target)
    new_his.execute("INSERT INTO patient VALUES (900, '新人', 'M', NULL, NULL)")
    outcome = take_back(workspace, new_his.target, batch)
    assert finding(outcome) == ("migration.rollback_moved_on", {"target": "patient"})
    assert (figures(outcome)["residual"], outcome.result.as_before) == (0, False)
    assert new_his.rows("SELECT id FROM patient") == [(900,)]


def test_a_target_in_real_use(workspace, new_his):
    batch = loaded(workspace, new_his.target)
    with pytest.raises(LuodiError) as caught:
        take_back(workspace, new_his.target, batch, in_use=True)
    assert caught.value.code == "migration.rollback_in_use"
    new_his.execute("INSERT INTO luodi_batch VALUES ('', 'in_use', 'since today', 0)")
    with pytest.raises(LuodiError) as caught:
        take_back(workspace, new_his.target, batch)
    assert caught.value.code == "migration.rollback_in_use"


# --- batches that build on each other -------------------------------------------------------------


def test_a_delta_gives_back_what_it_changed(workspace, new_his):
    first = loaded(workspace, new_his.target)
    before = new_his.rows("SELECT * FROM patient ORDER BY id")
    fill(workspace, patients=[*PATIENTS[:1], (2, "李四光", "2", ""), (7, "新人", "1", "")])
    delta = loaded(workspace, new_his.target, mode=Mode.DELTA)
    assert new_his.rows("SELECT * FROM patient ORDER BY id") != before
    with pytest.raises(LuodiError) as caught:
        take_back(workspace, new_his.target, first)
    assert caught.value.code == "migration.rollback_later"
    assert caught.value.params["later"] == (delta,)
    outcome = take_back(workspace, new_his.target, delta)
    assert new_his.rows("SELECT * FROM patient ORDER BY id") == before
    assert figures(outcome) == {"removed": 1, "restored": 1, "residual": 0}
    assert figures(take_back(workspace, new_his.target, first))["residual"] == 0
    assert new_his.rows("SELECT count(*) FROM patient") == [(0,)]


def test_a_row_that_a_delta_changed_and_somebody_after_it(workspace, new_his):
    loaded(workspace, new_his.target)
    fill(workspace, patients=[(2, "李四光", "2", "")], visits=[])
    delta = loaded(workspace, new_his.target, mode=Mode.DELTA)
    new_his.execute("UPDATE patient SET name = '李仲揆' WHERE id = 2")
    code, params = finding(take_back(workspace, new_his.target, delta))
    assert (code, params["ordinals"]) == ("migration.rollback_changed", "1")


def test_a_sequence_nobody_used_goes_back(workspace, new_his):
    new_his.execute("CREATE SEQUENCE s OWNED BY patient.id START 1000")
    mapping = rules(feed=changed("patient", key={"column": "id", "strategy": "sequence"}))
    batch = loaded(workspace, new_his.target, mapping)
    take_back(workspace, new_his.target, batch)
    assert new_his.rows("SELECT nextval('s')") == [(1000,)]


def test_a_sequence_somebody_used_stays(workspace, new_his):
    new_his.execute("CREATE SEQUENCE s OWNED BY patient.id START 1000")
    mapping = rules(feed=changed("patient", key={"column": "id", "strategy": "sequence"}))
    batch = loaded(workspace, new_his.target, mapping)
    new_his.execute("SELECT nextval('s')")
    take_back(workspace, new_his.target, batch)
    assert new_his.rows("SELECT nextval('s')") == [(1006,)]


def test_a_row_that_somebody_touched_before_a_delta_changed_it(workspace, new_his):
    first = loaded(workspace, new_his.target)
    new_his.execute("UPDATE patient SET note = '过敏' WHERE id = 2")
    fill(workspace, patients=[(2, "李四光", "2", "1975/3/4")], visits=[])
    delta = loaded(workspace, new_his.target, mode=Mode.DELTA)
    assert figures(take_back(workspace, new_his.target, delta))["restored"] == 1
    code, params = finding(take_back(workspace, new_his.target, first))
    assert (code, params["ordinals"]) == ("migration.rollback_changed", "2")


def test_a_delta_leaves_alone_what_somebody_corrected(workspace, new_his):
    loaded(workspace, new_his.target)
    new_his.execute("UPDATE patient SET name = '李仲揆' WHERE id = 2")
    fill(workspace, patients=[(2, "李四光", "2", "1975/3/4")], visits=[])
    loaded(workspace, new_his.target, mode=Mode.DELTA)
    assert new_his.rows("SELECT name FROM patient WHERE id = 2") == [("李仲揆",)]
