"""load obeys the desk: what waits is held, what a person merged arrives as one, links are kept."""

import pytest

from luodi.evidence.progress import Silent
from luodi.migration.batch import Mode
from luodi.migration.linkage.model import Class
from luodi.migration.reconcile import reconcile
from luodi.migration.reviewing.decide import decide, undo
from luodi.migration.reviewing.model import Act, Item
from luodi.migration.reviewing.offer import name_of, offer
from luodi.migration.reviewing.rows import reviewed
from luodi.migration.workspace import Workspace
from migration.load_sample import PMS_PATIENT, PMS_VISIT, changed, fates, fill, put, rules
from migration.test_load import run

PATIENTS = [
    (1, "张三", "1", ""),
    (2, "张三", "1", "1980-01-02"),
    (3, "李四", "2", "1975-03-04"),
    (4, "李四", "2", "1975-03-04"),
    (5, "王五", "1", "1990-05-06"),
]
VISITS = [(10, 1, "1.00"), (11, 2, "2.00"), (12, 3, "3.00"), (13, 4, "4.00"), (14, 5, "5.00")]
QUEUE = rules(feed=changed("patient", review="patients"))


def pair(left, right, rows=PATIENTS, class_=Class.REVIEW):
    keys = [row[0] for row in rows]
    return Item(
        id=name_of("patients", "old_his", "pms_patient", str(left), str(right)),
        queue="patients",
        system="old_his",
        table="pms_patient",
        left=str(left),
        right=str(right),
        left_ordinal=keys.index(left) + 1,
        right_ordinal=keys.index(right) + 1,
        probability=0.5,
        weight=0.0,
        class_=class_,
        key="pid",
    )


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        fill(workspace, PATIENTS, VISITS)
        offer(workspace, "patients", "old_his", "pms_patient", [pair(1, 2), pair(3, 4)])
        yield workspace


def say(workspace, one, act, into=None):
    keys = {str(row[0]): n for n, row in enumerate(PATIENTS, start=1)}
    decide(workspace, "patients", one.id, Act(act), who="赵", into=keys.get(str(into)))


def loaded(workspace, new_his, mapping=QUEUE, **more):
    said = reviewed(workspace, "patients", "old_his")
    more = {"held": {"patients": said.held}, "merged": {"patients": said.merged}, **more}
    return run(workspace, new_his.target, mapping, **more)


def fill_again(workspace):
    """The source, read a second time."""
    workspace.db.execute("CREATE SCHEMA old_again")
    put(workspace, PMS_PATIENT, PATIENTS, "old_again")
    put(workspace, PMS_VISIT, VISITS, "old_again")


def patients(new_his):
    return new_his.rows("SELECT id, name, birth::text FROM patient ORDER BY id")


def of_whom(new_his):
    return new_his.rows("SELECT id, patient_id FROM visit ORDER BY id")


def counts(outcome):
    account = outcome.result.tables[0]
    return account.loaded, account.merged, account.rejected, account.review, account.unaccounted


def test_it_works(workspace, new_his):
    """Rows that wait stay behind with their visits; decided, a delta lands the rest."""
    first = loaded(workspace, new_his)
    assert counts(first) == (1, 0, 0, 4, 0)
    assert of_whom(new_his) == [(14, 5)]
    say(workspace, pair(1, 2), "merge", into=1)
    say(workspace, pair(3, 4), "different")
    second = loaded(workspace, new_his, mode=Mode.DELTA)
    assert counts(second) == (4, 1, 0, 0, 0)
    assert fates(workspace, second)["pms_patient", 2] == ("merged", "merge")
    assert patients(new_his) == [
        (1, "张三", "1980-01-02"),
        (3, "李四", "1975-03-04"),
        (4, "李四", "1975-03-04"),
        (5, "王五", "1990-05-06"),
    ]
    assert of_whom(new_his) == [(10, 1), (11, 1), (12, 3), (13, 4), (14, 5)]
    fill_again(workspace)
    done = second.result.batch
    again = reconcile(workspace, done, new_his.target, again="old_again", progress=Silent())
    assert ([f.code for f in again.findings], again.result.moved) == ([], ())


def test_rows_merged_before_the_load(workspace, new_his):
    say(workspace, pair(1, 2), "merge", into=2)
    say(workspace, pair(3, 4), "link")
    outcome = loaded(workspace, new_his)
    assert counts(outcome) == (4, 1, 0, 0, 0)
    assert [id for id, *_ in patients(new_his)] == [2, 3, 4, 5]
    assert of_whom(new_his)[:2] == [(10, 2), (11, 2)]
    merged_into = f"\"batch_{outcome.result.batch}\"._fate WHERE fate = 'merged'"
    lines = workspace.db.execute(f"SELECT ordinal, merged_into FROM {merged_into}").fetchall()
    assert lines == [(1, 2)]


def test_an_unmerge_before_the_load(workspace, new_his):
    say(workspace, pair(1, 2), "merge")
    say(workspace, pair(3, 4), "different")
    undo(workspace, "patients", who="赵", name=pair(1, 2).id)
    say(workspace, pair(1, 2), "different")
    assert counts(loaded(workspace, new_his)) == (5, 0, 0, 0, 0)
    assert patients(new_his)[0] == (1, "张三", None)


@pytest.mark.slow
def test_an_unmerge_after_the_load_is_a_delta(workspace, new_his):
    say(workspace, pair(1, 2), "merge")
    say(workspace, pair(3, 4), "different")
    loaded(workspace, new_his)
    say(workspace, pair(1, 2), "reopen")
    say(workspace, pair(1, 2), "different")
    outcome = loaded(workspace, new_his, mode=Mode.DELTA)
    assert counts(outcome) == (5, 0, 0, 0, 0)
    assert patients(new_his)[:2] == [(1, "张三", None), (2, "张三", "1980-01-02")]
    assert of_whom(new_his)[:2] == [(10, 1), (11, 2)]


@pytest.mark.slow
def test_a_merge_decided_after_the_load_is_named(workspace, new_his):
    say(workspace, pair(1, 2), "different")
    say(workspace, pair(3, 4), "different")
    loaded(workspace, new_his)
    say(workspace, pair(3, 4), "reopen")
    say(workspace, pair(3, 4), "merge")
    outcome = loaded(workspace, new_his, mode=Mode.DELTA)
    assert counts(outcome) == (5, 0, 0, 0, 0)
    [finding] = [f for f in outcome.findings if f.code == "migration.load_merged_late"]
    assert (finding.params, finding.count) == ({"table": "pms_patient", "first": 4}, 1)
    assert of_whom(new_his)[2:4] == [(12, 3), (13, 4)]


@pytest.mark.slow
def test_what_landed_waits_no_more(workspace, new_his):
    """A pair found later holds the new row only, not the one that is in the target."""
    say(workspace, pair(1, 2), "different")
    say(workspace, pair(3, 4), "different")
    loaded(workspace, new_his)
    rows = [*PATIENTS, (6, "王五", "1", "1990-05-06")]
    put(workspace, PMS_PATIENT, rows)
    offer(workspace, "patients", "old_his", "pms_patient", [pair(5, 6, rows)])
    outcome = loaded(workspace, new_his, mode=Mode.DELTA)
    assert counts(outcome) == (5, 0, 0, 1, 0)
    assert of_whom(new_his)[4] == (14, 5)


@pytest.mark.slow
def test_the_row_it_went_into_is_rejected(workspace, new_his):
    """Both are named as rejected: what they were is in neither target row."""
    put(workspace, PMS_PATIENT, [(1, "", "1", ""), *PATIENTS[1:]])
    offer(workspace, "patients", "old_his", "pms_patient", [pair(1, 5)])
    say(workspace, pair(1, 5), "merge", into=5)
    mapping = [dict(feed) for feed in changed("patient", review="patients")]
    mapping[1]["column"] = [*mapping[1]["column"][:2], BROKEN]
    outcome = loaded(workspace, new_his, rules(feed=mapping))
    told = fates(workspace, outcome)
    assert told["pms_patient", 5] == ("rejected", "date")
    assert told["pms_patient", 1] == ("rejected", "merge")
    assert (told["pms_visit", 1], told["pms_visit", 5]) == (("rejected", "lookup"),) * 2
    assert counts(outcome)[-1] == 0


BROKEN = {"to": "birth", "from": ["csrq"], "steps": [{"op": "date", "formats": ["%d/%m/%Y"]}]}


@pytest.mark.slow
def test_one_of_those_merged_waits(workspace, new_his):
    """The whole group waits: the row that stays must not land without knowing whose it is."""
    offer(workspace, "patients", "old_his", "pms_patient", [pair(1, 2), pair(2, 5), pair(3, 4)])
    say(workspace, pair(1, 2), "merge")
    say(workspace, pair(3, 4), "different")
    outcome = loaded(workspace, new_his)
    assert counts(outcome) == (2, 0, 0, 3, 0)
    assert [id for id, *_ in patients(new_his)] == [3, 4]


@pytest.mark.slow
def test_excluded_with_the_row_it_went_into(workspace, new_his):
    say(workspace, pair(1, 2), "different")
    say(workspace, pair(3, 4), "merge", into=3)
    old = {"id": "old", "table": "pms_patient", "reason": "试", "home": "老库"}
    for value, gone in ((3, {3, 4}), (4, set())):
        where = {"column": "pid", "compare": "eq", "value": value}
        mapping = rules(
            feed=changed("patient", review="patients"), exclude=[{**old, "where": where}]
        )
        outcome = loaded(workspace, new_his, mapping, signed=frozenset({"old"}), dry=True)
        table = outcome.result.tables[0]
        assert (table.excluded, table.merged) == (len(gone), 0 if gone else 1)
        assert table.unaccounted == 0


@pytest.mark.slow
def test_merged_by_a_person_and_by_rule(workspace, new_his):
    """Who went into a row that the mapping merges on goes with it."""
    say(workspace, pair(1, 2), "merge", into=2)
    say(workspace, pair(3, 4), "different")
    merge = {"by": ["sex"], "order": ["-pid"]}
    mapping = rules(feed=changed("patient", review="patients", merge=merge))
    outcome = loaded(workspace, new_his, mapping)
    assert [id for id, *_ in patients(new_his)] == [4, 5]
    assert of_whom(new_his) == [(10, 5), (11, 5), (12, 4), (13, 4), (14, 5)]
    assert counts(outcome) == (2, 3, 0, 0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["source", "sequence"])
def test_a_row_points_at_one_merged_away(workspace, new_his, strategy):
    """Keys are known ahead of rows, and even so lead to the row that stays."""
    new_his.execute("ALTER TABLE patient ADD COLUMN mother integer")
    say(workspace, pair(1, 2), "merge", into=1)
    say(workspace, pair(3, 4), "different")
    put(workspace, PMS_PATIENT, [*PATIENTS[:4], (5, "王五", "1", "2")])
    feeds = changed(
        "patient",
        review="patients",
        key={"column": "id", "strategy": strategy},
        column=[
            {"to": "name", "from": ["xm"]},
            {
                "to": "mother",
                "from": ["csrq"],
                "steps": [
                    {"op": "trim"},
                    {"op": "lookup", "feed": "patient", "otherwise": "null"},
                ],
            },
        ],
    )
    loaded(workspace, new_his, rules(feed=feeds))
    [(child,)] = new_his.rows("SELECT mother FROM patient WHERE name = '王五'")
    assert new_his.rows(f"SELECT name FROM patient WHERE id = {child}") == [("张三",)]


@pytest.mark.slow
def test_extracted_anew(workspace, new_his):
    """Rows have moved, and what was filled in is gone with them: people's words are of rows."""
    say(workspace, pair(1, 2), "merge", into=1)
    say(workspace, pair(3, 4), "different")
    put(workspace, PMS_PATIENT, [(0, "赵六", "1", ""), *PATIENTS])
    outcome = loaded(workspace, new_his)
    assert fates(workspace, outcome)["pms_patient", 3] == ("merged", "merge")
    assert patients(new_his)[:2] == [(0, "赵六", None), (1, "张三", "1980-01-02")]
    assert of_whom(new_his)[:2] == [(10, 1), (11, 1)]
    assert "migration.load_merged_late" not in {f.code for f in outcome.findings}


@pytest.mark.slow
def test_a_row_that_the_source_has_no_more(workspace, new_his):
    say(workspace, pair(1, 2), "merge", into=1)
    say(workspace, pair(3, 4), "different")
    put(workspace, PMS_PATIENT, [PATIENTS[0], *PATIENTS[2:]])
    assert counts(loaded(workspace, new_his)) == (4, 0, 0, 0, 0)
    assert patients(new_his)[0] == (1, "张三", None)


def test_a_mapping_that_asks_no_queue_is_told_so(workspace, new_his):
    asked = loaded(workspace, new_his, dry=True)
    assert "migration.load_queue_unasked" not in {finding.code for finding in asked.findings}
    (told,) = [
        finding
        for finding in loaded(workspace, new_his, rules(), dry=True).findings
        if finding.code == "migration.load_queue_unasked"
    ]
    assert told.params == {"table": "pms_patient", "queue": "patients"}
