"""``luodi sandbox``: an invented legacy hospital, and a reference system for it to land in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from luodi.cli.command import group
from luodi.cli.terminal import Terminal
from luodi.evidence.errors import WrongUse

Encoding: TypeAlias = Literal["utf-8", "gb18030"]
LEAST = 100
"""Patients below which hardly anything would occur."""

app = group("sandbox")


@app.command("generate")
def generate(
    place: Annotated[str, typer.Argument(help="cli.sandbox_place")],
    patients: Annotated[int, typer.Option(help="cli.sandbox_patients")] = 5_000,
    seed: Annotated[int, typer.Option(help="cli.sandbox_seed")] = 1,
    encoding: Annotated[Encoding | None, typer.Option(help="cli.sandbox_encoding")] = None,
    truth: Annotated[Path | None, typer.Option(help="cli.sandbox_truth")] = None,
) -> None:
    """Generate a legacy hospital with faults at published rates and known truth."""
    from luodi.migration.workspace import Workspace
    from luodi.sandbox.data.generate import generate
    from luodi.sandbox.data.model import Size
    from luodi.sandbox.data.write.database import write_database
    from luodi.sandbox.data.write.folder import write_folder, write_truth
    from luodi.sandbox.database import database_at, is_database

    terminal = Terminal.current()
    if patients < LEAST:
        raise WrongUse("sandbox.too_small", {"patients": patients, "least": LEAST})
    location = database_at(place) if is_database(place) else None
    if location is not None and encoding is not None:
        raise WrongUse("sandbox.encoding_of_database")
    size = Size(patients=patients, seed=seed)
    with Workspace.in_memory() as workspace, terminal.progress() as progress:
        hospital = generate(workspace.db, size, "legacy", progress=progress)
        if location is None:
            folder = Path(place)
            write_folder(workspace.db, hospital, folder, encoding or "utf-8", progress=progress)
        else:
            write_database(workspace.db, hospital, location, _password(), progress=progress)
        if truth is not None:
            write_truth(workspace.db, hospital, truth)
        faults = workspace.count('"legacy_truth".fault')
    rows = sum(hospital.rows.values())
    payload = {
        "place": place,
        "seed": seed,
        "rows": rows,
        "faults": faults,
        "tables": [{"table": name, "rows": rows} for name, rows in hospital.rows.items()],
    }

    def draw() -> None:
        columns = ["cli.sandbox_column_table", "cli.sandbox_column_rows"]
        terminal.show(
            terminal.table(columns, [[name, count] for name, count in hospital.rows.items()])
        )
        terminal.say(
            "cli.sandbox_generated",
            {"rows": rows, "faults": faults, "seed": seed, "place": place},
        )

    terminal.finish(payload, draw)


@app.command("his")
def his(
    place: Annotated[str, typer.Argument(help="cli.sandbox_database")],
    landing: Annotated[Path | None, typer.Option(help="cli.sandbox_landing")] = None,
) -> None:
    """Create the reference hospital system; with a landing folder also the mapping to it."""
    from luodi.sandbox.database import database_at
    from luodi.sandbox.his.create import create
    from luodi.sandbox.landing import write_landing

    terminal = Terminal.current()
    with terminal.progress() as progress:
        names = create(database_at(place), _password(), progress=progress)
    files = write_landing(landing) if landing is not None else ()
    payload = {"place": place, "tables": list(names), "files": list(files)}

    def draw() -> None:
        terminal.say("cli.sandbox_created", {"tables": len(names), "place": place})
        if landing is not None:
            terminal.say(
                "cli.sandbox_landed", {"files": len(files), "folder": str(landing.resolve())}
            )

    terminal.finish(payload, draw)


def _password() -> str:
    import os

    from luodi.landing.systems import System, password_of
    from luodi.sandbox.database import SYSTEM

    return password_of(System(id=SYSTEM, url=""), os.environ) or ""
