"""A domain loaded more than once: resumed, barred, delta after delta; nothing comes in twice."""

import contextlib
import sqlite3

import pytest

from luodi.evidence.model import Verdict
from luodi.evidence.progress import Silent
from luodi.migration.batch import Batches, Mode, State
from luodi.migration.load import load
from luodi.migration.rollback import rollback
from luodi.migration.target.marks import LocalMarks
from luodi.migration.target.model import Obstacle
from luodi.migration.target.sqlite import SqliteTarget
from luodi.migration.workspace import Workspace
from migration.load_sample import DICTIONARIES, changed, fates, fill, order, rules

TABLES = """
CREATE TABLE patient (id integer {key}, name varchar(20) NOT NULL, sex varchar(1), birth date);
CREATE TABLE card (id integer {key}, name varchar(20));
CREATE TABLE visit (id integer {key}, patient_id integer NOT NULL, fee decimal(10,2));
"""
TWO = [(1, "a", "1", "1980-01-02"), (2, "b", "2", "1975-03-04")]
LATER = [(1, "A", "1", "1980-01-02"), TWO[1], (3, "c", "1", "1990-01-01")]
VISIT = [(10, 1, "1.00")]
NUMBERED = {"column": "id", "strategy": "sequence"}


class Killed(BaseException):
    """The process is gone."""


def dying(method, *, behind=False, owner=SqliteTarget):
    """A target whose process dies in a method, or behind it."""

    def died(self, *args):
        if behind:
            getattr(owner, method)(self, *args)
        raise Killed

    return type("Dying", (owner,), {method: died})


class Barred(SqliteTarget):
    """A target in which we lack a right."""

    def obstacles(self):
        return (Obstacle(code="migration.target_rights", params={"target": "new_his"}),)


class Desk:
    """Two patients and a visit, and a new HIS on SQLite that is opened anew each time."""

    def __init__(self, workspace, path, key="PRIMARY KEY"):
        self.workspace, self.path = workspace, path
        self.mapping = rules()
        with self.database() as database:
            database.executescript(TABLES.format(key=key))
        fill(workspace, TWO, VISIT)

    def database(self):
        return contextlib.closing(sqlite3.connect(self.path))

    def do(self, statement):
        with self.database() as database, database:
            database.execute(statement)

    def rows(self, table="patient", columns="id, name"):
        with self.database() as database:
            return database.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()

    def load(self, kind=SqliteTarget, marks=None, **more):
        with contextlib.closing(kind("new_his", self.path, marks)) as target:
            return load(
                self.workspace, self.mapping, target, DICTIONARIES, order(**more), progress=Silent()
            )

    def take_back(self, batch, marks=None):
        with contextlib.closing(SqliteTarget("new_his", self.path, marks)) as target:
            return rollback(self.workspace, batch, target, confirm=batch, progress=Silent())


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        yield workspace


@pytest.fixture(params=["PRIMARY KEY", ""])
def any_desk(request, workspace, tmp_path):
    """With and without a key that would refuse a row the second time."""
    return Desk(workspace, tmp_path / "new.db", request.param)


@pytest.fixture
def desk(workspace, tmp_path):
    return Desk(workspace, tmp_path / "new.db")


def test_it_works(any_desk):
    any_desk.load()
    fill(any_desk.workspace, LATER, VISIT)
    outcome = any_desk.load(mode=Mode.DELTA)
    assert any_desk.rows() == [(1, "A"), (2, "b"), (3, "c")]
    assert outcome.verdict is Verdict.PASS


# --- resumed --------------------------------------------------------------------------------------


def test_a_delta_is_resumed_as_one_without_saying_so(any_desk):
    any_desk.load()
    fill(any_desk.workspace, LATER, VISIT)
    with pytest.raises(Killed):
        any_desk.load(dying("swap"), mode=Mode.DELTA)
    outcome = any_desk.load(resume=True)
    assert outcome.result.mode is Mode.DELTA
    assert any_desk.rows() == [(1, "A"), (2, "b"), (3, "c")]
    assert {fate for fate, _ in fates(any_desk.workspace, outcome).values()} == {"loaded"}


def test_a_delta_killed_while_it_is_staged(desk):
    desk.mapping = rules(feed=changed("patient", key=NUMBERED))
    desk.load()
    fill(desk.workspace, [*TWO, LATER[2]], VISIT)
    with pytest.raises(Killed):
        desk.load(dying("reserve"), mode=Mode.DELTA)
    outcome = desk.load(resume=True)
    assert [name for _, name in desk.rows()] == ["a", "b", "c"]
    assert desk.take_back(outcome.result.batch).result.residual == 0


# --- barred ---------------------------------------------------------------------------------------


def test_barred_while_rows_are_in_the_target(desk):
    with pytest.raises(Killed):
        desk.load(dying("complete"))
    outcome = desk.load(Barred, resume=True)
    assert (outcome.verdict, outcome.result.state) == (Verdict.FAIL, State.WRITING)
    outcome = desk.load(resume=True)
    assert outcome.result.state is State.LOADED
    assert len(desk.rows()) == 2
    assert desk.take_back(outcome.result.batch).result.as_before


def test_barred_before_anything_is_there(desk):
    outcome = desk.load(Barred)
    assert outcome.result.state is State.FAILED
    assert [batch.state for batch in Batches(desk.workspace).all()] == [State.FAILED]
    assert desk.load().result.state is State.LOADED
    assert len(desk.rows()) == 2


# --- one delta after another ----------------------------------------------------------------------


def test_a_row_that_somebody_corrected_stays_one(desk):
    desk.mapping = rules(feed=changed("patient", key=NUMBERED))
    desk.load()
    desk.do("UPDATE patient SET name = 'corrected' WHERE id = 1")
    fill(desk.workspace, [LATER[0], TWO[1]], VISIT)
    for _ in range(3):
        outcome = desk.load(mode=Mode.DELTA)
        assert fates(desk.workspace, outcome)["pms_patient", 1] == ("rejected", "target_changed")
        assert desk.rows() == [(1, "corrected"), (2, "b")]
        assert desk.rows("visit", "id, patient_id") == [(10, 1)]


def test_a_value_that_one_delta_could_not_map(desk):
    desk.mapping = rules(feed=changed("patient", key=NUMBERED))
    desk.load()
    fill(desk.workspace, [(1, "a", "9", "1980-01-02"), TWO[1]], VISIT)
    for _ in range(2):
        outcome = desk.load(mode=Mode.DELTA)
        assert fates(desk.workspace, outcome)["pms_patient", 1] == ("rejected", "dictionary")
    fill(desk.workspace, [LATER[0], TWO[1]], VISIT)
    outcome = desk.load(mode=Mode.DELTA)
    assert desk.rows() == [(1, "A"), (2, "b")]
    assert desk.rows("visit", "id, patient_id") == [(10, 1)]
    assert outcome.verdict is Verdict.PASS


def test_two_feeds_of_one_table_and_a_row_that_waits(desk):
    """What one of the feeds brought does not wait because the other brought nothing of it."""
    card = {
        "id": "card",
        "from": "pms_patient",
        "to": "card",
        "key": NUMBERED,
        "review": "q",
        "where": {"column": "xb", "compare": "eq", "value": "2"},
        "column": [{"to": "name", "from": ["xm"]}],
    }
    desk.mapping = rules(feed=[*changed("patient", key=NUMBERED, review="q"), card])
    desk.load()
    waiting = "SELECT 'pms_patient' AS source_table, 1::BIGINT AS ordinal"
    outcome = desk.load(mode=Mode.DELTA, held={"q": waiting})
    assert fates(desk.workspace, outcome)["pms_patient", 1] == ("loaded", None)
    late = f"{waiting}, 2::BIGINT AS merged_into"
    outcome = desk.load(mode=Mode.DELTA, merged={"q": late})
    assert "migration.load_merged_late" in {finding.code for finding in outcome.findings}
    assert desk.rows() == [(1, "a"), (2, "b")]
    assert desk.rows("visit", "id, patient_id") == [(10, 1)]


def test_two_feeds_that_fill_one_table(desk):
    other = {
        "id": "other",
        "from": "pms_visit",
        "to": "patient",
        "key": NUMBERED,
        "column": [{"to": "name", "from": ["fee"]}],
    }
    feeds = [feed for feed in changed("patient", key=NUMBERED) if feed["id"] == "patient"]
    desk.mapping = rules(feed=[*feeds, other])
    outcome = desk.load()
    assert desk.rows() == [(1, "a"), (2, "b"), (3, "1.00")]
    assert {fate for fate, _ in fates(desk.workspace, outcome).values()} == {"loaded"}


# --- marks that are not in the target -------------------------------------------------------------


def test_a_swap_killed_between_commit_and_mark(any_desk):
    workspace = any_desk.workspace
    any_desk.load(marks=LocalMarks(workspace))
    fill(workspace, LATER, VISIT)
    with pytest.raises(Killed):
        any_desk.load(marks=dying("after", owner=LocalMarks)(workspace), mode=Mode.DELTA)
    assert any_desk.rows() == [(1, "A"), (2, "b"), (3, "c")]
    outcome = any_desk.load(marks=LocalMarks(workspace), resume=True)
    assert any_desk.rows() == [(1, "A"), (2, "b"), (3, "c")]
    assert {fate for fate, _ in fates(workspace, outcome).values()} == {"loaded"}


def test_taking_back_values_killed_before_the_commit(desk):
    workspace = desk.workspace
    desk.load(marks=LocalMarks(workspace))
    fill(workspace, [LATER[0], TWO[1]], VISIT)
    batch = desk.load(marks=LocalMarks(workspace), mode=Mode.DELTA).result.batch
    with pytest.raises(Killed):
        desk.take_back(batch, dying("removed", behind=True, owner=LocalMarks)(workspace))
    assert desk.rows() == [(1, "A"), (2, "b")]
    back = desk.take_back(batch, LocalMarks(workspace))
    assert (back.result.restored, back.result.as_before) == (1, True)
    assert desk.rows() == [(1, "a"), (2, "b")]


def test_another_domain_sees_what_the_target_still_holds(desk):
    """A patient who is rejected this time is in the target since the batch before."""
    visit, patient = rules().feeds
    desk.mapping = rules(feed=(patient,))
    desk.load()
    fill(desk.workspace, [(1, None, "1", "1980-01-02"), TWO[1]], VISIT)
    again = desk.load(mode=Mode.DELTA)
    assert fates(desk.workspace, again)["pms_patient", 1] == ("rejected", "require")
    desk.mapping = rules(domain="visits", feed=(visit,))
    outcome = desk.load()
    assert fates(desk.workspace, outcome)["pms_visit", 1] == ("loaded", None)
    assert desk.rows("visit", "id, patient_id") == [(10, 1)]


class Unnoted(LocalMarks):
    """Marks of a process that is killed when a part is committed and nobody noted it."""

    def after(self, target, batch, marks):
        if marks == ["visit#1"]:
            raise Killed
        super().after(target, batch, marks)


def test_a_parent_is_refused_whose_child_is_in_unnoted(desk):
    """The child was committed before the crash; resumed, its parent is refused and it goes too."""
    fill(desk.workspace, TWO, [(10, 2, "1.00"), (11, 1, "2.00")])
    desk.do(
        "CREATE TRIGGER no_b BEFORE INSERT ON patient WHEN NEW.id = 2 "
        "BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    with pytest.raises(Killed):
        desk.load(marks=Unnoted(desk.workspace), part_rows=1)
    assert desk.rows("visit", "id, patient_id") == [(10, 2)]
    outcome = desk.load(marks=LocalMarks(desk.workspace), part_rows=1, resume=True)
    told = fates(desk.workspace, outcome)
    assert told["pms_patient", 2][0] == told["pms_visit", 1][0] == "rejected"
    assert desk.rows() == [(1, "a")]
    assert desk.rows("visit", "id, patient_id") == [(11, 1)]
    assert desk.take_back(outcome.result.batch, LocalMarks(desk.workspace)).result.as_before
