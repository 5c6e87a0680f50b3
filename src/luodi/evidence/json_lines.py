"""The ledger of a landing folder: each chain is a file of JSON lines.

::

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
from typing import TYPE_CHECKING

from luodi.evidence.canonical import digest_bytes
from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained, extend, shorten, write_atomic
from luodi.evidence.head import Head, SeenHeads, encode_head, seal, trouble
from luodi.evidence.model import (
    NO_DIGEST,
    Draft,
    Evidence,
    Finding,
)
from luodi.evidence.recover import Recovered, recover
from luodi.evidence.stored import link, opening
from luodi.evidence.suite import Signer
from luodi.evidence.twin_heads import HEAD, NEXT, TWIN, TwinHeads

if TYPE_CHECKING:
    from filelock import FileLock


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
    copy: str = NEXT


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
        self._locks: dict[str, FileLock] = {}
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
        return self._heads(writer).read()[0]

    def announced(self, writer: str) -> Head | None:
        return self._heads(writer).read()[1]

    def _path(self, writer: str, suffix: str = ".jsonl") -> Path:
        return self.folder / (writer + suffix)

    def _heads(self, writer: str) -> TwinHeads:
        return TwinHeads(self.folder, writer)

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
            first = (opening(signer, drafts[0]),) if tail.seq == 0 else ()
            records, data, end = self._chain(signer, tail, (*first, *drafts))
            head = seal(signer, self.project, end.seq, end.size, end.digest, after=tail.seq)
            self._write(signer.writer, tail, data, head)
            end.inode = self._path(signer.writer).stat().st_ino
            end.head, end.copy = encode_head(head), TWIN[tail.copy]
            self._tail = end
            self._remember(head)
        return records[len(first) :]

    def _remember(self, head: Head) -> None:
        """Keep the head outside the folder."""
        if self.seen is not None:
            self.reports.extend(self.seen.keep(head.mark))

    def _chain(
        self, signer: Signer, tail: _Tail, drafts: Iterable[Draft]
    ) -> tuple[tuple[Evidence, ...], bytes, _Tail]:
        records, lines, digest = link(
            signer, self.project, drafts, seq=tail.seq, digest=tail.digest
        )
        data = b"\n".join(lines) + b"\n"
        return records, data, _Tail(records[-1].seq, digest, tail.size + len(data), 0)

    def _write(self, writer: str, tail: _Tail, data: bytes, head: Head) -> None:
        path = self._path(writer)
        with explained(path):
            try:
                self._heads(writer).write(tail.copy, head)
                if tail.size:
                    extend(path, data, tail.size)
                else:
                    write_atomic(path, data)  # nobody ever reads half an opening
            except (OSError, LuodiError):
                self._withdraw(writer, tail)
                raise
        try:
            self._heads(writer).write(TWIN[tail.copy], head, durable=tail.size == 0)
        except LuodiError as error:  # the records stand: the announcement alone vouches for them
            self.reports.append(trouble(error, self._path(writer, TWIN[tail.copy])))

    def _withdraw(self, writer: str, tail: _Tail) -> None:
        """Take an announcement back, unless there are records left that it alone vouches for."""
        path = self._path(writer)
        if (path.stat().st_size if path.exists() else 0) != tail.size:
            return
        if tail.size == 0:
            self._path(writer, tail.copy).unlink(missing_ok=True)
            return
        standing = self._heads(writer).whole(TWIN[tail.copy])
        if isinstance(standing, Head):
            self._heads(writer).write(tail.copy, standing)

    def _current_tail(self, signer: Signer) -> _Tail:
        path = self._path(signer.writer)
        with explained(path):
            status = path.stat() if path.exists() else None
        known = self._tail
        if known and status and (status.st_ino, status.st_size) == (known.inode, known.size):
            twin = self._heads(signer.writer).content(TWIN[known.copy]) or b""
            if twin.rstrip() == known.head.rstrip():
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
        head, announced = self._heads(signer.writer).read()
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
        head, announced = self._heads(signer.writer).read()
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
        self._heads(signer.writer).settle(found.head)
        self.reports.extend(found.findings)
        return found

    def repair(self) -> tuple[Finding, ...]:
        """Seal or set aside what a crash left in the own chain; append does the same by itself.

        Raises
        ------
        LuodiError
            As `append`, for a chain that nothing may be added to.
        """
        signer = self._own()
        with explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
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
                    self._heads(writer).write(HEAD, standing)
            self._heads(writer).write(NEXT, head)
            write_atomic(self._path(writer), data)
            self._heads(writer).write(HEAD, head)
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
            if writer not in self._locks:
                self._locks[writer] = FileLock(lock, timeout=self._lock_timeout)
            try:
                with self._locks[writer]:
                    yield
            except Timeout as error:
                seconds = int(self._lock_timeout)
                raise LuodiError(
                    "evidence.locked", {"path": str(lock), "seconds": seconds}
                ) from error
