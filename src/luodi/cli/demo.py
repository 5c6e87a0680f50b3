"""``luodi demo``: a small landing from start to go, in a folder of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luodi.cli.command import verb
from luodi.cli.terminal import Terminal

if TYPE_CHECKING:
    from luodi.landing.demo import Demonstration

app = verb("demo")


@app.command()
def demo(
    folder: Annotated[Path | None, typer.Option(help="cli.demo_folder")] = None,
    serve: Annotated[bool, typer.Option("--serve", help="cli.demo_serve")] = False,
) -> None:
    """Show what Luodi does: evidence, stale evidence, gates, signatures, tampering."""
    from luodi.cli.gate_page import draw_answer, draw_check
    from luodi.evidence.catalogue import say
    from luodi.evidence.gate.check import OPEN
    from luodi.evidence.gate.explain import account
    from luodi.landing.demo import demo
    from luodi.landing.home import Home
    from luodi.landing.settings import read_settings

    terminal = Terminal.current()
    root = (folder or Home.of(read_settings()).prepare().path / "demo").absolute()
    with terminal.progress() as progress:
        told = demo(root, progress=progress)
    lang = terminal.lang
    payload = {
        "folder": str(told.vendor.folder.path),
        "home": str(told.vendor.home.path),
        "steps": [
            {
                "code": step.code,
                "verdict": step.verdict.value,
                "text": say(step.code, step.params, lang),
            }
            for step in told.steps
        ],
        "before": account(told.before, lang),
        "after": account(told.after, lang),
        "tampered": [
            {"code": finding.code, "text": say(finding.code, finding.params, lang)}
            for finding in told.tampered.findings
        ],
    }

    def draw() -> None:
        for step in told.steps:
            terminal.say(step.code, step.params)
            if step.code == "landing.demo_no_go":
                draw_check(terminal, told.before)
                draw_answer(terminal, told.before)
            if step.code == "landing.demo_signed":
                draw_check(terminal, told.after)
                draw_answer(terminal, told.after)
        for finding in told.tampered.findings:
            terminal.show("  " + say(finding.code, finding.params, lang))
        terminal.say(
            "cli.demo_explore",
            {"home": str(told.vendor.home.path), "folder": str(told.vendor.folder.path)},
        )

    terminal.finish(payload, draw, 0 if told.after.answer in OPEN else 1)
    if serve:
        _open(terminal, told)


def _open(terminal: Terminal, told: Demonstration) -> None:
    """Show the same landing in the workbench, with the demonstration's own home."""
    from luodi.cli.serve import draw_accounts
    from luodi.cli.up import keep_up

    os.environ["LUODI_HOME"] = str(told.vendor.home.path)  # read by this process and its workers
    from luodi.landing.settings import read_settings
    from luodi.workbench.demo import sample
    from luodi.workbench.serve import address, check

    settings = read_settings()
    check(settings)
    draw_accounts(terminal, sample().accounts)
    terminal.say("cli.serving", {"address": address(settings)})
    keep_up(terminal)
