"""Writing: in parts into empty tables, in one swap into filled ones, and never twice."""

from luodi.evidence.progress import Silent
from luodi.migration.batch import State
from luodi.migration.loading.write import Writing, _levels
from migration.load_sample import rules


def written(loading, **more):
    run = loading.begin(**more)
    run.target.begin(run.batch.id)
    run.keep()
    run.stage(Silent())
    run.write(Silent())
    return run


def held(loading):
    return loading.his.execute("SELECT id, name FROM patient ORDER BY id").fetchall()


def test_it_works(loading):
    run = written(loading, part_rows=2)
    assert [id for id, _ in held(loading)] == [1, 2, 3, 5]
    assert (run.batch.state, run.batch.direct) == (State.LOADED, True)
    assert sorted(run.target.marks(run.batch.id)) == [
        *("", "patient#1", "patient#2", "visit#1", "visit#2"),
    ]


def test_filled_tables_are_written_in_one_swap(loading):
    loading.his.execute("INSERT INTO patient (id, name) VALUES (900, '旧人')")
    run = written(loading, part_rows=2)
    assert not run.batch.direct
    assert sorted(run.target.marks(run.batch.id)) == ["", "patient#1", "visit#1"]
    assert held(loading)[-1] == (900, "旧人")


def test_what_is_committed_is_not_written_again(loading):
    run = written(loading, part_rows=2)
    Writing(run.staging, run.batch, run.target).run(Silent())
    assert len(held(loading)) == 4


def test_a_row_that_only_the_target_can_judge(loading):
    """A trigger is nothing that can be read; its refusal rejects the row and who points at it."""
    loading.his.execute(
        "CREATE TRIGGER no_li BEFORE INSERT ON patient WHEN NEW.name = '李四' "
        "BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    run = written(loading)
    assert [id for id, _ in held(loading)] == [1, 3, 5]
    fates = loading.fates(run)
    assert fates["pms_patient", 2][0] == "rejected"
    assert fates["pms_patient", 2][1].startswith("target_")
    assert fates["pms_visit", 2] == ("rejected", "lookup")


def test_rows_written_before_their_fate_changed_leave_the_target(loading):
    run = written(loading)
    taken = run.batch.relation("_taken_back")
    loading.workspace.db.execute(
        f"INSERT INTO {taken} SELECT 'visit', id::VARCHAR FROM {run.batch.relation('visit')}"
    )
    writing = Writing(run.staging, run.batch, run.target)
    writing.take_back()
    writing.take_back()  # a run that was killed does it once more
    assert loading.his.execute("SELECT count(*) FROM visit").fetchone() == (0,)
    assert len(held(loading)) == 4


def test_tables_that_do_not_point_at_each_other_go_together(loading):
    run = loading.begin(rules())
    assert [[feed.feed.id for feed in level] for level in _levels(run.feeds)] == [
        ["patient"],
        ["visit"],
    ]
