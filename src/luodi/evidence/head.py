"""Signed heads: how long a chain is, and what its last record says.

A head is small enough to be read aloud or printed on signed minutes; whoever keeps one can later
tell whether the chain was rolled back or rewritten, even by the holder of its key.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained, overwrite
from luodi.evidence.model import Count, Finding, HeadMark, Moment, Noun, Ordinal, Severity, now
from luodi.evidence.suite import Signer, suite_named

T = TypeVar("T")

HEAD_WIDTH, MARK_WIDTH = 1024, 256
"""Bytes of a head's and of a remembered mark's file: one page of any disk, written in place."""

ATTEMPTS = 4
"""How often something that may be under way is read before it counts as damaged."""

_DOMAIN = b"luodi-head-1\n"
_TOKEN = re.compile(r"luodi-head:1:([^:]+):([^:]+):(\d{1,18}):([0-9a-f]{64})", re.ASCII)


class Head(Noun, frozen=True, kw_only=True):
    """State of a chain, signed.

    ``size`` counts the bytes of the chain file up to and including record ``seq``, whose stored
    bytes have the digest ``digest``; ``after`` is the seq of the head before it.
    """

    format: int
    project: str
    writer: str
    seq: Ordinal
    after: Count
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


def seal(signer: Signer, project: str, seq: int, size: int, digest: str, *, after: int) -> Head:
    """Sign the state of the signer's own chain."""
    head = Head(
        format=1,
        project=project,
        writer=signer.writer,
        seq=seq,
        after=after,
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
    return _DOMAIN + msgspec.json.encode(
        msgspec.structs.replace(head, signature=""), order="sorted"
    )


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


def trouble(error: LuodiError, path: Path) -> Finding:
    """Tell of trouble that undoes nothing."""
    params: dict[str, str | int] = {key: str(value) for key, value in error.params.items()}
    params["path"] = str(path)
    return Finding(code=error.code, params=params, severity=Severity.WARN)


@dataclass(frozen=True)
class SeenHeads:
    """What this installation remembers of every chain's head, outside the landing folder.

    A folder restored from an old copy still carries a valid old head; this memory is what notices.
    ``path`` is a folder with one small file a chain.
    """

    path: Path

    def read(self) -> dict[str, HeadMark]:
        """Read the memory; an installation that has seen nothing remembers nothing.

        Raises
        ------
        LuodiError
            ``evidence.memory_damaged``, with the file.
        """
        with explained(self.path):
            marks = [self._mark(path) for path in sorted(self.path.glob("w*.json"))]
        return {mark.writer: mark for mark in marks}

    def of(self, writer: str) -> HeadMark | None:
        """Read what is remembered of one chain."""
        path = self._path(writer)
        with explained(path):
            return self._mark(path) if path.exists() else None

    def remember(self, *marks: HeadMark) -> None:
        """Keep the newest mark of each chain.

        Not synced to disk: after a power cut an older memory is still a true one.
        """
        for mark in marks:
            known = self.of(mark.writer)
            if known is None or known.seq < mark.seq:
                path = self._path(mark.writer)
                with explained(path):
                    data = msgspec.json.encode(mark)
                    overwrite(path, data, MARK_WIDTH, private=True, durable=False)

    def keep(self, mark: HeadMark) -> tuple[Finding, ...]:
        """Remember a mark; the record stands even where that fails, so a failure is only told."""
        try:
            self.remember(mark)
        except LuodiError as error:
            return (trouble(error, self.path),)
        return ()

    def _path(self, writer: str) -> Path:
        return self.path / f"{writer}.json"

    def _mark(self, path: Path) -> HeadMark:
        try:
            return steady(lambda: msgspec.json.decode(path.read_bytes(), type=HeadMark))
        except msgspec.MsgspecError as error:
            raise LuodiError("evidence.memory_damaged", {"path": str(path)}) from error


def steady(read: Callable[[], T]) -> T:
    """Read again what may be half-written at this moment; what stays broken is broken."""
    for _ in range(ATTEMPTS - 1):
        try:
            return read()
        except (LuodiError, msgspec.MsgspecError):
            time.sleep(0.002)
    return read()
