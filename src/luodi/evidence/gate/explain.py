"""The sentences of a gate, in the reader's language: why each criterion says what it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from luodi.evidence.catalogue import Lang, Param, say
from luodi.evidence.gate.answer import Answered, Reason
from luodi.evidence.gate.check import GateReport
from luodi.evidence.gate.possible import written
from luodi.evidence.gate.read import role_title
from luodi.evidence.model import Environment, Side, Status, Verdict

_ENUMS = {
    "environment": {item.value for item in Environment},
    "side": {item.value for item in Side},
    "status": {item.value for item in Status},
    "verdict": {item.value for item in Verdict},
}


def explain(reason: Reason, report: GateReport, lang: Lang) -> str:
    """Say one reason: criteria by their titles, seats by theirs, words of the model translated."""
    return say(reason.code, _readable(reason.params, report, lang), lang)


def required(item: Answered, lang: Lang) -> str:
    """What a criterion asks, in one line."""
    criterion = item.criterion
    parts = [f"{asked.figure} {written(asked)}" for asked in criterion.require]
    if not parts:
        verdicts = tuple(word("verdict", verdict.value, lang) for verdict in criterion.verdicts)
        parts = ["/".join(verdicts)]
    if criterion.at_least > 1:
        parts.append(say("evidence.asks_at_least", {"count": criterion.at_least}, lang))
    if criterion.max_age is not None:
        parts.append(say("evidence.asks_age", {"age": span(criterion.max_age, lang)}, lang))
    return (";" if lang == "en" else "；").join(parts)


def found(item: Answered, lang: Lang) -> str:
    """What the ledger says to it, in one line."""
    asked = {requirement.figure for requirement in item.criterion.require}
    figures = [
        f"{figure.name} {figure.value} {figure.unit}".rstrip()
        for record in item.evidence
        for figure in record.figures
        if figure.name in asked
    ]
    if figures:
        more = len(figures) - 2
        return ", ".join(figures[:2]) + (f" … +{more}" if more > 0 else "")
    return ", ".join(
        dict.fromkeys(word("verdict", record.verdict.value, lang) for record in item.evidence)
    )


def owners(item: Answered, lang: Lang) -> str:
    """Who answers for it on each side."""
    names = (item.criterion.vendor_owner, item.criterion.hospital_owner)
    return " / ".join(role_title(name)[lang] for name in names if name)


def span(time: timedelta, lang: Lang) -> str:
    """Write a length of time in its largest whole unit."""
    seconds = int(time.total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return say(f"evidence.span_{unit}", {"count": seconds // length}, lang)
    return say("evidence.span_now", {}, lang)


def word(group: str, value: str, lang: Lang) -> str:
    """Translate a word of the model: a verdict, a side, an environment, a status, a state."""
    return say(f"evidence.word_{group}_{value}", {}, lang)


def _readable(params: Mapping[str, Param], report: GateReport, lang: Lang) -> dict[str, Param]:
    titles = {item.criterion.id: item.criterion.title[lang] for item in report.criteria}
    seats = {seat.id: seat.title[lang] for seat in report.gate.seats}
    readable: dict[str, Param] = {}
    for key, value in params.items():
        if key == "criteria" and isinstance(value, tuple):
            readable[key] = tuple(titles.get(name, name) for name in value)
        elif key == "environments" and isinstance(value, tuple):
            readable[key] = tuple(word("environment", name, lang) for name in value)
        elif key == "seats" and isinstance(value, tuple):
            readable[key] = tuple(seats.get(name, name) for name in value)
        elif key == "seat" and isinstance(value, str):
            readable[key] = seats.get(value, value)
        elif key in _ENUMS and value in _ENUMS[key] and isinstance(value, str):
            readable[key] = word(key, value, lang)
        else:
            readable[key] = value
    return readable
