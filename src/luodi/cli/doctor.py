"""``luodi doctor``: what is installed, what is missing, how to get it."""

from __future__ import annotations

import os

from luodi.cli.command import verb
from luodi.cli.terminal import Terminal

app = verb("doctor")


@app.command()
def doctor() -> None:
    """Examine this machine."""
    from luodi.landing.doctor import State, examine

    terminal = Terminal.current()
    lang = terminal.lang
    checks = tuple(examine(os.environ, terminal.encoding, lang))
    failed = sum(check.state is State.FAIL for check in checks)
    found = [
        {
            "name": check.name,
            "state": str(check.state),
            "what": check.what.text(lang),
            "found": check.found.text(lang),
            "code": check.found.code,
            "params": check.found.params,
            "next": check.next_step(lang),
        }
        for check in checks
    ]

    def draw() -> None:
        headers = ["cli.doctor_state", "cli.doctor_what", "cli.doctor_found", "cli.doctor_next"]
        rows = [
            [
                terminal.pill(check.state),
                check.what.text(lang),
                check.found.text(lang),
                check.next_step(lang),
            ]
            for check in checks
        ]
        terminal.show(terminal.table(headers, rows))
        if failed:
            terminal.say("cli.doctor_failed", {"count": failed})
        else:
            terminal.say("cli.doctor_fine")

    terminal.finish({"checks": found, "failed": failed}, draw, exit_code=1 if failed else 0)
