"""``luodi migrate assess``: how good the data of a source is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from luodi.cli.migrate.group import app
from luodi.cli.migrate.looking import looking
from luodi.cli.place import Folder
from luodi.cli.terminal import Terminal
from luodi.evidence.errors import WrongUse

if TYPE_CHECKING:
    from luodi.evidence.outcome import Outcome
    from luodi.migration.assess import Assessed
    from luodi.migration.quality.model import Assessment, Hit, Rule

FEW = 40
"""Findings and tables that are shown to a person; a program gets all of them."""


@app.command("assess")
def assess(
    system: Annotated[str, typer.Argument(help="cli.migrate_system_or_place")],
    table: Annotated[list[str] | None, typer.Option(help="cli.migrate_only_table")] = None,
    out: Annotated[Path | None, typer.Option(help="cli.migrate_assess_out")] = None,
    export: Annotated[str | None, typer.Option(help="cli.migrate_assess_export")] = None,
    folder: Folder = Path(),
) -> None:
    """Check a source against the rules of quality and score it."""
    from luodi.cli.migrate.findings import drawn, exit_code, told, told_reports
    from luodi.migration.assess import assess
    from luodi.migration.quality.export import exported
    from luodi.migration.quality.own import Quality, read_quality
    from luodi.migration.quality.reports import reported

    terminal = Terminal.current()
    with looking(folder, system, terminal) as at:
        if export is not None and at.site is None:
            raise WrongUse("cli.migrate_export_needs_vault")
        quality = read_quality(at.site.folder.path) if at.site else Quality()

        def verb() -> Outcome[Assessed]:
            found = assess(
                at.workspace, at.system, table or (), quality=quality, progress=at.progress
            )
            found = reported(found, out, terminal.lang)
            return exported(found, export, at.vault, terminal.lang)

        outcome = at.perform("assess", verb)
    found, rules = outcome.result.assessment, outcome.result.quality.rules
    unbound = [one for one in outcome.findings if one.code == "migration.quality_unbound"]
    on_the_way = replace(outcome, findings=(*at.before, *unbound))
    payload = {
        "system": found.system,
        "verdict": outcome.verdict,
        "score": found.score,
        "dimensions": found.dimensions,
        "tables": found.tables,
        "checks": len(found.hits),
        "found": [_told(hit, rules[hit.check.rule], terminal) for hit in found.found],
        "off": found.offs,
        "past": found.past,
        "export": export,
        "reports": [one.name for one in outcome.artefacts if not one.private],
        "findings": told(on_the_way, terminal.lang),
    }

    def draw() -> None:
        _draw(terminal, found, rules)
        told_reports(terminal, outcome, without=export)
        if export is not None:
            terminal.say("cli.migrate_exported", {"name": export})
        drawn(terminal, on_the_way)

    terminal.finish(payload, draw, exit_code([outcome]))


def _told(hit: Hit, rule: Rule, terminal: Terminal) -> dict[str, Any]:
    from luodi.migration.quality.score import severity_of

    return {
        "rule": rule.id,
        "dimension": rule.dimension,
        "severity": severity_of(hit, rule),
        "table": hit.check.table,
        "column": hit.check.column,
        "columns": hit.check.columns,
        "tested": hit.tested,
        "offending": hit.offending,
        "values": hit.values,
        "extra": hit.extra,
        "title": rule.title.text(terminal.lang),
        "why": rule.why.text(terminal.lang),
        "remedy": rule.remedy.text(terminal.lang),
    }


def _draw(terminal: Terminal, found: Assessment, rules: dict[str, Rule]) -> None:
    from luodi.evidence.catalogue import say
    from luodi.evidence.model import Severity
    from luodi.migration.quality.score import severity_of

    score = "–" if found.score is None else f"{found.score}"
    terminal.say(
        "cli.migrate_assessed",
        {"system": found.system, "score": score, "checks": len(found.hits)},
    )
    if found.past and found.past[0].score is not None and found.score is not None:
        change = f"{found.score - found.past[0].score:+}"
        terminal.say("cli.migrate_trend", {"change": change, "runs": len(found.past)})
    lines = [
        [say(f"migration.dimension_{dimension}", {}, terminal.lang), f"{points}"]
        for dimension, points in found.dimensions.items()
    ]
    terminal.show(terminal.table(["migration.label_dimension", "migration.label_score"], lines))
    worst = sorted(
        (table for table in found.tables if table.score is not None and table.score < 100),
        key=lambda table: table.score or 0,
    )
    heads = ["migration.label_table", "migration.label_rows", "migration.label_score"]
    rows = [[table.table, table.rows, f"{table.score}"] for table in worst[:FEW]]
    terminal.show(terminal.table(heads, rows))
    order = {Severity.ERROR: 0, Severity.WARN: 1, Severity.INFO: 2}
    hits = sorted(
        found.found,
        key=lambda hit: (order[severity_of(hit, rules[hit.check.rule])], -hit.share),
    )
    heads = [
        f"migration.label_{name}" for name in ("severity", "column", "found", "offending", "share")
    ]
    drawn = []
    for hit in hits[:FEW]:
        rule = rules[hit.check.rule]
        where = f"{hit.check.table}.{hit.check.column}".rstrip(".")
        word = say(f"migration.severity_{severity_of(hit, rule)}", {}, terminal.lang)
        drawn.append(
            [word, where, rule.title.text(terminal.lang), hit.offending, f"{hit.share:.1%}"]
        )
    terminal.show(terminal.table(heads, drawn))
    if len(hits) > FEW:
        terminal.say("cli.migrate_findings_more", {"count": len(hits) - FEW})
    for name in dict.fromkeys(
        hit.check.rule for hit in hits if severity_of(hit, rules[hit.check.rule]) is Severity.ERROR
    ):
        rule = rules[name]
        text = f"{rule.title.text(terminal.lang)} → {rule.remedy.text(terminal.lang)}"
        terminal.show("  · " + text)
    for off in found.offs:
        terminal.say("migration.quality_off", {"rule": off.rule, "reason": off.reason})
