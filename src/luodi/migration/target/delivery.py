"""A batch in a hand-over folder: what it is, kept beside the files and never with a value of them.

::

    handover/
      .gitignore                       nothing here goes into a repository
      patients_20261124_1032_k7q/      a batch that is complete: one file per table
        patient.csv  visit.csv         rows that are new
        visit.changed.csv              rows of a delta that replace earlier ones
        manifest.json                  each file with its rows and digest, for whoever takes it
      .luodi/
        lock
        patients_20261124_1032_k7q.json    this record
        patients_20261124_1032_k7q/        parts while they are written

A batch becomes visible by the renaming of one folder, and goes away by another.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained, write_atomic
from luodi.migration.model import Noun, Table

MANIFEST = "manifest.json"
CONTROL = ".luodi"


class Piece(Noun, frozen=True, kw_only=True):
    """A part that is written: of which table, how many rows, whether they replace others."""

    table: str
    rows: int
    update: bool = False


class Delivery(Noun, frozen=True, kw_only=True):
    """A batch in the folder; ``number`` counts them, ``tables`` say what its files hold.

    ``reserved`` is the last key of a table that was taken for the batch: it stays taken when
    whoever gets the files has moved them away.
    """

    format: int = 1
    batch: str
    number: int
    tables: dict[str, Table] = msgspec.field(default_factory=dict)
    parts: dict[str, Piece] = msgspec.field(default_factory=dict)
    reserved: dict[str, int] = msgspec.field(default_factory=dict)
    removed: bool = False

    def rows(self, table: str, *, update: bool) -> int:
        """Rows of a table that are new, or that replace others."""
        pieces = (p for p in self.parts.values() if p.table == table and p.update is update)
        return sum(piece.rows for piece in pieces)


class DeliveredFile(Noun, frozen=True, kw_only=True):
    """A file of a complete batch."""

    name: str
    rows: int
    sha256: str


class Manifest(Noun, frozen=True, kw_only=True):
    """``manifest.json``: by it whoever takes the files tells that they are whole."""

    format: int = 1
    batch: str
    files: tuple[DeliveredFile, ...]


class Deliveries:
    """The records of a hand-over folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._control = folder / CONTROL

    def staging(self, batch: str) -> Path:
        """Where the parts of a batch lie while they are written."""
        return self._control / batch

    def placed(self, batch: str) -> Path:
        """Where a complete batch lies."""
        return self.folder / batch

    def keep(self, delivery: Delivery) -> Delivery:
        """Remember a batch as it is now."""
        path = self._control / f"{delivery.batch}.json"
        write_atomic(path, msgspec.json.encode(delivery), private=True)
        return delivery

    def get(self, batch: str) -> Delivery | None:
        """Recall a batch."""
        path = self._control / f"{batch}.json"
        return _read(path) if path.is_file() else None

    def all(self) -> tuple[Delivery, ...]:
        """Every batch that was begun, oldest first."""
        found = [_read(path) for path in self._control.glob("*.json")]
        return tuple(sorted(found, key=lambda delivery: delivery.number))


def _read(path: Path) -> Delivery:
    with explained(path):
        content = path.read_bytes()
    try:
        return msgspec.json.decode(content, type=Delivery)
    except msgspec.MsgspecError:
        raise LuodiError("migration.delivery_damaged", {"path": str(path)}) from None


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with explained(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
