"""The loop of a worker: hear, perform, and look after what dead workers left behind."""

from __future__ import annotations

import logging
import platform
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker as Messages
from filelock import FileLock

from luodi.landing.files import private_folder
from luodi.landing.home import Home
from luodi.workbench.jobs.models import Worker
from luodi.workbench.jobs.perform import claim, perform
from luodi.workbench.jobs.report import Report, Stop
from luodi.workbench.jobs.sweep import lock_of, sweep
from luodi.workbench.notices.deliver import deliver
from luodi.workbench.running.logs import CORRELATION

LOG = logging.getLogger("luodi.jobs")

PULSE = 0.5
"""Seconds between two signs of life of a running job."""

LISTEN = 0.5
"""Seconds between two looks into the queue."""

SWEEP = 3.0
"""Seconds between two looks for what was left behind."""

_present: ContextVar[WorkerProcess] = ContextVar("worker")


class WorkerProcess:
    """The process at hand, as a worker."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.name = f"{platform.node()[:40]}-{secrets.token_hex(6)}"
        self._stopping = threading.Event()
        self._report: Report | None = None
        self._messages = Messages(
            queue_names=["default"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=1,
            worker_id=self.name[:64],
            excluded_queue_names=[],
        )

    def run(self) -> None:
        """Work until somebody says stop."""
        private_folder(lock_of(self.home, self.name).parent)
        with FileLock(lock_of(self.home, self.name), mode=0o600), _as_present(self), self._alive():
            swept = 0.0
            while not self._stopping.is_set():
                close_old_connections()
                try:
                    if time.monotonic() - swept > SWEEP:
                        sweep(self.home)
                        deliver()
                        swept = time.monotonic()
                    heard = self._listen()
                except DatabaseError:
                    heard = False  # busy or away: the queue is still there afterwards
                if not heard:
                    self._stopping.wait(LISTEN)
        lock_of(self.home, self.name).unlink(missing_ok=True)
        Worker.objects.filter(name=self.name).delete()

    def stop(self) -> None:
        """Stop soon: a running job goes back into the queue at its next report."""
        self._stopping.set()
        if (report := self._report) is not None:
            report.ask_to_stop(Stop.SHUTDOWN)

    def take(self, job: int) -> None:
        """Perform a job that a message named, if it is still there to be performed."""
        claimed = claim(job, self.name)
        if claimed is None:
            return
        report = Report(claimed)
        self._report = report
        if self._stopping.is_set():
            report.ask_to_stop(Stop.SHUTDOWN)
        token = CORRELATION.set(claimed.correlation)
        LOG.info("job began", extra={"fields": {"job": job, "verb": claimed.verb}})
        try:
            perform(claimed, report)
        finally:
            self._report = None
            LOG.info("job ended", extra={"fields": {"job": job}})
            CORRELATION.reset(token)

    def _listen(self) -> bool:
        self._messages._run_tasks = 0
        self._messages.run()
        return self._messages._run_tasks > 0

    @contextmanager
    def _alive(self) -> Iterator[None]:
        """Let another thread give the signs of life: a verb may be silent for minutes."""
        ended = threading.Event()
        thread = threading.Thread(target=self._beat, args=(ended,), name="pulse", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(5)

    def _beat(self, ended: threading.Event) -> None:
        heard = 0.0
        try:
            while True:
                close_old_connections()
                try:
                    if (report := self._report) is not None:
                        report.flush()
                    if time.monotonic() - heard > 2:
                        Worker.objects.update_or_create(
                            name=self.name, defaults={"heard": timezone.now()}
                        )
                        heard = time.monotonic()
                except DatabaseError:
                    pass  # the lease outlives a database that is busy for a moment
                if ended.wait(PULSE):
                    return
        finally:
            connection.close()


def present_worker() -> WorkerProcess:
    """The worker that this process is."""
    return _present.get()


@contextmanager
def _as_present(worker: WorkerProcess) -> Iterator[None]:
    token = _present.set(worker)
    try:
        yield
    finally:
        _present.reset(token)


def work(worker: WorkerProcess) -> None:
    """Be a worker until the process is told to end."""

    def stop(signum: int, frame: FrameType | None) -> None:
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    worker.run()
