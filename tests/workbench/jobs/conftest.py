"""Verbs of a test's own, and a worker that works off what waits."""

from collections.abc import Callable

import pytest

from luodi.evidence.model import Verdict
from luodi.evidence.outcome import Outcome
from luodi.workbench.core.contribution import LongVerb
from luodi.workbench.jobs import verbs


@pytest.fixture
def verb(monkeypatch) -> Callable[..., LongVerb]:
    """Hand in a verb for this test."""

    def made(run=None, name: str = "work", **fields) -> LongVerb:
        def ended(project, parameters, progress):
            if run is not None:
                run(project, parameters, progress)
            return Outcome(
                None, subject="test:work", engine="test", verb=name, verdict=Verdict.PASS
            )

        known = LongVerb(
            "test",
            name,
            "workbench.jobs.job",
            "job:run",
            lambda project, parameters: "test:work",
            ended,
            **fields,
        )
        monkeypatch.setitem(verbs.verbs(), known.name, known)
        return known

    return made
