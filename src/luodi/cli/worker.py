"""``luodi worker``: the process that performs jobs."""

from __future__ import annotations

from luodi.cli.command import verb
from luodi.cli.serve import Supervised
from luodi.cli.terminal import Terminal

app = verb("worker")


@app.command()
def worker(supervised: Supervised = False) -> None:
    """Perform jobs until somebody stops it."""
    from luodi.landing.home import Home
    from luodi.landing.settings import read_settings
    from luodi.workbench.prepare import prepare
    from luodi.workbench.up import end_with_parent

    terminal = Terminal.current()
    if supervised:
        end_with_parent()
    home = Home.of(read_settings())
    prepare()
    from luodi.workbench.jobs.worker import WorkerProcess, work

    process = WorkerProcess(home)

    def draw() -> None:
        terminal.say("cli.working", {"name": process.name})

    terminal.finish({"worker": process.name}, draw)
    terminal.close()
    work(process)
