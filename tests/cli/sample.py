"""A command line made of our classes, with one of everything; also a program, for real signals."""

import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal

import typer

from luodi.cli import command, main
from luodi.cli.terminal import Terminal
from luodi.evidence.errors import LuodiError


class Colour(Enum):
    RED = "red"
    GREEN = "green"


app = command.group("gate")
HELP = "cli.gate_help"


@app.command("check", help=HELP)
def check(
    gate: Annotated[str, typer.Argument(help=HELP)],
    folder: Annotated[Path, typer.Option(help=HELP)] = Path(),
    verdict: Annotated[Literal["go", "no-go"], typer.Option(help=HELP)] = "go",
    colour: Annotated[Colour, typer.Option(help=HELP)] = Colour.RED,
    rows: Annotated[int, typer.Option(help=HELP, min=1, max=9)] = 1,
    limit: Annotated[Decimal | None, typer.Option(help=HELP)] = None,
    day: Annotated[date | None, typer.Option(help=HELP)] = None,
    name: Annotated[list[str] | None, typer.Option(help=HELP)] = None,
    loud: Annotated[bool, typer.Option("--loud", help=HELP)] = False,
) -> None:
    terminal = Terminal.current()
    found = {
        "gate": gate,
        "folder": folder,
        "verdict": verdict,
        "colour": colour,
        "rows": rows,
        "limit": limit,
        "day": day,
        "name": name,
        "loud": loud,
        "at": datetime(2026, 3, 1, tzinfo=UTC),
    }
    code = 1 if verdict == "no-go" else 0
    terminal.finish(found, lambda: terminal.say("cli.os_error", {"path": gate}), exit_code=code)


@app.command("sign", help=HELP)
def sign(
    scans: Annotated[list[Path], typer.Argument(help=HELP, exists=True, dir_okay=False)],
    signer: Annotated[str, typer.Option(help=HELP)],
) -> None:
    terminal = Terminal.current()
    payload = {"scans": scans, "signer": signer}
    terminal.finish(payload, lambda: terminal.say("cli.file_absent", {"path": str(scans[0])}))


@app.command("fail", help=HELP)
def fail(how: Annotated[str, typer.Argument(help=HELP)]) -> None:
    patient = "张三 110101199003070000"
    match how:
        case "luodi":
            raise LuodiError("cli.disk_read_only", {"path": "/a"})
        case "missing":
            Path("/不存在/文 件").read_bytes()
        case "full":
            raise OSError(28, "No space left on device")
        case "odd":
            raise OSError(5, "Input/output error", "/dev/sdx")
        case "nowhere":
            raise OSError(5, "Input/output error")
        case "memory":
            raise MemoryError
        case "interrupt":
            raise KeyboardInterrupt
        case "abort":
            raise typer.Abort
        case _:
            int(patient)


@app.command("table", help=HELP)
def table() -> None:
    terminal = Terminal.current()
    rows = [
        ["医嘱 ß🙂", 33296, terminal.pill("pass")],
        [None, Decimal("7.50"), terminal.pill("stale")],
    ]
    headers = ["cli.doctor_what", "cli.kind_number", "cli.doctor_state"]
    terminal.finish(None, lambda: terminal.show(terminal.table(headers, rows)), exit_code=1)


@app.command("long", help=HELP)
def long() -> None:
    terminal = Terminal.current()
    lines = 100_000
    terminal.finish(lines, lambda: [terminal.say("cli.doctor_fine") for _ in range(lines)] and None)


@app.command("work", help=HELP)
def work(stubborn: Annotated[bool, typer.Option("--stubborn", help=HELP)] = False) -> None:
    terminal = Terminal.current()
    with terminal.progress() as progress:
        progress.stage("cli.gate_help", total=1000)
        progress.note("cli.doctor_fine")
        terminal.hint("cli.stopping")  # tells the test that the verb is under way
        sys.stderr.flush()
        for _ in range(1000):
            time.sleep(0.02)
            if not stubborn:
                progress.advance()


@app.command("nothing", help=HELP)
def nothing() -> None:
    pass


def root() -> command.Group:
    return command.Group(name="luodi", help="cli.luodi_help", commands={"gate": app.built()})


if __name__ == "__main__":
    command.root = root
    sys.exit(main.run())
