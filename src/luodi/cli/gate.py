"""``luodi gate``: go or no-go, and why."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luodi.cli.command import group
from luodi.cli.place import Folder, open_site
from luodi.cli.terminal import Terminal
from luodi.evidence.model import Choice

if TYPE_CHECKING:
    from luodi.landing.site import Site
    from luodi.migration.workspace import Workspace

app = group("gate")
Offline = Annotated[bool, typer.Option("--offline", help="cli.gate_offline")]
Gate = Annotated[str, typer.Argument(help="cli.gate_argument")]


def site_with_sources(folder: Path, *, offline: bool = False) -> Site:
    """Open the landing folder; queues and sources are asked whether evidence still speaks for them.

    A password comes from the environment alone: a gate asks nobody.
    """
    from luodi.migration.code import code
    from luodi.migration.recorded import batches
    from luodi.migration.reviewing.freshness import queues

    site = open_site(folder)
    desk = queues(lambda: _workspace(site), lambda queue: _needs_two(site, queue))
    site = replace(site, resolvers=(code, desk), readers=(batches,))
    if offline or not (site.folder.path / "systems.toml").exists():
        return site
    import os

    from luodi.landing.systems import password_of
    from luodi.migration.freshness import sources

    resolver = sources(
        site.folder.systems,
        site.folder.path,
        lambda system: password_of(system, os.environ) or "",
    )
    return replace(site, resolvers=(code, desk, resolver))


def _workspace(site: Site) -> AbstractContextManager[Workspace]:
    from luodi.cli.migrate.group import vault_of
    from luodi.migration.workspace import Workspace

    return Workspace.in_vault(vault_of(site))


def _needs_two(site: Site, queue: str) -> bool:
    from luodi.migration.reviewing.rules import read_rules

    return read_rules(site.folder.path).needs_two(queue)


@app.command("list")
def list_(offline: Offline = False, folder: Folder = Path()) -> None:
    """List the gates with what each says now."""
    from luodi.evidence.gate.explain import account

    terminal = Terminal.current()
    reports, _ = site_with_sources(folder, offline=offline).check_all()
    payload = {"gates": [account(report, terminal.lang) for report in reports]}

    def draw() -> None:
        from luodi.cli.gate_page import draw_list

        draw_list(terminal, reports)

    terminal.finish(payload, draw)


@app.command("check")
def check(gate: Gate, offline: Offline = False, folder: Folder = Path()) -> None:
    """Ask the ledger: go or no-go."""
    from luodi.evidence.gate.check import OPEN
    from luodi.evidence.gate.explain import account

    terminal = Terminal.current()
    report, _ = site_with_sources(folder, offline=offline).check(gate)

    def draw() -> None:
        from luodi.cli.gate_page import draw_answer, draw_check

        draw_check(terminal, report)
        draw_answer(terminal, report)

    exit_code = 0 if report.answer in OPEN else 1
    terminal.finish(account(report, terminal.lang), draw, exit_code)


@app.command("explain")
def explain(
    gate: Gate,
    criterion: Annotated[str | None, typer.Argument(help="cli.gate_criterion")] = None,
    offline: Offline = False,
    folder: Folder = Path(),
) -> None:
    """Explain every criterion of a gate, or one: why it says that, and what to do."""
    from luodi.evidence.errors import WrongUse
    from luodi.evidence.gate.check import OPEN
    from luodi.evidence.gate.explain import account

    terminal = Terminal.current()
    report, _ = site_with_sources(folder, offline=offline).check(gate)
    chosen = [item for item in report.criteria if criterion in (None, item.criterion.id)]
    if criterion is not None and not chosen:
        known = tuple(item.criterion.id for item in report.criteria)
        raise WrongUse(
            "cli.gate_no_criterion", {"gate": gate, "criterion": criterion, "known": known}
        )
    payload = account(report, terminal.lang)

    def draw() -> None:
        from luodi.cli.gate_page import draw_answer, draw_explanation

        for item in chosen:
            draw_explanation(terminal, item, report)
        draw_answer(terminal, report)

    terminal.finish(payload, draw, 0 if report.answer in OPEN else 1)


@app.command("sign")
def sign(
    gate: Gate,
    seat: Annotated[str, typer.Option(help="cli.gate_seat")],
    choice: Annotated[Choice, typer.Option(help="cli.gate_choice")],
    name: Annotated[str, typer.Option(help="cli.gate_name")] = "",
    reason: Annotated[str, typer.Option(help="cli.gate_reason")] = "",
    condition: Annotated[list[str] | None, typer.Option(help="cli.gate_condition")] = None,
    target: Annotated[str, typer.Option(help="cli.gate_target")] = "",
    scan: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="cli.gate_scan")
    ] = None,
    folder: Folder = Path(),
) -> None:
    """Say something at a gate, with this installation's key."""
    from luodi.evidence.attest import scan_digest
    from luodi.evidence.gate.explain import word
    from luodi.evidence.gate.sign import Voice, parse_condition

    terminal = Terminal.current()
    site = site_with_sources(folder)
    voice = Voice(
        seat=seat,
        name=name or site.settings.actor,
        choice=choice,
        reason=reason,
        conditions=tuple(parse_condition(text) for text in condition or ()),
        target=target,
        scan=scan_digest(scan) if scan else "",
    )
    outcome, record = site.sign(gate, voice)
    report, _ = site.check(gate)
    payload = {
        "id": getattr(record, "id", ""),
        "decision": outcome.result,
        "witnessed": outcome.heads,
        "answer": report.answer.value,
    }

    def draw() -> None:
        from luodi.cli.gate_page import draw_answer

        title = report.gate.seat(seat)
        terminal.say(
            "cli.gate_signed",
            {
                "seat": title.title[terminal.lang] if title else seat,
                "choice": word("choice", choice.value, terminal.lang),
                "id": str(payload["id"]),
            },
        )
        draw_answer(terminal, report)

    terminal.finish(payload, draw)
