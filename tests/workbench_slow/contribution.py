import time

from luodi.evidence.model import Verdict
from luodi.evidence.outcome import Outcome
from luodi.workbench.core.contribution import Contribution, LongVerb


def count(project, parameters, progress):
    ticks = int(parameters.get("ticks", 60))
    progress.stage("workbench.jobs.job", ticks, "row")
    for _ in range(ticks):
        time.sleep(0.1)
        progress.advance()
    return Outcome(None, subject="test:count", engine="test", verb="count", verdict=Verdict.PASS)


CONTRIBUTION = Contribution(
    verbs=(
        LongVerb(
            "test",
            "count",
            "workbench.jobs.job",
            "job:run",
            lambda project, parameters: "test:count",
            count,
            starts=True,
        ),
    )
)
