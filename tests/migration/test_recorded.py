"""A batch counts until the next load of its domain, or until it is rolled back."""

from datetime import UTC, datetime, timedelta

from luodi.evidence.freshness import Freshness, Standing
from luodi.evidence.model import ContentInput, Environment, Evidence, Kind, Status, Verdict
from luodi.migration.recorded import batches


def record(verb, batch="", *, at=0, subject="migration:patients", environment="rehearsal"):
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=at)
    return Evidence(
        format=1,
        project="p1",
        writer="w0",
        seq=at + 1,
        previous="0" * 64,
        recorded=moment,
        kind=Kind.MACHINE,
        environment=Environment(environment),
        subject=subject,
        engine="migration",
        verb=verb,
        status=Status.COMPLETED,
        verdict=Verdict.PASS,
        actor="a",
        host="h",
        version="0",
        started=moment,
        finished=moment,
        inputs=(batch_input(batch),) if batch else (),
    )


def batch_input(batch):
    return ContentInput(name=f"batch:{batch}", digest="5" * 64)


def batch_standing(records, batch):
    (answer,) = Freshness([batches(records)], {}, {}).of(record("reconcile", batch))
    return answer.standing


def test_it_works():
    assert batch_standing([record("load", "b1")], "b1") is Standing.SAME


def test_a_batch_that_another_load_came_after():
    records = [record("load", "b2", at=2), record("load", "b1", at=1)]
    assert batch_standing(records, "b1") is Standing.CHANGED
    assert batch_standing(records, "b2") is Standing.SAME


def test_a_batch_that_was_rolled_back_and_one_loaded_since():
    rolled_back = record("rollback", at=1)
    assert batch_standing([record("load", "b1"), rolled_back], "b1") is Standing.CHANGED
    again = record("load", "b2", at=2)
    assert batch_standing([rolled_back, again], "b2") is Standing.SAME


def test_batches_of_other_domains_and_environments():
    elsewhere = record("rollback", at=1, environment="test")
    others = record("rollback", at=2, subject="migration:drugs")
    assert batch_standing([record("load", "b1"), elsewhere, others], "b1") is Standing.SAME


def test_a_batch_that_nobody_loaded():
    assert batch_standing([], "b1") is Standing.CHANGED


# --- what a load and a rollback say of the target -------------------------------------------------


def test_a_rollback_that_was_refused_takes_nothing_away():
    refused = record("rollback", "b1", at=2)
    assert batch_standing([record("load", "b1"), refused], "b1") is Standing.SAME


def test_a_delta_that_was_rolled_back_leaves_the_batch_before():
    records = [record("load", "b2", at=1), record("rollback", "b1", at=2)]
    assert batch_standing(records, "b1") is Standing.SAME
    assert batch_standing(records, "b2") is Standing.CHANGED


def test_an_act_that_failed_leaves_a_doubt_that_a_reconciliation_settles():
    failed = record("load", at=2)
    assert batch_standing([failed], "b1") is Standing.CHANGED
    before, after = record("reconcile", "b1", at=1), record("reconcile", "b1", at=3)
    assert batch_standing([before, failed], "b1") is Standing.CHANGED
    assert batch_standing([failed, after], "b1") is Standing.SAME
