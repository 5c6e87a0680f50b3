"""The sentences of a gate, in the reader's language: why each criterion says what it says."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from luodi.evidence.catalogue import Lang, Param, say
from luodi.evidence.figures import amount, figure_name, unit_name, written_figure
from luodi.evidence.gate.answer import Answered, Reason
from luodi.evidence.gate.check import GateReport
from luodi.evidence.gate.compare import meets
from luodi.evidence.gate.model import Op, Requirement
from luodi.evidence.gate.read import role_title
from luodi.evidence.gate.signatures import Held, Signature
from luodi.evidence.model import Environment, Side, Status, Verdict

LISTED = 5
"""How many criteria a sentence names before it only counts them."""

_LENGTHS = (("day", 86400), ("hour", 3600), ("minute", 60))
_SIGNS = {Op.EQ: "=", Op.NE: "≠", Op.LT: "<", Op.LE: "≤", Op.GT: ">", Op.GE: "≥"}
_ENUMS = {
    "environment": {item.value for item in Environment},
    "side": {item.value for item in Side},
    "status": {item.value for item in Status},
    "verdict": {item.value for item in Verdict},
}


def explain(reason: Reason, report: GateReport, lang: Lang) -> str:
    """Say one reason: criteria by their titles, seats by theirs, words of the model translated."""
    return say(reason.code, _readable(reason, report, lang), lang)


def required(item: Answered, lang: Lang) -> str:
    """What a criterion asks, in one line."""
    criterion = item.criterion
    parts = [asked(requirement, lang) for requirement in criterion.require]
    if not parts:
        verdicts = tuple(word("verdict", verdict.value, lang) for verdict in criterion.verdicts)
        parts = ["/".join(verdicts)]
    if criterion.at_least > 1:
        parts.append(say("evidence.asks_at_least", {"count": criterion.at_least}, lang))
    if criterion.max_age is not None:
        parts.append(say("evidence.asks_age", {"age": span(criterion.max_age, lang)}, lang))
    return ("；" if lang == "zh" else "; ").join(parts)


def asked(requirement: Requirement, lang: Lang) -> str:
    """Say a comparison: 没有去向 = 0 行."""
    name = figure_name(requirement.figure, lang)
    high = requirement.high
    bound = requirement.value if high is None else (str(requirement.value), str(high))
    return f"{name} {_bound(requirement.op, bound, requirement.unit, lang)}"


def _bound(op: Op, bound: Param, unit: str, lang: Lang) -> str:
    if isinstance(bound, tuple):
        low, high = bound
        return f"{low}–{amount(Decimal(high), unit, lang)}"
    return f"{_SIGNS[op]} {amount(Decimal(bound), unit, lang)}"


def found(item: Answered, lang: Lang) -> str:
    """What the ledger says to it, in one line; the figures that fail come first."""
    wanted = {requirement.figure: requirement for requirement in item.criterion.require}
    figures = sorted(
        (figure for record in item.evidence for figure in record.figures if figure.name in wanted),
        key=lambda figure: meets(figure.value, wanted[figure.name]),
    )
    if figures:
        said = list(dict.fromkeys(written_figure(figure, lang) for figure in figures))
        more = len(said) - 2
        return ", ".join(said[:2]) + (f" … +{more}" if more > 0 else "")
    return ", ".join(
        dict.fromkeys(word("verdict", record.verdict.value, lang) for record in item.evidence)
    )


def owners(item: Answered, lang: Lang) -> str:
    """Who answers for it on each side."""
    names = (item.criterion.vendor_owner, item.criterion.hospital_owner)
    return " / ".join(role_title(name)[lang] for name in names if name)


def span(time: timedelta, lang: Lang) -> str:
    """Write a length of time in the largest unit that is exact (36 h), else in the largest."""
    seconds = int(time.total_seconds())
    fitting = [(unit, length) for unit, length in _LENGTHS if seconds >= length]
    if not fitting:
        return say("evidence.span_now", {}, lang)
    unit, length = next((item for item in fitting if seconds % item[1] == 0), fitting[0])
    return say(f"evidence.span_{unit}", {"count": seconds // length}, lang)


def word(group: str, value: str, lang: Lang) -> str:
    """Translate a word of the model: a verdict, a side, an environment, a status, a state."""
    return say(f"evidence.word_{group}_{value}", {}, lang)


def _first(names: list[str], lang: Lang) -> tuple[str, ...]:
    """The first few of a long list; the table above it has them all."""
    if len(names) <= LISTED + 1:
        return tuple(names)
    rest = say("evidence.and_more", {"count": len(names) - LISTED}, lang)
    return (*names[:LISTED], rest)


def _readable(reason: Reason, report: GateReport, lang: Lang) -> dict[str, Param]:
    titles = {item.criterion.id: item.criterion.title[lang] for item in report.criteria}
    seats = {seat.id: seat.title[lang] for seat in report.gate.seats}
    unit = str(reason.params.get("unit", ""))
    readable: dict[str, Param] = {}
    for key, value in reason.params.items():
        if key == "criteria" and isinstance(value, tuple):
            readable[key] = _first([titles.get(name, name) for name in value], lang)
        elif key == "environments" and isinstance(value, tuple):
            readable[key] = tuple(word("environment", name, lang) for name in value)
        elif key == "seats" and isinstance(value, tuple):
            readable[key] = tuple(seats.get(name, name) for name in value)
        elif key == "figure" and isinstance(value, str):
            readable[key] = figure_name(value, lang)
        elif key == "required" and "op" in reason.params:
            readable[key] = _bound(Op(str(reason.params["op"])), value, unit, lang)
        elif key in ("found", "drift") and isinstance(value, (int, Decimal)) and unit:
            readable[key] = amount(value, unit, lang)
        elif key in ("found", "required") and reason.code == "evidence.reason_unit":
            readable[key] = unit_name(str(value), lang)
        elif key == "age" and isinstance(value, int):
            readable[key] = span(timedelta(seconds=value), lang)
        elif key == "seat" and isinstance(value, str):
            readable[key] = seats.get(value, value)
        elif key in _ENUMS and value in _ENUMS[key] and isinstance(value, str):
            readable[key] = word(key, value, lang)
        else:
            readable[key] = value
    return readable


def account(report: GateReport, lang: Lang) -> dict[str, object]:
    """A gate as plain values for a program: stable keys, sentences in the reader's language."""
    gate = report.gate
    return {
        "gate": gate.id,
        "title": gate.title[lang],
        "question": gate.question[lang],
        "environment": gate.environment.value,
        "answer": report.answer.value,
        "asked_at": report.asked_at,
        "definition": report.definition,
        "reasons": [_said(reason, report, lang) for reason in report.reasons],
        "criteria": [_criterion(item, report, lang) for item in report.criteria],
        "signatures": [_signature(item, report, lang) for item in report.signatures],
        "decision": _signature(report.decision, report, lang) if report.decision else None,
        "conditions": [_condition(item) for item in report.conditions],
        "ignored": list(report.ignored),
        "waivers": [
            {"criterion": item.criterion, "evidence": item.record.id, "reason": item.reason}
            for item in report.waivers
        ],
    }


def _said(reason: Reason, report: GateReport, lang: Lang) -> dict[str, object]:
    return {
        "code": reason.code,
        "params": dict(reason.params),
        "text": explain(reason, report, lang),
    }


def _criterion(item: Answered, report: GateReport, lang: Lang) -> dict[str, object]:
    criterion = item.criterion
    return {
        "id": criterion.id,
        "group": criterion.group,
        "title": criterion.title[lang],
        "state": item.state.value,
        "hard_stop": criterion.hard_stop,
        "required": required(item, lang),
        "found": found(item, lang),
        "age_seconds": int(item.age.total_seconds()) if item.age is not None else None,
        "evidence": [record.id for record in item.evidence],
        "reasons": [_said(reason, report, lang) for reason in item.reasons],
        "owner": {"vendor": criterion.vendor_owner, "hospital": criterion.hospital_owner},
        "why": criterion.why[lang],
        "remedy": criterion.remedy[lang],
    }


def _signature(item: Signature, report: GateReport, lang: Lang) -> dict[str, object]:
    decision = item.decision
    return {
        "seat": item.seat.id,
        "title": item.seat.title[lang],
        "side": item.seat.side.value,
        "veto": item.seat.veto,
        "optional": item.seat.optional,
        "choice": decision.choice.value if decision else None,
        "name": decision.name if decision else None,
        "reason": decision.reason if decision else None,
        "evidence": item.record.id if item.record else None,
        "scan": decision.scan if decision else None,
        "counts": item.counts,
        "reasons": [_said(reason, report, lang) for reason in item.reasons],
    }


def _condition(item: Held) -> dict[str, object]:
    return {
        "id": item.id,
        "gate": item.gate,
        "seat": item.seat,
        "text": item.condition.text,
        "owner": item.condition.owner,
        "due": item.condition.due,
        "state": item.state.value,
        "closed_by": item.closed_by,
        "closed_because": item.closed_because,
    }
