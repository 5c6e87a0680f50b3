"""A job as a page shows it: its state in words, the stages on a line, rate and time left."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from luodi.evidence.catalogue import Lang, remedy_of, say
from luodi.evidence.figures import amount, unit_name
from luodi.workbench.jobs.models import ALIVE, Job, JobLine, State, Worker
from luodi.workbench.jobs.verbs import verbs


@dataclass(frozen=True)
class Stage:
    """A stage: ``share`` is 0 to 100, None where nobody knows how much there is."""

    title: str
    done: str
    share: float | None
    rate: str
    left: str
    took: str
    state: str


@dataclass(frozen=True)
class Shown:
    """A job in the reader's language."""

    it: Job
    title: str
    stages: tuple[Stage, ...]
    took: str
    error: str
    remedy: str

    @property
    def present(self) -> Stage | None:
        """The stage at work, or the last one."""
        return self.stages[-1] if self.stages else None

    @property
    def pill(self) -> str:
        """Class of the pill: colour means the same as everywhere."""
        if self.it.state == State.DONE:
            return self.it.verdict
        return {State.FAILED: "fail", State.RUNNING: "running"}.get(State(self.it.state), "none")


def shown(job: Job, lang: Lang) -> Shown:
    """Write a job out."""
    verb = verbs().get(job.verb)
    error = say(job.error, job.error_params, lang) if job.error else ""
    return Shown(
        it=job,
        title=say(verb.title, {}, lang) if verb else job.verb,
        stages=tuple(_stage(each, job, lang) for each in job.stages),
        took=_took(job, lang),
        error=error,
        remedy=remedy_of(job.error, job.error_params, lang) if job.error else "",
    )


def lines(stored: Iterable[JobLine], lang: Lang) -> list[dict[str, object]]:
    """Write the log out."""
    return [
        {"moment": line.moment, "attempt": line.attempt, "text": say(line.code, line.params, lang)}
        for line in stored
    ]


def someone_works() -> bool:
    """Tell whether a worker was heard of just now."""
    return Worker.objects.filter(heard__gt=timezone.now() - ALIVE).exists()


def _stage(kept: dict[str, object], job: Job, lang: Lang) -> Stage:
    done, unit = int(str(kept["done"])), str(kept["unit"])
    total = int(str(kept["total"])) if kept["total"] is not None else None
    rate = float(str(kept["rate"]))
    began = float(str(kept["began"]))
    ended = float(str(kept["ended"])) if "ended" in kept else None
    running = ended is None and job.state == State.RUNNING
    share = (
        min(100.0, 100 * done / total)
        if total
        else (100.0 if ended and job.state == State.DONE else None)
    )
    left = (total - done) / rate if running and total and rate > 0 else None
    counted = f"{done:,} / {amount(total, unit, lang)}" if total else amount(done, unit, lang)
    if not total and not done:
        counted = ""
    return Stage(
        title=say(str(kept["code"]), {}, lang),
        done=counted,
        share=share,
        rate=f"{_round(rate)} {unit_name(unit, lang)}/s" if running and rate > 0 else "",
        left=duration(left, lang) if left is not None else "",
        took=duration((ended or time.time()) - began, lang) if ended or running else "",
        state="present" if running else "past" if ended and job.state == State.DONE else "broken",
    )


def _round(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def _took(job: Job, lang: Lang) -> str:
    if job.began is None:
        return ""
    until = job.ended or timezone.now()
    return duration((until - job.began) / timedelta(seconds=1), lang)


def duration(seconds: float, lang: Lang) -> str:
    """Write a time in the two largest units that say something: 3 分 20 秒."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    parts = {"hour": hours, "minute": minutes, "second": left}
    kept = [(unit, count) for unit, count in parts.items() if count][:2] or [("second", 0)]
    return " ".join(amount(count, unit, lang) for unit, count in kept)
