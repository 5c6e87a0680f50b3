"""The ledger: a project's chains of evidence, one chain per writer.

:class:`Chains` is what can be verified and :class:`Ledger` what every store offers; merging and
gates need no more than that.
:class:`JsonLinesLedger` keeps each chain as a file of the landing folder::

    evidence/<writer>.jsonl   one record a line; the digest of a record is that of its stored bytes
    evidence/<writer>.head    the signed head
    evidence/<writer>.next    the same head once more; during an append one of the two is ahead

An append announces its signed head in one of the two, writes the records, then copies the head
into the other: the lower is the published one.  Whatever a crash leaves can therefore be told
apart from what somebody without the key has added.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from luodi.evidence.canonical import digest_bytes
from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained, extend, overwrite, shorten, write_atomic
from luodi.evidence.head import (
    HEAD_WIDTH,
    Head,
    SeenHeads,
    decode_head,
    encode_head,
    seal,
    steady,
)
from luodi.evidence.model import (
    FORMAT,
    NO_DIGEST,
    Draft,
    Evidence,
    Finding,
    Kind,
    Opening,
    Severity,
    Status,
    Verdict,
    now,
)
from luodi.evidence.recover import Recovered, recover
from luodi.evidence.suite import Signer

encode = msgspec.json.Encoder(order="sorted").encode
"""Write a record the way it is stored: canonical form, one line."""

decode = msgspec.json.Decoder(Evidence).decode
"""Read a stored record."""


class Chains(Protocol):
    """A project's set of chains, to be read: a ledger, or the copy somebody sent."""

    @property
    def project(self) -> str:
        """Project every record belongs to."""

    def writers(self) -> tuple[str, ...]:
        """Name every chain."""

    def data(self, writer: str) -> bytes:
        """Read a chain's stored bytes: records, each ended by a line feed."""

    def head(self, writer: str) -> Head | None:
        """Read a chain's published head."""

    def announced(self, writer: str) -> Head | None:
        """Read the head announced by an append that has not ended."""


class Ledger(Chains, Protocol):
    """Chains that this installation keeps, and its own one that it writes."""

    def append(self, drafts: Sequence[Draft]) -> tuple[Evidence, ...]:
        """Add records to the own chain: all of them, durable and sealed, or none."""

    def adopt(self, writer: str, data: bytes, head: Head) -> None:
        """Replace a chain by a longer copy that begins with it."""

    def set_aside(self, writer: str, data: bytes, why: str) -> str:
        """Keep bytes that could not become part of a chain, and tell where."""


_HEAD, _NEXT = ".head", ".next"
_TWIN = {_HEAD: _NEXT, _NEXT: _HEAD}


@dataclass
class _Tail:
    """Where the own chain ends, as long as the file is the one it was read from.

    ``copy`` is the head file that may not be on the disk yet; the next head is announced there.
    Its twin holds ``head``.
    """

    seq: int
    digest: str
    size: int
    inode: int
    head: bytes = b""
    copy: str = _NEXT


class JsonLinesLedger:
    """A ledger in a folder.

    Parameters
    ----------
    folder : Path
        The landing folder's ``evidence``.
    project : str
        Project every record belongs to.
    signer : Signer, optional
        Key of this installation; without it the ledger can only be read.
    seen : SeenHeads, optional
        Memory outside the folder that notices a folder rolled back to an old copy.
    lock_timeout : float
        Seconds to wait for another process that is appending.
    """

    def __init__(
        self,
        folder: Path,
        project: str,
        signer: Signer | None = None,
        *,
        seen: SeenHeads | None = None,
        lock_timeout: float = 10.0,
    ) -> None:
        self.folder = folder
        self.project = project
        self.signer = signer
        self.seen = seen
        self.reports: list[Finding] = []
        self._lock_timeout = lock_timeout
        self._tail: _Tail | None = None

    # --- reading -------------------------------------------------------------------------------

    def writers(self) -> tuple[str, ...]:
        return tuple(
            sorted(
                {path.stem for kind in ("jsonl", "head") for path in self.folder.glob(f"w*.{kind}")}
            )
        )

    def data(self, writer: str) -> bytes:
        path = self._path(writer)
        with explained(path):
            return path.read_bytes() if path.exists() else b""

    def head(self, writer: str) -> Head | None:
        return self._heads(writer)[0]

    def announced(self, writer: str) -> Head | None:
        return self._heads(writer)[1]

    def _heads(self, writer: str) -> tuple[Head | None, Head | None]:
        """Read the published head and the announced one; neither is announced where they agree.

        Where they differ, one may be half-written: it says nothing then, and its twin is whole.
        """
        path = self._path(writer, _HEAD)
        with explained(path):
            stored = _content(path)
            if stored is not None and stored == _content(self._path(writer, _NEXT)):
                return decode_head(stored, path), None
        head, twin = (self._whole_head(writer, suffix) for suffix in (_HEAD, _NEXT))
        if isinstance(twin, LuodiError):
            twin = None
        if isinstance(head, LuodiError):
            if twin is None:
                raise head
            return twin, None
        return (twin, head) if head and twin and twin.seq < head.seq else (head, twin)

    def _whole_head(self, writer: str, suffix: str) -> Head | LuodiError | None:
        """Read a head that is signed, or how it is damaged; a newer one is for a newer version."""
        path = self._path(writer, suffix)

        def read() -> Head | None:
            data = _content(path)
            head = decode_head(data, path) if data is not None else None
            if head is not None and not head.is_signed():
                raise LuodiError("evidence.head_damaged", {"path": str(path)})
            return head

        with explained(path):
            try:
                return steady(read)
            except LuodiError as error:
                if error.code != "evidence.head_damaged":
                    raise
                return error

    def _write_head(self, writer: str, suffix: str, head: Head, *, durable: bool = True) -> None:
        path = self._path(writer, suffix)
        with explained(path):
            overwrite(path, encode_head(head), HEAD_WIDTH, durable=durable)

    def _path(self, writer: str, suffix: str = ".jsonl") -> Path:
        return self.folder / (writer + suffix)

    # --- writing -------------------------------------------------------------------------------

    def append(self, drafts: Sequence[Draft]) -> tuple[Evidence, ...]:
        """Add records to the own chain.

        Raises
        ------
        LuodiError
            The ledger is read-only here, locked, full, or not what this installation last saw, or
            a draft does not fit a record; in every case the chain is as it was.
        """
        signer = self._own()
        if not drafts:
            return ()
        with explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        with self._locked(signer.writer):
            tail = self._current_tail(signer)
            opening = (_opening(signer, drafts[0]),) if tail.seq == 0 else ()
            records, data, end = self._chain(signer, tail, (*opening, *drafts))
            head = seal(signer, self.project, end.seq, end.size, end.digest, after=tail.seq)
            self._write(signer.writer, tail, data, head)
            end.inode = self._path(signer.writer).stat().st_ino
            end.head, end.copy = encode_head(head), _TWIN[tail.copy]
            self._tail = end
            self._remember(head)
        return records[len(opening) :]

    def _remember(self, head: Head) -> None:
        """Keep the head outside the folder; the records stand even where that fails."""
        if self.seen is None:
            return
        try:
            self.seen.remember(head.mark)
        except LuodiError as error:
            self._report(error, self.seen.path)

    def _report(self, error: LuodiError, path: Path) -> None:
        """Tell of trouble that undoes nothing."""
        params: dict[str, str | int] = {key: str(value) for key, value in error.params.items()}
        params["path"] = str(path)
        self.reports.append(Finding(code=error.code, params=params, severity=Severity.WARN))

    def _chain(
        self, signer: Signer, tail: _Tail, drafts: Iterable[Draft]
    ) -> tuple[tuple[Evidence, ...], bytes, _Tail]:
        moment, digest, seq = now(), tail.digest, tail.seq
        records: list[Evidence] = []
        lines: list[bytes] = []
        for draft in drafts:
            seq += 1
            record = Evidence(
                format=FORMAT,
                project=self.project,
                writer=signer.writer,
                seq=seq,
                previous=digest,
                recorded=moment,
                **msgspec.structs.asdict(draft),
            )
            line = _line(record)
            digest = signer.suite.digest(line)
            records.append(record)
            lines.append(line + b"\n")
        data = b"".join(lines)
        return tuple(records), data, _Tail(seq, digest, tail.size + len(data), 0)

    def _write(self, writer: str, tail: _Tail, data: bytes, head: Head) -> None:
        path = self._path(writer)
        with explained(path):
            try:
                self._write_head(writer, tail.copy, head)
                if tail.size:
                    extend(path, data, tail.size)
                else:
                    write_atomic(path, data)  # nobody ever reads half an opening
            except (OSError, LuodiError):
                self._withdraw(writer, tail)
                raise
        try:
            self._write_head(writer, _TWIN[tail.copy], head, durable=tail.size == 0)
        except LuodiError as error:  # the records stand: the announcement alone vouches for them
            self._report(error, self._path(writer, _TWIN[tail.copy]))

    def _withdraw(self, writer: str, tail: _Tail) -> None:
        """Take an announcement back, unless there are records left that it alone vouches for."""
        path = self._path(writer)
        if (path.stat().st_size if path.exists() else 0) != tail.size:
            return
        if tail.size == 0:
            self._path(writer, tail.copy).unlink(missing_ok=True)
            return
        standing = self._whole_head(writer, _TWIN[tail.copy])
        if isinstance(standing, Head):
            self._write_head(writer, tail.copy, standing)

    def _current_tail(self, signer: Signer) -> _Tail:
        path = self._path(signer.writer)
        with explained(path):
            status = path.stat() if path.exists() else None
        known = self._tail
        if known and status and (status.st_ino, status.st_size) == (known.inode, known.size):
            twin = self._path(signer.writer, _TWIN[known.copy])
            with explained(twin):
                if (_content(twin) or b"").rstrip() == known.head.rstrip():
                    return known  # and no other process has announced anything there
        if status is None:
            self._refuse_lost_chain(signer)
            return _Tail(0, NO_DIGEST, 0, 0)
        found = self._recover(signer)
        head = found.head
        return _Tail(head.seq, head.digest, head.size, status.st_ino, encode_head(head))

    def _refuse_lost_chain(self, signer: Signer) -> None:
        """A chain that is remembered, or whose head is there, was lost; it does not begin anew."""
        remembered = self.seen.of(signer.writer) if self.seen else None
        head, announced = self._heads(signer.writer)
        last = max(
            remembered.seq if remembered else 0,
            head.seq if head else 0,
            announced.after if announced else 0,
        )
        if last:
            raise LuodiError(
                "evidence.chain_lost", {"path": str(self._path(signer.writer)), "seq": last}
            )

    def _recover(self, signer: Signer) -> Recovered:
        remembered = self.seen.of(signer.writer) if self.seen else None
        head, announced = self._heads(signer.writer)
        found = recover(
            self._path(signer.writer),
            signer,
            self.project,
            head=head,
            announced=announced,
            remembered=remembered,
        )
        if found.torn:
            self.set_aside(signer.writer, found.torn, "torn")
            with explained(self._path(signer.writer)):
                shorten(self._path(signer.writer), found.head.size)
        self._settle(signer.writer, found.head)
        self.reports.extend(found.findings)
        return found

    def _settle(self, writer: str, head: Head) -> None:
        """Have both head files say the same, and the disk confirm the first."""
        if head.seq == 0:
            self._path(writer, _NEXT).unlink(missing_ok=True)
            return
        self._write_head(writer, _HEAD, head)
        self._write_head(writer, _NEXT, head, durable=False)

    def repair(self) -> tuple[Finding, ...]:
        """Seal or set aside what a crash left in the own chain; append does the same by itself."""
        signer = self._own()
        if not self._path(signer.writer).exists():
            return ()
        before = len(self.reports)
        with self._locked(signer.writer):
            self._tail = None
            self._current_tail(signer)
        return tuple(self.reports[before:])

    def adopt(self, writer: str, data: bytes, head: Head) -> None:
        with explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        with self._locked(writer):
            present = self.data(writer)
            whole = present[: present.rfind(b"\n") + 1]
            if not data.startswith(whole):
                raise LuodiError("evidence.not_a_continuation", {"writer": writer})
            if not data.startswith(present):
                self.set_aside(writer, present[len(whole) :], "torn")
            with suppress(LuodiError):  # a damaged head is what is being mended
                if (standing := self.head(writer)) is not None:
                    self._write_head(writer, _HEAD, standing)
            self._write_head(writer, _NEXT, head)
            write_atomic(self._path(writer), data)
            self._write_head(writer, _HEAD, head)
            self._remember(head)

    def set_aside(self, writer: str, data: bytes, why: str) -> str:
        path = self.folder / "aside" / f"{writer}.{why}.{digest_bytes(data)[:16]}"
        write_atomic(path, data)
        return str(path)

    def _own(self) -> Signer:
        if self.signer is None:
            raise LuodiError("evidence.no_key", {"path": str(self.folder)})
        return self.signer

    @contextmanager
    def _locked(self, writer: str) -> Iterator[None]:
        from filelock import FileLock, Timeout  # whoever only reads need not wait for its import

        lock = self._path(writer, ".lock")
        with explained(lock):
            try:
                with FileLock(lock, timeout=self._lock_timeout):
                    yield
            except Timeout as error:
                seconds = int(self._lock_timeout)
                raise LuodiError(
                    "evidence.locked", {"path": str(lock), "seconds": seconds}
                ) from error


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _line(record: Evidence) -> bytes:
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


def _opening(signer: Signer, first: Draft) -> Draft:
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
