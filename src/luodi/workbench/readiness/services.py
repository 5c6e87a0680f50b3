"""Speak at a gate: with the organisation's key, from the seat one's function gives."""

from __future__ import annotations

from luodi.evidence.gate.model import Gate, Seat
from luodi.evidence.gate.sign import Voice
from luodi.evidence.model import Evidence, Side
from luodi.workbench.core.hosted import SPEAKING, HostedSite
from luodi.workbench.core.models import Project, User


def seats_of(user: User, project: Project, gate: Gate) -> tuple[Seat, ...]:
    """The seats of a gate that a person's places in the project give."""
    held = {(seat.side, seat.function) for seat in user.seats if seat.project_id == project.pk}
    return tuple(seat for seat in gate.seats if (seat.side.value, seat.id) in held)


def speak(project: Project, gate_id: str, voice: Voice) -> Evidence:
    """Put a person's word beside the evidence, under the key of the seat's organisation.

    A seat whose side has no key here speaks by a signed paper, whose scan the voice names.

    Raises
    ------
    LuodiError
        As `luodi.evidence.gate.sign.sign`.
    """
    seat = HostedSite.of(project).folder.gate(gate_id).seat(voice.seat)
    side = seat.side if seat and seat.side in SPEAKING else Side.VENDOR
    _, record = HostedSite.of(project, side).sign(gate_id, voice)
    assert isinstance(record, Evidence)  # a site has a ledger
    return record
