"""``luodi evidence``: look at the ledger, verify it, hand it out, add a person's word."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luodi.cli.command import group
from luodi.cli.place import Folder, open_site
from luodi.cli.terminal import Terminal
from luodi.evidence.catalogue import remedy_of, say
from luodi.evidence.model import Environment, Kind, Verdict

if TYPE_CHECKING:
    from luodi.evidence.model import Evidence, EvidenceInput, Finding
    from luodi.evidence.verify import Verification

app = group("evidence")


@app.command("show")
def show(
    record: Annotated[str | None, typer.Argument(help="cli.evidence_record")] = None,
    subject: Annotated[str, typer.Option(help="cli.evidence_subject")] = "",
    kind: Annotated[Kind | None, typer.Option(help="cli.evidence_kind")] = None,
    last: Annotated[int, typer.Option(min=1, help="cli.evidence_last")] = 20,
    folder: Folder = Path(),
) -> None:
    """Show the newest records, or one of them whole."""
    from luodi.evidence.chain import Keep
    from luodi.landing.records import find_record, newest

    terminal = Terminal.current()
    verification = open_site(folder).verify(keep=Keep.ALL).result
    if record is not None:
        one = find_record(verification, record)
        terminal.finish(one, lambda: _draw_record(terminal, one))
        return
    records = newest(verification, subject=subject, kind=kind, last=last)

    def draw() -> None:
        if not records:
            terminal.say("cli.evidence_none")
            return
        terminal.show(terminal.table(_COLUMNS, [_row(terminal, item) for item in records]))

    terminal.finish({"records": records}, draw)


@app.command("verify")
def verify(
    since: Annotated[list[str] | None, typer.Option(help="cli.evidence_since")] = None,
    folder: Folder = Path(),
) -> None:
    """Verify every chain, and against heads kept elsewhere."""
    from luodi.landing.records import read_marks

    terminal = Terminal.current()
    site = open_site(folder)
    project = site.folder.project.project
    marks = [mark for text in since or () for mark in read_marks(text, project)]
    outcome = site.verify(marks)
    found = outcome.result
    site.remember(found)
    payload = {
        "verdict": outcome.verdict.value,
        "records": found.count,
        "chains": [
            {
                "writer": chain.writer,
                "name": chain.opening.name if chain.opening else None,
                "records": len(chain.walk.seqs),
                "sealed": chain.sealed,
                "trusted": chain.trusted,
                "verdict": chain.verdict.value,
                "head": chain.head.token() if chain.head else None,
            }
            for chain in found.chains
        ],
        "findings": [_said(terminal, finding) for finding in found.findings],
    }
    exit_code = 1 if outcome.verdict is Verdict.FAIL else 0
    terminal.finish(payload, lambda: _draw_verification(terminal, found), exit_code)


@app.command("export")
def export(
    target: Annotated[Path, typer.Argument(help="cli.evidence_target")],
    folder: Folder = Path(),
) -> None:
    """Write every record to a file for an auditor: .jsonl as stored, or .csv."""
    from luodi.evidence.chain import Keep
    from luodi.landing.records import write_records

    terminal = Terminal.current()
    verification = open_site(folder).verify(keep=Keep.ALL).result
    count = write_records(verification, target, terminal.lang)
    found = {"path": str(target), "records": count, "verdict": verification.verdict.value}
    exit_code = 1 if verification.verdict is Verdict.FAIL else 0

    def draw() -> None:
        terminal.say("cli.evidence_exported", {"path": str(target), "count": count})
        if exit_code:
            terminal.say("cli.evidence_export_broken")

    terminal.finish(found, draw, exit_code)


@app.command("attest")
def attest(
    subject: Annotated[str, typer.Argument(help="cli.attest_subject")],
    statement: Annotated[str, typer.Argument(help="cli.attest_statement")],
    scan: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="cli.attest_scan")],
    signer: Annotated[str, typer.Option(help="cli.attest_signer")],
    countersigner: Annotated[str, typer.Option(help="cli.attest_countersigner")] = "",
    expires: Annotated[date | None, typer.Option(help="cli.attest_expires")] = None,
    figure: Annotated[list[str] | None, typer.Option(help="cli.attest_figure")] = None,
    about: Annotated[list[str] | None, typer.Option(help="cli.attest_about")] = None,
    verdict: Annotated[Verdict, typer.Option(help="cli.attest_verdict")] = Verdict.PASS,
    environment: Annotated[Environment | None, typer.Option(help="cli.environment")] = None,
    folder: Folder = Path(),
) -> None:
    """Put a person's word into the ledger, bound to the scan of a signed paper."""
    from luodi.evidence.attest import attest, parse_figure
    from luodi.evidence.chain import Keep
    from luodi.evidence.outcome import Act
    from luodi.landing.records import built_on

    terminal = Terminal.current()
    site = open_site(folder)
    inputs: tuple[EvidenceInput, ...] = ()
    if about:
        signed = built_on(site.verify(keep=Keep.ALL).result, about, environment)
        inputs, environment = signed.inputs, signed.environment
    outcome = attest(
        subject,
        statement,
        scan,
        signer=signer,
        countersigner=countersigner,
        expires=expires,
        figures=[parse_figure(text) for text in figure or ()],
        verdict=verdict,
        about=inputs,
    )
    act = Act("evidence", "attest", subject)
    _, record = site.perform(act, lambda: outcome, environment=environment)
    name = getattr(record, "id", "")

    def draw() -> None:
        terminal.say("cli.attest_kept", {"id": name, "scan": outcome.result.scan})
        if inputs:
            terminal.say("cli.attest_kept_about", {"count": len(inputs)})

    terminal.finish(
        {"id": name, "attestation": outcome.result, "about": [item.id for item in inputs]},
        draw,
    )


_COLUMNS = [
    "cli.evidence_column_id",
    "cli.evidence_column_finished",
    "cli.evidence_column_verdict",
    "cli.evidence_column_what",
    "cli.evidence_column_kind",
    "cli.evidence_column_environment",
    "cli.evidence_column_figures",
    "cli.evidence_column_actor",
]


def _row(terminal: Terminal, item: Evidence) -> list[object]:
    from luodi.evidence.figures import written_figure
    from luodi.evidence.gate.explain import word

    figures = "; ".join(written_figure(figure, terminal.lang) for figure in item.figures[:3])
    return [
        item.id,
        item.finished.astimezone().strftime("%Y-%m-%d %H:%M"),
        terminal.pill(item.verdict.value),
        f"{item.verb} {item.subject}",
        word("kind", item.kind.value, terminal.lang),
        word("environment", item.environment.value, terminal.lang),
        figures,
        item.actor,
    ]


def _draw_record(terminal: Terminal, item: Evidence) -> None:
    import json

    import msgspec

    plain = msgspec.to_builtins(item)
    for finding in item.findings:
        terminal.show(say(finding.code, finding.params, terminal.lang))
    terminal.show(json.dumps(plain, ensure_ascii=False, indent=2))


def _draw_verification(terminal: Terminal, found: Verification) -> None:
    headers = [
        "cli.verify_column_verdict",
        "cli.verify_column_writer",
        "cli.verify_column_name",
        "cli.verify_column_records",
        "cli.verify_column_sealed",
    ]
    rows = [
        [
            terminal.pill(chain.verdict.value),
            chain.writer,
            chain.opening.name if chain.opening else None,
            len(chain.walk.seqs),
            chain.sealed,
        ]
        for chain in found.chains
    ]
    terminal.show(terminal.table(headers, rows))
    for finding in found.findings:
        said = _said(terminal, finding)
        terminal.show(said["text"])
        if said["remedy"]:
            terminal.say("cli.remedy", {"text": said["remedy"]})
    terminal.say(f"cli.verify_{found.verdict.value}", {"records": found.count})
    whole = [chain.head for chain in found.chains if chain.verdict is not Verdict.FAIL]
    for head in whole:
        if head is not None:
            terminal.show(head.token())
    if any(whole):
        terminal.say("cli.verify_heads")


def _said(terminal: Terminal, finding: Finding) -> dict[str, str]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "text": say(finding.code, finding.params, terminal.lang),
        "remedy": remedy_of(finding.code, finding.params, terminal.lang),
    }
