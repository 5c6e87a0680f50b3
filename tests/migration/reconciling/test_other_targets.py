"""Reading back MariaDB and SQLite: what was loaded is found equal, and taken back, as elsewhere."""

import pytest

from luodi.evidence.progress import Silent
from luodi.migration.batch import Mode
from luodi.migration.load import load
from luodi.migration.reconcile import reconcile
from luodi.migration.rollback import rollback
from luodi.migration.workspace import Workspace
from migration.load_sample import DICTIONARIES, PATIENTS, fill, order, rules
from migration.target.test_relational import MariaDb, Sqlite

pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", "mariadb"])
def his(request, tmp_path):
    if request.param == "sqlite":
        his = Sqlite(tmp_path / "his.db")
    else:
        server = request.getfixturevalue("mariadb")
        his = MariaDb(server, *request.getfixturevalue("mariadb_database"))
    yield his
    his.target.close()


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        fill(workspace)
        yield workspace


def run(workspace, his, **more):
    return load(workspace, rules(), his.target, DICTIONARIES, order(**more), progress=Silent())


def read_back(workspace, his, batch):
    return reconcile(workspace, batch, his.target, rules(), progress=Silent()).result


def take_back(workspace, his, batch):
    return rollback(workspace, batch, his.target, confirm=batch, progress=Silent()).result


def test_it_works(workspace, his):
    batch = run(workspace, his, part_rows=2).result.batch
    found = read_back(workspace, his, batch)
    assert (found.unaccounted, found.mismatched, len(found.compared)) == (0, 0, 2)
    assert all(each.staged_sum == each.target_sum for each in found.compared)
    assert take_back(workspace, his, batch).as_before


def test_every_difference_is_named(workspace, his):
    batch = run(workspace, his).result.batch
    his.execute("UPDATE visit SET fee = 12.51 WHERE id = 10")
    his.execute("UPDATE patient SET birth = NULL WHERE id = 2")
    his.execute("DELETE FROM visit WHERE id = 11")
    his.execute("INSERT INTO patient VALUES (900, '旧人', 'M', NULL, NULL)")
    found = read_back(workspace, his, batch)
    compared = {each.feed: each for each in found.compared}
    assert (compared["visit"].changed, compared["visit"].missing) == (1, 1)
    assert (compared["patient"].changed, compared["patient"].columns) == (1, {"birth": 1})
    assert [(each.to, each.rows) for each in found.added] == [("patient", 1)]


def test_an_empty_text_is_not_null(workspace, his):
    batch = run(workspace, his).result.batch
    his.execute("UPDATE patient SET sex = '' WHERE id = 1")
    compared = {each.feed: each for each in read_back(workspace, his, batch).compared}
    assert compared["patient"].columns == {"sex": 1}


def test_a_delta(workspace, his):
    first = run(workspace, his).result.batch
    fill(workspace, patients=[PATIENTS[0], (2, "李四光", "2", ""), (7, "新人", "1", "")], visits=[])
    delta = run(workspace, his, mode=Mode.DELTA).result.batch
    assert read_back(workspace, his, delta).mismatched == 0
    assert take_back(workspace, his, delta).restored == 1
    assert read_back(workspace, his, first).mismatched == 0
    assert take_back(workspace, his, first).as_before
