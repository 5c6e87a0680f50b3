"""Read ``gates.toml``: strict, because a misspelt threshold must not open a gate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, cast

import msgspec

from luodi.evidence.catalogue import LANGUAGES, Lang
from luodi.evidence.errors import WrongUse
from luodi.evidence.gate.model import (
    CannotTell,
    Criterion,
    Gate,
    Op,
    Requirement,
    Seat,
)
from luodi.evidence.gate.possible import check_possible
from luodi.evidence.model import Environment, Kind, Noun, Number, Side, Verdict
from luodi.evidence.shape import parse_toml, shape

Words = str | dict[Lang, str]
"""A sentence as a project writes it: one text for both languages, or one for each."""

_AGE = re.compile(r"([1-9]\d{0,6})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_BEYOND = 2**63
"""Thresholds stay below: a digest holds whole numbers of 64 bits."""


class RequirementTable(Noun, frozen=True, kw_only=True):
    """``[[criterion.require]]``."""

    figure: str
    op: Op
    value: Number | list[Number]
    unit: str = ""


class OwnerTable(Noun, frozen=True, kw_only=True):
    """``owner = { vendor, hospital }``, role names or free text."""

    vendor: str = ""
    hospital: str = ""


class CriterionTable(Noun, frozen=True, kw_only=True):
    """``[[criterion]]``."""

    id: str
    group: str
    title: Words
    why: Words
    remedy: Words
    kind: Kind
    subject: str
    engine: str = ""
    verb: str = ""
    verdicts: tuple[Verdict, ...] = (Verdict.PASS,)
    environment: Environment | None = None
    max_age: str = ""
    hard_stop: bool = False
    at_least: int = 1
    countersigned: bool = False
    owner: OwnerTable = OwnerTable()
    require: tuple[RequirementTable, ...] = ()
    drift_limit: int | None = None
    cannot_tell: CannotTell | None = None


class OverrideTable(Noun, frozen=True, kw_only=True):
    """``[gate.override."criterion"]``: what this gate asks differently."""

    max_age: str | None = None
    environment: Environment | None = None
    verdicts: tuple[Verdict, ...] | None = None
    require: tuple[RequirementTable, ...] | None = None
    hard_stop: bool | None = None
    at_least: int | None = None


class SeatTable(Noun, frozen=True, kw_only=True):
    """``[[gate.seat]]``; the title of a known role may be left out."""

    id: str
    side: Side
    veto: bool = False
    optional: bool = False
    title: Words = ""


class GateTable(Noun, frozen=True, kw_only=True):
    """``[[gate]]``."""

    id: str
    title: Words
    environment: Environment
    criteria: tuple[str, ...]
    decider: str
    question: Words = ""
    offset_days: int | None = None
    override: dict[str, OverrideTable] = msgspec.field(default_factory=dict)
    seat: tuple[SeatTable, ...] = ()


class GatesTable(Noun, frozen=True, kw_only=True):
    """``gates.toml`` as a whole."""

    format: int
    criterion: tuple[CriterionTable, ...]
    gate: tuple[GateTable, ...]
    title: Words = ""
    about: Words = ""


def read_gates(table: Mapping[str, object], where: str) -> tuple[Gate, ...]:
    """Read and check the gates of a project.

    Parameters
    ----------
    table : mapping
        The parsed file, in the present format.
    where : str
        Name of the file, for errors.

    Raises
    ------
    WrongUse
        An unknown field, an unknown criterion or seat, a comparison nothing can satisfy, or a
        criterion that would let a sandbox open a real gate.
    """
    book = shape(table, GatesTable, where)
    criteria: dict[str, CriterionTable] = {}
    for criterion in book.criterion:
        if criterion.id in criteria:
            raise _wrong("evidence.gate_twice", where, criterion.id, name=criterion.id)
        criteria[criterion.id] = criterion
    gates: dict[str, Gate] = {}
    for gate in book.gate:
        if gate.id in gates:
            raise _wrong("evidence.gate_twice", where, gate.id, name=gate.id)
        gates[gate.id] = _gate(gate, criteria, where)
    return tuple(gates.values())


def _gate(table: GateTable, known: Mapping[str, CriterionTable], where: str) -> Gate:
    seats = tuple(_seat(seat) for seat in table.seat)
    names = [seat.id for seat in seats]
    for name in (*_repeated(names), *_repeated(table.criteria)):
        raise _wrong("evidence.gate_twice", where, table.id, name=name)
    if not table.criteria:
        raise _wrong("evidence.field_missing", where, table.id, field="criteria")
    if table.decider not in names:
        raise _wrong("evidence.gate_no_seat", where, table.id, name=table.decider)
    vendor_decides = any(s.id == table.decider and s.side is Side.VENDOR for s in seats)
    if vendor_decides and table.environment is not Environment.SANDBOX:
        raise _wrong("evidence.gate_vendor_decides", where, table.id, name=table.decider)
    for name in (*table.criteria, *table.override):
        if name not in known or name not in table.criteria:
            raise _wrong("evidence.gate_no_criterion", where, table.id, name=name)
    criteria = tuple(
        _criterion(known[name], table, table.override.get(name, OverrideTable()), where)
        for name in table.criteria
    )
    return Gate(
        id=table.id,
        title=both(table.title),
        question=both(table.question),
        environment=table.environment,
        offset_days=table.offset_days,
        criteria=criteria,
        seats=seats,
        decider=table.decider,
    )


def _criterion(
    table: CriterionTable, gate: GateTable, override: OverrideTable, where: str
) -> Criterion:
    place = f"{gate.id} › {table.id}"
    changed = {
        name: value
        for name in OverrideTable.__struct_fields__
        if (value := getattr(override, name)) is not None
    }
    table = msgspec.structs.replace(table, **changed)
    environment = table.environment or gate.environment
    if environment is Environment.SANDBOX and gate.environment is not Environment.SANDBOX:
        raise _wrong("evidence.gate_sandbox", where, place)
    hard_default = CannotTell.STALE if table.hard_stop else CannotTell.WARN
    criterion = Criterion(
        id=table.id,
        group=table.group,
        title=both(table.title),
        why=both(table.why),
        remedy=both(table.remedy),
        kind=table.kind,
        subject=table.subject,
        engine=table.engine,
        verb=table.verb,
        verdicts=table.verdicts,
        environment=environment,
        max_age=_age(table.max_age, where, place),
        hard_stop=table.hard_stop,
        at_least=table.at_least,
        countersigned=table.countersigned,
        vendor_owner=table.owner.vendor,
        hospital_owner=table.owner.hospital,
        require=tuple(_requirement(item, where, place) for item in table.require),
        drift_limit=table.drift_limit,
        cannot_tell=table.cannot_tell or hard_default,
    )
    check_possible(criterion, where, place)
    return criterion


def _requirement(table: RequirementTable, where: str, place: str) -> Requirement:
    value, high = table.value, None
    if table.op is Op.BETWEEN:
        if not isinstance(value, list) or len(value) != 2:
            raise _wrong("evidence.gate_between", where, place, figure=table.figure)
        value, high = value
    elif isinstance(value, list):
        raise _wrong("evidence.gate_single", where, place, figure=table.figure, op=table.op.value)
    for number in (value,) if high is None else (value, high):
        if not _is_countable(number):
            raise _wrong("evidence.value_unknown", where, place, value=str(number))
    return Requirement(figure=table.figure, op=table.op, value=value, high=high, unit=table.unit)


def _is_countable(number: Number) -> bool:
    """TOML knows inf and nan, which anything or nothing meets, and numbers without end."""
    return Decimal(number).is_finite() and -_BEYOND < number < _BEYOND


def _age(text: str, where: str, place: str) -> timedelta | None:
    if not text:
        return None
    found = _AGE.fullmatch(text)
    if not found:
        raise _wrong("evidence.gate_age", where, place, value=text)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _seat(table: SeatTable) -> Seat:
    title = both(table.title) if table.title else role_title(table.id)
    return Seat(id=table.id, side=table.side, veto=table.veto, optional=table.optional, title=title)


def role_title(role: str) -> dict[Lang, str]:
    """Name a role in both languages; one the table does not know keeps the name it was given."""
    return _roles().get(role) or dict.fromkeys(LANGUAGES, role)


@cache
def _roles() -> dict[str, dict[Lang, str]]:
    text = (resources.files("luodi") / "evidence/gate/roles.toml").read_text(encoding="utf-8")
    return cast("dict[str, dict[Lang, str]]", parse_toml(text, "roles.toml")["role"])


def both(words: Words) -> dict[Lang, str]:
    """A sentence in both languages; one that was given in a single language serves for both."""
    if isinstance(words, str):
        return dict.fromkeys(LANGUAGES, words)
    return {lang: words.get(lang) or next(iter(words.values()), "") for lang in LANGUAGES}


def _repeated(names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield name
        seen.add(name)


def _wrong(code: str, where: str, place: str, **params: Any) -> WrongUse:
    return WrongUse(code, {"path": where, "place": place, **params})
