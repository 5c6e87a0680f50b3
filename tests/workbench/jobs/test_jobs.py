"""Asking, performing, cancelling, beginning again; what a dead worker left behind."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from filelock import FileLock

from luodi.evidence.errors import LuodiError
from luodi.evidence.stored import decode
from luodi.workbench.core.models import StoredRecord
from luodi.workbench.jobs.models import ATTEMPTS, Job, State
from luodi.workbench.jobs.perform import claim, perform
from luodi.workbench.jobs.report import Report, Stop
from luodi.workbench.jobs.services import cancel, retry, submit
from luodi.workbench.jobs.sweep import lock_of, sweep


def codes(job: Job) -> list[str]:
    return [line.code.rpartition(".")[2] for line in job.lines.all()]


def evidence_of(job: Job):
    rows = StoredRecord.objects.filter(seq__gt=1)  # the first one only opens the chain
    records = [decode(bytes(row.line)) for row in rows]
    return [record for record in records if record.correlation == job.correlation]


def test_it_works(project, engineer, hand):
    job = submit(project, "evidence.verify", engineer)
    assert job.state == State.QUEUED
    hand.works()
    job.refresh_from_db()
    assert (job.state, job.verdict, job.error) == (State.DONE, "pass", "")
    assert [stage["code"] for stage in job.stages] == ["workbench.readiness.verifying"]
    assert codes(job) == ["line_asked", "line_began", "line_done"]


def test_one_id_runs_through_job_log_and_evidence(project, engineer, hand):
    job = submit(project, "evidence.check", engineer)
    hand.works()
    job.refresh_from_db()
    (record,) = evidence_of(job)
    assert record.id == job.evidence
    assert (record.verb, record.actor) == ("check", "张工")
    assert job.stages[0]["done"] == job.stages[0]["total"] == 2


def test_the_same_request_twice_is_one_job(project, engineer):
    first = submit(project, "evidence.verify", engineer, key="k")
    assert submit(project, "evidence.verify", engineer, key="k") == first
    assert DBTaskResult.objects.count() == 1


def test_a_verb_nobody_knows_is_refused(project, engineer):
    with pytest.raises(LuodiError) as caught:
        submit(project, "test.unknown", engineer)
    assert caught.value.code == "workbench.jobs.no_verb"


def test_a_job_whose_app_is_gone_fails_by_name(project, engineer, hand):
    job = submit(project, "evidence.verify", engineer)
    Job.objects.update(verb="gone.verb")
    hand.works()
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, "workbench.jobs.no_verb")


def test_progress_is_kept_as_it_was_told(project, engineer, hand, verb):
    def run(project, parameters, progress):
        progress.stage("workbench.jobs.job", 4, "row")
        progress.advance(3)
        progress.note("workbench.jobs.line_cancel", {"person": "甲"})

    verb(run)
    job = submit(project, "test.work", engineer)
    hand.works()
    job.refresh_from_db()
    (stage,) = job.stages
    assert (stage["total"], stage["done"], stage["unit"]) == (4, 3, "row")
    assert stage["ended"] >= stage["began"]
    assert "line_cancel" in codes(job)


def test_a_failure_is_named_and_kept_as_evidence(project, engineer, hand, verb):
    def run(project, parameters, progress):
        raise LuodiError("workbench.core.database_gone", {"type": "X"})

    verb(run)
    job = submit(project, "test.work", engineer)
    hand.works()
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, "workbench.core.database_gone")
    (record,) = evidence_of(job)
    assert record.status.value == "failed"


def test_a_defect_tells_its_type_and_nothing_of_a_patient(project, engineer, hand, verb):
    def run(project, parameters, progress):
        raise ValueError("王小明 440102199001011234")

    verb(run)
    job = submit(project, "test.work", engineer)
    hand.works()
    job.refresh_from_db()
    assert (job.error, job.error_params) == ("workbench.jobs.defect", {"type": "ValueError"})
    (message,) = DBTaskResult.objects.all()
    assert "王小明" not in str(vars(message)) + str(list(job.lines.values()))


# --- cancelling -----------------------------------------------------------------------------------


def test_one_that_waits_is_cancelled_at_once(project, engineer, hand):
    job = submit(project, "evidence.verify", engineer)
    assert cancel(job, engineer)
    hand.works()
    job.refresh_from_db()
    assert (job.state, job.attempt) == (State.CANCELLED, 0)
    assert evidence_of(job) == []


def test_one_that_runs_stops_at_its_next_report(project, engineer, hand, verb):
    went_on = []

    def run(project, parameters, progress):
        progress.stage("workbench.jobs.job", 2)
        cancel(Job.objects.get(), engineer)
        hand.process._report.flush()  # what the pulse does twice a second
        progress.advance()
        went_on.append(True)

    verb(run)
    job = submit(project, "test.work", engineer)
    hand.works()
    job.refresh_from_db()
    assert (job.state, went_on) == (State.CANCELLED, [])
    (record,) = evidence_of(job)
    assert record.status.value == "cancelled"


def test_what_has_ended_is_not_cancelled(project, engineer, hand):
    job = submit(project, "evidence.verify", engineer)
    hand.works()
    assert not cancel(job, engineer)
    job.refresh_from_db()
    assert job.state == State.DONE


# --- beginning again ------------------------------------------------------------------------------


def test_what_failed_is_begun_again(project, engineer, hand, verb):
    fails = [True]

    def run(project, parameters, progress):
        if fails.pop():
            fails.append(False)
            raise LuodiError("workbench.core.database_busy")

    verb(run)
    job = submit(project, "test.work", engineer)
    hand.works()
    assert retry(job, engineer)
    hand.works()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.error) == (State.DONE, 2, "")


def test_what_is_at_work_is_not_begun_again(project, engineer):
    assert not retry(submit(project, "evidence.verify", engineer), engineer)


# --- a dead worker --------------------------------------------------------------------------------


def left_behind(project, owner, **fields) -> Job:
    job = submit(project, "evidence.verify", owner)
    DBTaskResult.objects.update(status="RUNNING")  # its worker took the message
    claimed = claim(job.pk, "gone")
    Job.objects.filter(pk=job.pk).update(**fields)
    return Job.objects.get(pk=claimed.pk)


PAST = timedelta(seconds=-1)


def test_a_job_whose_lease_ran_out_is_taken_up(project, engineer, hand):
    job = left_behind(project, engineer, lease_until=timezone.now() + PAST)
    assert sweep(hand.home) == 1
    hand.works()
    job.refresh_from_db()
    assert (job.state, job.attempt) == (State.DONE, 2)
    assert "line_taken_up" in codes(job)


def test_a_job_with_a_lease_is_left_alone(project, engineer, hand):
    left_behind(project, engineer)
    assert sweep(hand.home) == 0


def test_a_worker_of_this_home_that_let_go_of_its_lock_is_dead(project, engineer, hand):
    left_behind(project, engineer)
    path = lock_of(hand.home, "gone")
    path.parent.mkdir(parents=True)
    lock = FileLock(path)
    with lock:
        assert sweep(hand.home) == 0
    path.touch()
    assert sweep(hand.home) == 1


def test_what_kills_every_worker_fails_by_name(project, engineer, hand):
    job = left_behind(project, engineer, lease_until=timezone.now() + PAST, attempt=ATTEMPTS)
    sweep(hand.home)
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, "workbench.jobs.worker_died")


def test_one_that_was_cancelled_meanwhile_is_not_taken_up(project, engineer, hand):
    job = left_behind(project, engineer, lease_until=timezone.now() + PAST)
    cancel(job, engineer)
    sweep(hand.home)
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_a_worker_that_comes_back_late_writes_nothing(project, engineer, hand):
    job = left_behind(project, engineer, lease_until=timezone.now() + PAST)
    sweep(hand.home)
    hand.works()
    report = Report(job)  # the first worker wakes up
    report.flush()
    assert report.stop is Stop.LOST
    perform(job, report)
    job.refresh_from_db()
    assert (job.state, job.attempt) == (State.DONE, 2)
    assert len(evidence_of(job)) == 1


def test_a_message_that_was_lost_is_sent_again(project, engineer, hand):
    job = submit(project, "evidence.verify", engineer)
    DBTaskResult.objects.all().delete()
    Job.objects.update(queued=timezone.now() - timedelta(minutes=1))
    sweep(hand.home)
    hand.works()
    job.refresh_from_db()
    assert job.state == State.DONE


def test_a_worker_that_goes_home_gives_its_job_back(project, engineer, hand, verb):
    def run(project, parameters, progress):
        hand.process.stop()
        progress.stage("workbench.jobs.job")

    verb(run)
    job = submit(project, "test.work", engineer)
    hand.works()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.limit) == (State.QUEUED, 1, ATTEMPTS + 1)
    assert DBTaskResult.objects.filter(status="READY").exists()


# --- a busy database ------------------------------------------------------------------------------


def test_an_end_that_could_not_be_written_is_written_again(project, engineer, hand, monkeypatch):
    job = submit(project, "evidence.verify", engineer)
    real, busy = Report.flush, [OperationalError("database is locked")]

    def flush(self):
        if busy:
            raise busy.pop()
        real(self)

    monkeypatch.setattr(Report, "flush", flush)
    monkeypatch.setattr("luodi.workbench.core.busy.time.sleep", lambda seconds: None)
    hand.works()
    job.refresh_from_db()
    assert (job.state, len(evidence_of(job)), busy) == (State.DONE, 1, [])


def test_a_database_that_stays_busy_is_named(project, engineer, hand, verb):
    def run(project, parameters, progress):
        raise OperationalError("database is locked")

    verb(run)
    job = submit(project, "test.work", engineer)
    hand.works()
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, "workbench.core.database_busy")
