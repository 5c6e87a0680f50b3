"""A record as it is stored: one line of canonical JSON, and the line every chain begins with."""

from __future__ import annotations

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Draft, Evidence, Kind, Opening, Status, Verdict, now
from luodi.evidence.suite import Signer

encode = msgspec.json.Encoder(order="sorted").encode
"""Write a record the way it is stored: canonical form, one line."""

decode = msgspec.json.Decoder(Evidence).decode
"""Read a stored record."""


def stored_line(record: Evidence) -> bytes:
    """Write a record that will read again; one that does not would spoil its chain for ever.

    Raises
    ------
    LuodiError
        ``evidence.not_storable``: the verb put something into its draft that is no evidence.
    """
    try:
        line = encode(record)
        decode(line)
    except (msgspec.MsgspecError, UnicodeEncodeError, TypeError) as error:
        place = str(error).rpartition("`$.")[2].rstrip("`") if "`$." in str(error) else "$"
        raise LuodiError(
            "evidence.not_storable", {"verb": f"{record.engine} {record.verb}", "place": place}
        ) from error
    return line


def opening(signer: Signer, first: Draft) -> Draft:
    """The record every chain begins with: who signs it, and how."""
    moment = now()
    return msgspec.structs.replace(
        first,
        kind=Kind.MACHINE,
        subject=f"ledger:{signer.writer}",
        engine="evidence",
        verb="open",
        status=Status.COMPLETED,
        verdict=Verdict.PASS,
        started=moment,
        finished=moment,
        figures=(),
        findings=(),
        inputs=(),
        artefacts=(),
        attestation=None,
        decision=None,
        heads=(),
        opening=Opening(
            suite=signer.suite.name,
            public_key=signer.public_key.hex(),
            name=signer.name,
            side=signer.side,
        ),
    )
