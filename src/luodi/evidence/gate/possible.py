"""Refuse criteria that nothing can satisfy, or that anything would."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby

from luodi.evidence.errors import WrongUse
from luodi.evidence.gate.model import Criterion, Op, Requirement
from luodi.evidence.model import Kind, Number, Verdict

_INFINITY = Decimal("Infinity")


def check_possible(criterion: Criterion, where: str, place: str) -> None:
    """Check that some evidence could meet the criterion and some could fail it.

    Raises
    ------
    WrongUse
        Naming the file, the place and what contradicts itself.
    """

    def refuse(code: str, **params: str) -> WrongUse:
        return WrongUse(code, {"path": where, "place": place, **params})

    if not criterion.verdicts or set(criterion.verdicts) & {Verdict.FAIL, Verdict.UNKNOWN}:
        raise refuse("evidence.gate_accepts_failure")
    if not criterion.subject.strip("*") or "*" in criterion.subject[:-1]:
        raise refuse("evidence.gate_subject", subject=criterion.subject)
    if criterion.at_least < 1 or (criterion.at_least > 1 and not criterion.subject.endswith("*")):
        raise refuse("evidence.gate_at_least")
    if criterion.countersigned and criterion.kind is not Kind.ATTESTATION:
        raise refuse("evidence.gate_countersigned")
    if criterion.kind is Kind.DECISION and not criterion.verb:
        raise refuse("evidence.field_missing", field="verb")  # else an agreement passes for a go
    for figure, group in groupby(sorted(criterion.require, key=_figure), key=_figure):
        asked = tuple(group)
        if len({item.unit for item in asked}) > 1:
            raise refuse("evidence.gate_units", figure=figure)
        if not satisfiable(asked):
            raise refuse(
                "evidence.gate_impossible", figure=figure, asked=", ".join(map(written, asked))
            )


def satisfiable(asked: Iterable[Requirement]) -> bool:
    """Tell whether one number can meet every comparison of `asked`."""
    low, high = -_INFINITY, _INFINITY
    low_open = high_open = False
    refused: set[Number] = set()
    for item in asked:
        value = Decimal(item.value)
        if item.op is Op.NE:
            refused.add(value)
        if item.op in (Op.EQ, Op.GE, Op.GT, Op.BETWEEN):
            is_open = item.op is Op.GT
            if value > low or (value == low and is_open):
                low, low_open = value, is_open
        top = Decimal(item.high) if item.op is Op.BETWEEN and item.high is not None else value
        if item.op in (Op.EQ, Op.LE, Op.LT, Op.BETWEEN):
            is_open = item.op is Op.LT
            if top < high or (top == high and is_open):
                high, high_open = top, is_open
    if low == high:
        return not (low_open or high_open) and low not in refused
    return low < high


def written(item: Requirement) -> str:
    """Write a comparison the way it is read: ``>= 95 percent``."""
    value = f"[{item.value}, {item.high}]" if item.op is Op.BETWEEN else str(item.value)
    return f"{item.op.value} {value} {item.unit}".rstrip()


def _figure(item: Requirement) -> str:
    return item.figure
