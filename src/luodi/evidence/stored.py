"""A record as it is stored: one line of canonical JSON, and the line every chain begins with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import FORMAT, Draft, Evidence, Kind, Opening, Status, Verdict, now
from luodi.evidence.suite import Signer

encode = msgspec.json.Encoder(order="sorted").encode
"""Write a record the way it is stored: canonical form, one line."""

decode = msgspec.json.Decoder(Evidence).decode
"""Read a stored record."""


_decode_all = msgspec.json.Decoder(list[Evidence]).decode


def stored_line(record: Evidence) -> bytes:
    """Write a record the way it is stored.

    Raises
    ------
    LuodiError
        ``evidence.not_storable``: the verb put something into its draft that is no evidence.
    """
    try:
        return encode(record)
    except (msgspec.MsgspecError, UnicodeEncodeError, TypeError) as error:
        raise _not_storable(record, error) from error


def link(
    signer: Signer, project: str, drafts: Iterable[Draft], *, seq: int, digest: str
) -> tuple[tuple[Evidence, ...], tuple[bytes, ...], str]:
    """Give drafts their places behind the record `seq`, whose stored bytes have `digest`.

    Returns
    -------
    tuple
        The records, their stored lines without line feeds, and the digest of the last.

    Raises
    ------
    LuodiError
        ``evidence.not_storable``.
    """
    moment = now()
    records: list[Evidence] = []
    lines: list[bytes] = []
    for draft in drafts:
        seq += 1
        record = Evidence(
            format=FORMAT,
            project=project,
            writer=signer.writer,
            seq=seq,
            previous=digest,
            recorded=moment,
            **msgspec.structs.asdict(draft),
        )
        line = stored_line(record)
        digest = signer.suite.digest(line)
        records.append(record)
        lines.append(line)
    read_back(records, lines)
    return tuple(records), tuple(lines), digest


def read_back(records: Sequence[Evidence], lines: Sequence[bytes]) -> None:
    """Make sure that lines read again; one that does not would spoil its chain for ever.

    Raises
    ------
    LuodiError
        ``evidence.not_storable``, naming the first that does not.
    """
    try:
        _decode_all(b"[" + b",".join(lines) + b"]")
    except msgspec.MsgspecError:
        for record, line in zip(records, lines, strict=True):
            try:
                decode(line)
            except msgspec.MsgspecError as error:
                raise _not_storable(record, error) from error
        raise


def _not_storable(record: Evidence, error: Exception) -> LuodiError:
    place = str(error).rpartition("`$.")[2].rstrip("`") if "`$." in str(error) else "$"
    return LuodiError(
        "evidence.not_storable", {"verb": f"{record.engine} {record.verb}", "place": place}
    )


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
