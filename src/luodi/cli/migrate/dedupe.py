"""``luodi migrate dedupe``: rows that are one person, or one drug."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luodi.cli.migrate.group import app, at_system, found_before
from luodi.cli.place import Folder
from luodi.cli.terminal import Terminal

if TYPE_CHECKING:
    from luodi.evidence.outcome import Outcome
    from luodi.migration.linkage.model import Deduplication, Pair

Columns = Annotated[list[str] | None, typer.Option(help="cli.migrate_dedupe_column")]
SHOWN = 20
"""Pairs that a person is shown; a program gets all of them."""


@app.command("dedupe")
def dedupe(
    system: Annotated[str, typer.Argument(help="cli.migrate_dedupe_system")],
    table: Annotated[str | None, typer.Argument(help="cli.migrate_dedupe_table")] = None,
    id_: Annotated[str | None, typer.Option("--id", help="cli.migrate_dedupe_id")] = None,
    name: Columns = None,
    sex: Columns = None,
    birth: Columns = None,
    id_card: Columns = None,
    phone: Columns = None,
    address: Columns = None,
    field: Annotated[list[str] | None, typer.Option(help="cli.migrate_dedupe_field")] = None,
    with_: Annotated[str | None, typer.Option("--with", help="cli.migrate_dedupe_with")] = None,
    folder: Folder = Path(),
) -> None:
    """Find duplicate patients or drugs in a table, or the same ones in two files."""
    from luodi.cli.migrate.beside import brought
    from luodi.cli.migrate.findings import exit_code
    from luodi.evidence.outcome import Act
    from luodi.migration.connect import snapshot_input
    from luodi.migration.dedupe import dedupe, domain_of
    from luodi.migration.linkage.bind import given_fields
    from luodi.migration.linkage.sides import side_of
    from luodi.migration.reviewing.offer import items_of, offer

    given = given_fields(
        {
            "name": name or (),
            "sex": sex or (),
            "birth": birth or (),
            "id_card": id_card or (),
            "phone": phone or (),
            "address": address or (),
        },
        field or (),
    )
    terminal = Terminal.current()
    with (
        terminal.progress() as progress,
        at_system(folder, system, terminal, progress) as (site, workspace, catalogue, before),
    ):
        sides = [side_of(workspace, catalogue, table, id_, given)]
        inputs = [snapshot_input(catalogue)]
        if with_ is not None:
            other = brought(workspace, catalogue, folder, with_, terminal, progress)
            sides.append(side_of(workspace, other, None, id_, given))
            inputs.append(snapshot_input(other))

        def verb() -> Outcome[Deduplication]:
            return dedupe(workspace, tuple(sides), inputs=tuple(inputs), progress=progress)

        queue = domain_of(sides[0].fields)
        if site is None:
            outcome = found_before(verb(), before)
        else:
            act = Act("migration", "dedupe", f"migration:{queue}")
            outcome, _ = site.perform(act, verb)
            if with_ is None:
                items = items_of(outcome.result, queue, catalogue.system)
                offer(workspace, queue, catalogue.system, sides[0].table, items)
    queued = queue if site is not None and with_ is None else ""
    terminal.finish(
        _payload(outcome, queued, terminal),
        lambda: _draw(outcome, queued, terminal),
        exit_code([outcome]),
    )


def _payload(outcome: Outcome[Deduplication], queue: str, terminal: Terminal) -> dict[str, object]:
    from luodi.cli.migrate.findings import told as findings
    from luodi.migration.linkage.model import Class
    from luodi.migration.linkage.say import told

    found = outcome.result
    counts = {kind: sum(pair.class_ is kind for pair in found.pairs) for kind in Class}
    return {
        "table": found.table,
        "records": found.records,
        "fields": found.fields,
        "pairs": [told(pair, terminal.lang) for pair in found.pairs],
        "clusters": [
            {"members": one.members, "class": one.class_, "conflict": one.conflict}
            for one in found.clusters
        ],
        "kept_apart": [told(pair, terminal.lang) for pair in found.kept_apart],
        "counts": {**counts, Class.DIFFERENT: len(found.kept_apart)},
        "per_10000": found.per_10000,
        "model": {
            "prior": found.prior,
            "iterations": found.iterations,
            "levels": [
                {
                    "field": level.field,
                    "level": level.level,
                    "m": level.m,
                    "u": level.u,
                    "weight": round(level.weight, 2),
                }
                for level in found.model
            ],
        },
        "blocking": found.blocking,
        "queue": queue,
        "findings": findings(outcome, terminal.lang),
    }


def _draw(outcome: Outcome[Deduplication], queue: str, terminal: Terminal) -> None:
    from luodi.cli.migrate.findings import drawn
    from luodi.migration.linkage.model import Class

    found = outcome.result
    counts = {kind: sum(pair.class_ is kind for pair in found.pairs) for kind in Class}
    terminal.say(
        "cli.migrate_dedupe_found",
        {
            "table": found.table,
            "records": found.records,
            "clusters": len(found.clusters),
            "certain": counts[Class.CERTAIN],
            "link": counts[Class.LINK],
            "review": counts[Class.REVIEW],
            "apart": len(found.kept_apart),
            "per_10000": f"{found.per_10000:g}",
        },
    )
    order = (Class.REVIEW, Class.LINK, Class.CERTAIN)
    shown = sorted(found.pairs, key=lambda p: (order.index(p.class_), -p.probability))[:SHOWN]
    if shown:
        columns = ("left", "right", "class", "probability", "because")
        codes = [f"cli.migrate_dedupe_{name}" for name in columns]
        terminal.show(terminal.table(codes, [_line(pair, terminal) for pair in shown]))
    if len(found.pairs) > SHOWN:
        terminal.say("cli.migrate_dedupe_more", {"count": len(found.pairs) - SHOWN})
    if queue:
        terminal.say("cli.migrate_dedupe_queued", {"queue": queue})
    drawn(terminal, outcome)


def _line(pair: Pair, terminal: Terminal) -> list[object]:
    from luodi.migration.linkage.say import agreement_text, class_text, guard_text

    lang = terminal.lang
    because = [guard_text(guard, lang) for guard in pair.guards]
    because += [agreement_text(a, lang) for a in pair.explanation if a.level != "missing"]
    separator = "、" if lang == "zh" else "; "
    return [
        pair.left,
        pair.right,
        class_text(pair.class_, lang),
        f"{pair.probability:.4f}",
        separator.join(because),
    ]
