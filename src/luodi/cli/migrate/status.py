"""``luodi migrate status``: what the workspace holds."""

from __future__ import annotations

from pathlib import Path

from luodi.cli.migrate.group import app, at_work
from luodi.cli.place import Folder
from luodi.cli.terminal import Terminal


@app.command("status")
def status(folder: Folder = Path()) -> None:
    """List the systems that were connected with what is extracted, and the batches of loads."""
    from luodi.migration.batch import Batches

    terminal = Terminal.current()
    with at_work(folder) as (_, workspace):
        systems = [
            {
                "system": catalogue.system,
                "product": catalogue.product,
                "tables": len(catalogue.tables),
                "rows": catalogue.rows,
                "extracted": len(workspace.extracted(catalogue.system)),
            }
            for catalogue in workspace.catalogues()
        ]
        batches = [
            {
                "batch": batch.id,
                "domain": batch.domain,
                "target": batch.target,
                "mode": batch.mode.value,
                "state": batch.state.value,
                "created": batch.created,
            }
            for batch in Batches(workspace).all()
        ]
    headers = ["system", "product", "tables", "rows", "extracted"]

    def draw() -> None:
        if not systems:
            terminal.say("cli.migrate_nothing")
            return
        codes = [f"cli.migrate_column_{name}" for name in headers]
        terminal.show(terminal.table(codes, [[line[name] for name in headers] for line in systems]))
        if batches:
            names = ["batch", "domain", "target", "mode", "state"]
            codes = [f"cli.migrate_load_column_{name}" for name in names]
            lines = [[batch[name] for name in names] for batch in batches]
            terminal.show(terminal.table(codes, lines))

    terminal.finish({"systems": systems, "batches": batches}, draw)
