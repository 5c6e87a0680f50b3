"""Progress in the terminal, and where there is none."""

import io

import pytest
from rich.console import Console

from luodi.evidence.errors import Cancelled
from luodi.evidence.rich_progress import RichProgress


@pytest.fixture
def console():
    """A console that is a file, as in a log or behind a pipe."""
    return Console(file=io.StringIO(), width=100)


@pytest.fixture
def terminal():
    return Console(file=io.StringIO(), width=100, force_terminal=True)


def drawn(console):
    return console.file.getvalue()


def test_it_works(console):
    with RichProgress("zh", console) as progress:
        progress.stage("evidence.span_now", total=3)
        progress.advance(2)
        progress.advance()
        progress.note("evidence.read_only", {"path": "a"})
    assert "刚刚" in drawn(console)
    assert "3/3" in drawn(console)
    assert "磁盘是只读的，无法写入 a。" in drawn(console)
    assert "\x1b" not in drawn(console)


def test_a_terminal_gets_its_bars(terminal):
    with RichProgress("en", terminal) as progress:
        progress.stage("evidence.span_now", total=3)
        progress.advance(3)
    assert "just now" in drawn(terminal)
    assert "\x1b[" in drawn(terminal)


def test_a_stage_of_unknown_length_ends_full(console):
    with RichProgress("zh", console) as progress:
        progress.stage("evidence.span_now")
        progress.advance(7)
        progress.stage("evidence.cancelled")
    assert "7/7" in drawn(console)
    assert "1/1" in drawn(console)


def test_a_failed_stage_does_not_end_full(console):
    def work():
        with RichProgress("zh", console) as progress:
            progress.stage("evidence.span_now")
            progress.advance(7)
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        work()
    assert "7/?" in drawn(console)


def test_progress_before_the_first_stage_is_no_trouble(console):
    with RichProgress("zh", console) as progress:
        progress.advance()
        progress.note("evidence.cancelled")
    assert "已按要求停止。" in drawn(console)


@pytest.mark.parametrize("path", ["D:\\[/备份]\\a", "[/tmp]", "[red]a", "a :smile: b", "[bold"])
def test_a_path_is_text_and_never_markup(console, path):
    with RichProgress("zh", console) as progress:
        progress.note("evidence.read_only", {"path": path})
        progress.stage(path)
    assert drawn(console).count(path) == 2


@pytest.mark.parametrize("report", ["stage", "advance", "note"])
def test_every_report_is_a_place_to_stop(console, report):
    words = {"stage": ("evidence.span_now",), "advance": (), "note": ("evidence.span_now",)}
    progress = RichProgress("zh", console)
    progress.cancellation.request()
    with progress, pytest.raises(Cancelled):
        getattr(progress, report)(*words[report])
