"""Speak at a gate, and vouch for what no program can see: with the organisation's key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from luodi.evidence.attest import attest
from luodi.evidence.gate.model import Gate, Seat
from luodi.evidence.gate.sign import Voice
from luodi.evidence.model import Environment, Evidence, Figure, Side
from luodi.evidence.outcome import Act
from luodi.workbench.core.access import side_of
from luodi.workbench.core.files import Upload, keep, path_of
from luodi.workbench.core.hosted import SPEAKING, HostedSite
from luodi.workbench.core.models import Project, User


def seats_of(user: User, project: Project, gate: Gate) -> tuple[Seat, ...]:
    """The seats of a gate that a person's places in the project give."""
    held = {(seat.side, seat.function) for seat in user.seats if seat.project_id == project.pk}
    return tuple(seat for seat in gate.seats if (seat.side.value, seat.id) in held)


def speak(
    project: Project, gate: Gate, voice: Voice, by: User, paper: Upload | None = None
) -> Evidence:
    """Put a person's word beside the evidence, under the key of the seat's organisation.

    A seat whose side has no key here speaks by a signed `paper`, whose scan is kept.

    Raises
    ------
    LuodiError
        As `luodi.evidence.gate.sign.sign`.
    """
    seat = gate.seat(voice.seat)
    side = seat.side if seat and seat.side in SPEAKING else Side.VENDOR
    if paper is not None:
        voice = replace(voice, scan=keep(project, paper, by).digest)
    _, record = HostedSite.of(project, side).sign(gate.id, voice)
    assert isinstance(record, Evidence)  # a site has a ledger
    return record


@dataclass(frozen=True)
class Vouched:
    """What a person vouches for; `scan` is the signed paper."""

    subject: str
    statement: str
    scan: Upload
    countersigner: str
    expires: date | None
    figures: tuple[Figure, ...]
    environment: Environment


def vouch(project: Project, said: Vouched, by: User) -> Evidence:
    """Keep the scan, and put the attestation into the ledger of the person's organisation.

    Raises
    ------
    LuodiError
        As `luodi.workbench.core.files.keep` and `luodi.evidence.attest.attest`.
    """
    with transaction.atomic():  # the scan of an attestation that was refused is no file of ours
        file = keep(project, said.scan, by)
        outcome = attest(
            said.subject,
            said.statement,
            path_of(file),
            signer=by.name,
            countersigner=said.countersigner,
            expires=said.expires,
            figures=said.figures,
        )
    site = HostedSite.of(project, side_of(by, project))
    _, record = site.perform(
        Act("evidence", "attest", said.subject),
        lambda: outcome,
        environment=said.environment,
        actor=by.name,
    )
    assert isinstance(record, Evidence)  # a site has a ledger
    return record
