"""The two files that hold a chain's signed head.

They are written in place and in turn, so that at every moment one of them is whole and on the disk.
The lower is the published head; a higher one was announced by an append that has not ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained, overwrite
from luodi.evidence.head import HEAD_WIDTH, Head, decode_head, encode_head, steady

HEAD, NEXT = ".head", ".next"
TWIN = {HEAD: NEXT, NEXT: HEAD}


@dataclass(frozen=True)
class TwinHeads:
    """``<writer>.head`` and ``<writer>.next`` in a folder."""

    folder: Path
    writer: str

    def path(self, suffix: str) -> Path:
        """Where one of the two is."""
        return self.folder / (self.writer + suffix)

    def content(self, suffix: str) -> bytes | None:
        """Bytes of one of the two; None where it is not there."""
        path = self.path(suffix)
        with explained(path):
            return path.read_bytes() if path.exists() else None

    def read(self) -> tuple[Head | None, Head | None]:
        """Read the published head and the announced one; neither is announced where they agree.

        Where they differ, one may be half-written: it says nothing then, and its twin is whole.
        """
        stored = self.content(HEAD)
        if stored is not None and stored == self.content(NEXT):
            return decode_head(stored, self.path(HEAD)), None
        head, twin = (self.whole(suffix) for suffix in (HEAD, NEXT))
        if isinstance(twin, LuodiError):
            twin = None
        if isinstance(head, LuodiError):
            if twin is None:
                raise head
            return twin, None
        return (twin, head) if head and twin and twin.seq < head.seq else (head, twin)

    def whole(self, suffix: str) -> Head | LuodiError | None:
        """Read a head that is signed, or how it is damaged; a newer one is for a newer version."""
        path = self.path(suffix)

        def read() -> Head | None:
            data = self.content(suffix)
            head = decode_head(data, path) if data is not None else None
            if head is not None and not head.is_signed():
                raise LuodiError("evidence.head_damaged", {"path": str(path)})
            return head

        try:
            return steady(read)
        except LuodiError as error:
            if error.code != "evidence.head_damaged":
                raise
            return error

    def write(self, suffix: str, head: Head, *, durable: bool = True) -> None:
        """Write one of the two in place; the other is left as it is."""
        path = self.path(suffix)
        with explained(path):
            overwrite(path, encode_head(head), HEAD_WIDTH, durable=durable)

    def settle(self, head: Head) -> None:
        """Have both head files say the same, and the disk confirm the first."""
        if head.seq == 0:
            self.path(NEXT).unlink(missing_ok=True)
            return
        self.write(HEAD, head)
        self.write(NEXT, head, durable=False)
