"""What a running verb tells, kept in memory and written down twice a second by another thread.

A verb that reports a million units pays for none of them with a query, and one that reports
nothing for a minute keeps its lease.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping
from enum import Enum

from django.utils import timezone

from luodi.evidence.catalogue import Param
from luodi.evidence.outcome import finding_params
from luodi.evidence.progress import Cancellation
from luodi.workbench.jobs.models import LEASE, Job, JobLine, State

WINDOW = 15.0
"""Seconds that a rate is taken over."""

MOST_LINES = 2_000
"""Notes kept of one attempt; what comes after is counted, not kept."""


class Stop(Enum):
    """Why a running job was asked to stop."""

    CANCELLED = "a person asked"
    SHUTDOWN = "its worker is going home"
    LOST = "it is not this worker's any more"


class Report:
    """The `Progress` of one attempt of a job."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.stop: Stop | None = None
        self._cancellation = Cancellation()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._stages: list[dict[str, object]] = []
        self._done = 0
        self._samples: deque[tuple[float, int]] = deque()
        self._lines: list[JobLine] = []
        self._noted = 0

    # --- the verb's side --------------------------------------------------------------------------

    def stage(self, code: str, total: int | None = None, unit: str = "") -> None:
        self._cancellation.check()
        now = time.time()
        with self._lock:
            self._settle(now)
            if self._stages:
                self._stages[-1]["ended"] = now
            self._stages.append(
                {"code": code, "total": total, "unit": unit, "done": 0, "began": now, "rate": 0.0}
            )
            self._done = 0
            self._samples = deque([(now, 0)])

    def advance(self, units: int = 1) -> None:
        self._cancellation.check()
        with self._lock:
            self._done += units

    def note(self, code: str, params: Mapping[str, Param] | None = None) -> None:
        self._cancellation.check()
        self._say(code, params)

    # --- the worker's side ------------------------------------------------------------------------

    def ask_to_stop(self, why: Stop) -> None:
        """Stop the verb at its next report; the first reason counts."""
        self.stop = self.stop or why
        self._cancellation.request()

    def end(self) -> None:
        """Close the last stage."""
        now = time.time()
        with self._lock:
            self._settle(now)
            if self._stages:
                self._stages[-1]["ended"] = now

    def flush(self) -> None:
        """Write down what was told, keep the lease, and hear whether to stop."""
        with self._writing:
            with self._lock:
                self._settle(time.time())
                stages = [dict(stage) for stage in self._stages]
                lines, self._lines = self._lines, []
            try:
                self._write(stages, lines)
            except Exception:
                with self._lock:
                    self._lines = lines + self._lines
                raise

    def _write(self, stages: list[dict[str, object]], lines: list[JobLine]) -> None:
        now = timezone.now()
        mine = Job.objects.filter(
            pk=self.job.pk, state=State.RUNNING, attempt=self.job.attempt, worker=self.job.worker
        )
        if not mine.update(stages=stages, heard=now, lease_until=now + LEASE):
            self.ask_to_stop(Stop.LOST)
            return
        JobLine.objects.bulk_create(lines)
        if mine.exclude(cancel_asked=None).exists():
            self.ask_to_stop(Stop.CANCELLED)

    def _say(self, code: str, params: Mapping[str, Param] | None) -> None:
        with self._lock:
            self._noted += 1
            if self._noted > MOST_LINES:
                return
            if self._noted == MOST_LINES:
                code, params = "workbench.jobs.line_more", {"kept": MOST_LINES}
            kept = finding_params(dict(params or {}))
            self._lines.append(
                JobLine(job=self.job, attempt=self.job.attempt, code=code, params=kept)
            )

    def _settle(self, now: float) -> None:
        """Bring the present stage up to date; the rate is that of the last seconds."""
        if not self._stages:
            return
        self._samples.append((now, self._done))
        while len(self._samples) > 2 and now - self._samples[0][0] > WINDOW:
            self._samples.popleft()
        since, before = self._samples[0]
        stage = self._stages[-1]
        stage["done"] = self._done
        stage["rate"] = (self._done - before) / (now - since) if now > since else 0.0
