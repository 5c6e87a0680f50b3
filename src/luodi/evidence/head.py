"""Signed heads: how long a chain is, and what its last record says.

A head is small enough to be read aloud or printed on signed minutes; whoever keeps one can later
tell whether the chain was rolled back or rewritten, even by the holder of its key.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import msgspec
from filelock import FileLock

from luodi.evidence.canonical import canonical_json
from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained, write_atomic
from luodi.evidence.model import HeadMark, Moment, Noun, Ordinal, now
from luodi.evidence.suite import Signer, suite_named

_DOMAIN = b"luodi-head-1\n"
_TOKEN = re.compile(r"luodi-head:1:([^:]+):([^:]+):(\d{1,18}):([0-9a-f]{64})", re.ASCII)


class Head(Noun, frozen=True, kw_only=True):
    """State of a chain, signed.

    ``size`` counts the bytes of the chain file up to and including record ``seq``, whose stored
    bytes have the digest ``digest``.
    """

    format: int
    project: str
    writer: str
    seq: Ordinal
    size: Ordinal
    digest: str
    suite: str
    public_key: str
    sealed: Moment
    signature: str = ""

    @property
    def mark(self) -> HeadMark:
        """The part others countersign."""
        return HeadMark(writer=self.writer, seq=self.seq, digest=self.digest)

    def is_signed(self) -> bool:
        """Tell whether the signature is that of the key the head names."""
        try:
            suite = suite_named(self.suite)
            public, signature = bytes.fromhex(self.public_key), bytes.fromhex(self.signature)
        except (ValueError, LuodiError):
            return False
        return suite.verify(public, signature, _signed_bytes(self))

    def token(self) -> str:
        """Write the head as one line for paper: project, writer, seq and digest."""
        return token_of(self.project, self.mark)


def seal(signer: Signer, project: str, seq: int, size: int, digest: str) -> Head:
    """Sign the state of the signer's own chain."""
    head = Head(
        format=1,
        project=project,
        writer=signer.writer,
        seq=seq,
        size=size,
        digest=digest,
        suite=signer.suite.name,
        public_key=signer.public_key.hex(),
        sealed=now(),
    )
    return msgspec.structs.replace(head, signature=signer.sign(_signed_bytes(head)))


def encode_head(head: Head) -> bytes:
    """Write a head the way it is stored."""
    return msgspec.json.encode(head, order="sorted") + b"\n"


def decode_head(data: bytes, path: Path | str) -> Head:
    """Read a stored head.

    Raises
    ------
    LuodiError
        ``evidence.head_damaged`` when it does not read, ``evidence.format_newer`` when it was
        written by a newer version.
    """
    try:
        fields = json.loads(data)
        if (
            isinstance(fields, dict)
            and isinstance(fields.get("format"), int)
            and fields["format"] > 1
        ):
            raise LuodiError(
                "evidence.format_newer", {"path": str(path), "found": fields["format"], "known": 1}
            )
        return msgspec.convert(fields, Head)
    except (ValueError, RecursionError) as error:
        raise LuodiError("evidence.head_damaged", {"path": str(path)}) from error


def _signed_bytes(head: Head) -> bytes:
    return _DOMAIN + canonical_json(msgspec.structs.replace(head, signature=""))


def token_of(project: str, mark: HeadMark) -> str:
    """Write a head as one line: ``luodi-head:1:PROJECT:WRITER:SEQ:DIGEST``."""
    return f"luodi-head:1:{project}:{mark.writer}:{mark.seq}:{mark.digest}"


def parse_token(text: str) -> tuple[str, HeadMark]:
    """Read a head that was printed or sent.

    Returns
    -------
    tuple
        The project and the mark.

    Raises
    ------
    WrongUse
        ``evidence.token_malformed``.
    """
    found = _TOKEN.fullmatch(text.strip())
    if found is None:
        raise WrongUse("evidence.token_malformed", {"text": text.strip()[:80]})
    project, writer, seq, digest = found.groups()
    return project, HeadMark(writer=writer, seq=int(seq), digest=digest)


@dataclass(frozen=True)
class SeenHeads:
    """What this installation remembers of every chain's head, outside the landing folder.

    A folder restored from an old copy still carries a valid old head; this memory is what notices.
    """

    path: Path

    def read(self) -> dict[str, HeadMark]:
        """Read the memory; an installation that has seen nothing remembers nothing."""
        with explained(self.path):
            try:
                data = self.path.read_bytes()
            except FileNotFoundError:
                return {}
        try:
            marks = msgspec.json.decode(data, type=list[HeadMark])
        except msgspec.MsgspecError as error:
            raise LuodiError("evidence.memory_damaged", {"path": str(self.path)}) from error
        return {mark.writer: mark for mark in marks}

    def remember(self, *marks: HeadMark) -> None:
        """Keep the newest mark of each chain.

        Not synced to disk: after a power cut an older memory is still a true one.
        """
        with explained(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_suffix(".lock")):
                known = self.read()
                newer = {
                    mark.writer: mark
                    for mark in marks
                    if mark.writer not in known or known[mark.writer].seq < mark.seq
                }
                if newer:
                    data = msgspec.json.encode(list((known | newer).values()))
                    write_atomic(self.path, data, private=True, durable=False)
