"""A gate in the terminal: the table, one criterion at length, the answer."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from luodi.cli.terminal import Terminal
from luodi.evidence.catalogue import say
from luodi.evidence.gate.answer import Answered, State
from luodi.evidence.gate.check import Answer, GateReport
from luodi.evidence.gate.explain import explain, found, owners, required, span, word
from luodi.evidence.gate.signatures import ConditionState, Signature

_ANSWER_STYLES = {
    Answer.GO: "bold green",
    Answer.GO_IF: "bold yellow",
    Answer.READY: "bold yellow",
    Answer.NO_GO: "bold red",
}
_CONDITION_STYLES = {
    ConditionState.OPEN: "red",
    ConditionState.OVERDUE: "bold red",
    ConditionState.CLOSED: "yellow",
}


def draw_list(terminal: Terminal, reports: Iterable[GateReport]) -> None:
    """One line a gate, in the order of time."""
    headers = [
        "cli.gate_column_answer",
        "cli.gate_column_gate",
        "cli.gate_column_id",
        "cli.gate_column_days",
        "cli.gate_column_met",
        "cli.gate_column_blocking",
    ]
    rows = [
        [
            _answer(report, terminal),
            report.gate.title[terminal.lang],
            report.gate.id,
            report.gate.offset_days,
            f"{_met(report)}/{len(report.criteria)}",
            sum(item.blocks for item in report.criteria),
        ]
        for report in reports
    ]
    terminal.show(terminal.table(headers, rows))


def draw_check(terminal: Terminal, report: GateReport) -> None:
    """The gate's question and a line for every criterion, then who said what."""
    lang = terminal.lang
    terminal.show(Text(f"{report.gate.title[lang]}  {report.gate.question[lang]}", style="bold"))
    headers = [
        "cli.gate_column_state",
        "cli.gate_column_hard",
        "cli.gate_column_criterion",
        "cli.gate_column_required",
        "cli.gate_column_found",
        "cli.gate_column_age",
        "cli.gate_column_owner",
    ]
    rows = [
        [
            terminal.pill(item.state.value),
            "■" if item.criterion.hard_stop else "",
            item.criterion.title[lang],
            required(item, lang),
            found(item, lang),
            span(item.age, lang) if item.age is not None else None,
            owners(item, lang),
        ]
        for item in report.criteria
    ]
    terminal.show(terminal.table(headers, rows))
    terminal.show("")
    _draw_people(terminal, report)


def _draw_people(terminal: Terminal, report: GateReport) -> None:
    lang = terminal.lang
    spoken = [*report.signatures, *([report.decision] if report.decision else [])]
    for item in spoken:
        if item.decision is not None:
            terminal.show(Text("  ") + _said(item, terminal))
    for held in report.conditions:
        state = word("condition", held.state.value, lang)
        due = f" ({held.condition.due})" if held.condition.due else ""
        line = f"  {state}  {held.condition.text} — {held.condition.owner}{due}  {held.id}"
        terminal.show(Text(line, style=_CONDITION_STYLES[held.state]))


def _said(item: Signature, terminal: Terminal) -> Text:
    assert item.decision is not None
    lang = terminal.lang
    choice = word("choice", item.decision.choice.value, lang)
    paper = say("cli.gate_by_paper", {}, lang) if item.decision.scan else ""
    parts = [item.seat.title[lang], choice, item.decision.name, paper, item.decision.reason]
    line = "  ".join(part for part in parts if part)
    if item.counts:
        return Text(line)
    stale = say("evidence.word_state_stale", {}, lang)
    return Text(f"{line}  [{stale}]", style="magenta")


def draw_explanation(terminal: Terminal, item: Answered, report: GateReport) -> None:
    """One criterion at length: what was asked and found, why it matters, what to do."""
    lang = terminal.lang
    criterion = item.criterion
    hard = " ■" if criterion.hard_stop else ""
    title = Text.assemble(
        terminal.pill(item.state.value), f"  {criterion.title[lang]}{hard}  ", (criterion.id, "dim")
    )
    terminal.show(title)
    lines = [say("cli.gate_required", {"text": required(item, lang)}, lang)]
    if item.evidence:
        ids = ", ".join(record.id for record in item.evidence)
        lines.append(say("cli.gate_found", {"text": found(item, lang), "ids": ids}, lang))
    lines += [explain(reason, report, lang) for reason in item.reasons]
    lines.append(say("cli.gate_why", {"text": criterion.why[lang]}, lang))
    if item.state is not State.PASS:
        lines.append(say("cli.gate_remedy", {"text": criterion.remedy[lang]}, lang))
        lines.append(say("cli.gate_owner", {"text": owners(item, lang)}, lang))
    for line in lines:
        terminal.show("    " + line)
    terminal.show("")


def draw_answer(terminal: Terminal, report: GateReport) -> None:
    """The answer, and everything that led to it."""
    lang = terminal.lang
    line = Text.assemble(f"{report.gate.title[lang]}  ", _answer(report, terminal))
    terminal.show(line)
    if report.ignored:
        chains = {"writers": report.ignored}
        terminal.show(Text(say("cli.gate_ignored", chains, lang), style="yellow"))
    for reason in report.reasons:
        terminal.show("  " + explain(reason, report, lang))


def _answer(report: GateReport, terminal: Terminal) -> Text:
    text = word("answer", report.answer.value, terminal.lang)
    return Text(text, style=_ANSWER_STYLES[report.answer], no_wrap=True)


def _met(report: GateReport) -> int:
    return sum(not item.blocks for item in report.criteria)
