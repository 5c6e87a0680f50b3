"""One job from its claim to its evidence; however it ends, the job says so by name."""

from __future__ import annotations

import logging

from django.db import OperationalError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from luodi.evidence.catalogue import Param
from luodi.evidence.errors import Cancelled, LuodiError
from luodi.evidence.model import Evidence, Side
from luodi.evidence.outcome import Act, finding_params
from luodi.workbench.core.access import side_of
from luodi.workbench.core.busy import explained, persistently
from luodi.workbench.core.hosted import HostedSite
from luodi.workbench.jobs.models import LEASE, Job, JobLine, State
from luodi.workbench.jobs.report import Report, Stop
from luodi.workbench.jobs.services import tell_owner
from luodi.workbench.jobs.transport import announce
from luodi.workbench.jobs.verbs import verb_named

LOG = logging.getLogger("luodi.jobs")


def claim(job: int, worker: str) -> Job | None:
    """Take a job that waits; None when somebody else did, or it was cancelled meanwhile."""
    now = timezone.now()
    taken = Job.objects.filter(pk=job, state=State.QUEUED).update(
        state=State.RUNNING,
        attempt=F("attempt") + 1,
        worker=worker,
        lease_until=now + LEASE,
        heard=now,
        began=now,
    )
    return Job.objects.select_related("project", "created_by").get(pk=job) if taken else None


def perform(job: Job, report: Report) -> None:
    """Run the verb of a claimed job and keep its evidence, under the job's correlation id."""
    try:
        report.note("workbench.jobs.line_began", {"worker": job.worker, "attempt": job.attempt})
        record, verdict = _run(job, report)
    except Cancelled:
        _stopped(job, report)
    except LuodiError as error:
        _end(job, report, State.FAILED, error=error)
    except OperationalError as error:
        _end(job, report, State.FAILED, error=explained(error))
    except Exception as error:
        # The message of a foreign exception may quote a patient: only its type is kept.
        LOG.error("job defect", exc_info=error)
        named = LuodiError("workbench.jobs.defect", {"type": type(error).__name__})
        _end(job, report, State.FAILED, error=named)
    else:
        _end(job, report, State.DONE, evidence=record, verdict=verdict)


def _run(job: Job, report: Report) -> tuple[str, str]:
    verb = verb_named(job.verb)
    project, owner = job.project, job.created_by
    side = side_of(owner, project) if owner else Side.VENDOR
    site = HostedSite.of(project, side)
    act = Act(verb.engine, verb.verb, verb.subject(project, job.parameters))
    outcome, evidence = site.perform(
        act,
        lambda: verb.run(project, job.parameters, report),
        actor=owner.name if owner else "",
        correlation=job.correlation,
    )
    assert isinstance(evidence, Evidence)  # a site has a ledger
    return evidence.id, outcome.verdict.value


def _stopped(job: Job, report: Report) -> None:
    if report.stop is Stop.LOST:
        return  # another worker has it, or will
    if report.stop is Stop.SHUTDOWN:
        persistently(lambda: _give_back(job, report))
    else:
        _end(job, report, State.CANCELLED)


def _give_back(job: Job, report: Report) -> None:
    """Put a job back whose worker goes home; that attempt is not held against it."""
    report.end()
    report.flush()
    with transaction.atomic():
        given = _own(job).update(
            state=State.QUEUED, limit=F("limit") + 1, worker="", lease_until=None
        )
        if given:
            _line(job, "workbench.jobs.line_given_back")
            announce(job)


def _end(
    job: Job,
    report: Report,
    state: State,
    *,
    error: LuodiError | None = None,
    evidence: str = "",
    verdict: str = "",
) -> None:
    report.end()

    def write() -> None:
        report.flush()
        with transaction.atomic():
            ended = _own(job).update(
                state=state,
                ended=timezone.now(),
                lease_until=None,
                error=error.code if error else "",
                error_params=finding_params(error.params) if error else {},
                evidence=evidence,
                verdict=verdict,
            )
            if ended:
                _line(job, f"workbench.jobs.line_{state.value}")
                job.state = state
                tell_owner(job)

    persistently(write)


def _own(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(
        pk=job.pk, state=State.RUNNING, attempt=job.attempt, worker=job.worker
    )


def _line(job: Job, code: str, params: dict[str, Param] | None = None) -> None:
    JobLine.objects.create(job=job, attempt=job.attempt, code=code, params=params or {})
