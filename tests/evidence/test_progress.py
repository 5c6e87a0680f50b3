"""Three methods, each of them a place where a cancelled verb stops."""

import threading
import time

import pytest

from luodi.evidence.errors import Cancelled
from luodi.evidence.progress import Cancellation, Recording, Silent, Step

REPORTS = {
    "stage": lambda progress: progress.stage("evidence.cancelled", 10, "row"),
    "advance": lambda progress: progress.advance(),
    "note": lambda progress: progress.note("evidence.cancelled"),
}


def test_it_works():
    progress = Recording()
    progress.stage("migration.loading", total=100, unit="row")
    progress.advance(60)
    progress.advance()
    progress.note("migration.slow", {"rows": 61})
    progress.stage("migration.checking")
    assert progress.steps == [
        Step("migration.loading", 100, "row", 61, [("migration.slow", {"rows": 61})]),
        Step("migration.checking", None, ""),
    ]


def test_progress_before_the_first_stage_is_kept():
    progress = Recording()
    progress.advance(3)
    progress.note("evidence.cancelled")
    assert progress.steps == [Step("", None, "", 3, [("evidence.cancelled", {})])]


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("kind", [Silent, Recording])
def test_every_report_is_a_place_to_stop(kind, report):
    progress = kind()
    REPORTS[report](progress)
    progress.cancellation.request()
    with pytest.raises(Cancelled):
        REPORTS[report](progress)


def test_what_was_not_done_is_not_recorded():
    progress = Recording()
    progress.stage("migration.loading")
    progress.cancellation.request()
    for report in REPORTS.values():
        with pytest.raises(Cancelled):
            report(progress)
    assert progress.steps == [Step("migration.loading", None, "")]


def test_another_thread_may_ask_to_stop():
    cancellation = Cancellation()
    progress, done = Recording(cancellation), []

    def work():
        progress.stage("migration.loading")
        try:
            while True:
                progress.advance()
                time.sleep(0.001)
        except Cancelled:
            done.append(progress.steps[0].done)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    while not (progress.steps and progress.steps[0].done):
        time.sleep(0.001)
    cancellation.request()
    worker.join(10)
    assert [count >= 1 for count in done] == [True]


def test_one_request_stops_everything_that_shares_it():
    cancellation = Cancellation()
    first, second = Silent(cancellation), Recording(cancellation)
    cancellation.request()
    for progress in (first, second):
        with pytest.raises(Cancelled):
            progress.advance()
