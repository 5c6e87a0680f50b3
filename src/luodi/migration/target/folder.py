"""A folder of files as a target: what it holds, looked at as tables.

The files lie in clear where whoever takes them can read them: outside the vault, closed to other
accounts of this computer, and said so at every load.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from filelock import FileLock

from luodi.evidence.files import explained, write_atomic
from luodi.migration.model import Kind, Table
from luodi.migration.target.delivery import CONTROL, Deliveries, Delivery
from luodi.migration.target.model import Blocks, Checksum, Obstacle, TargetTable
from luodi.migration.target.relational_reading import field
from luodi.migration.target.rows import Rows

_UNFIT = frozenset('/\\:*?"<>|')


class Format(Protocol):
    """How rows become a file and a file rows."""

    @property
    def ending(self) -> str:
        """How its files' names end."""

    @property
    def charset(self) -> str:
        """Encoding of its texts; empty where it holds all of Unicode."""

    def write(self, rows: Rows, path: Path) -> int:
        """Write rows into a new file; raises `Refused` for a value it cannot hold."""

    def read(self, path: Path, table: Table) -> Blocks:
        """Rows of a file, in the order of the table's columns."""

    def join(self, parts: Sequence[Path], table: Table, path: Path) -> None:
        """Make one file of several, of none too."""

    def without(self, path: Path, table: Table, key: str, keys: frozenset[str]) -> int:
        """Take rows out of a file by the texts of their keys; say how many are left."""


class Folder:
    """A hand-over folder, open for looking."""

    lanes = 1
    imaged = True
    importer = False

    def __init__(
        self, id: str, folder: Path, product: str, format: Format, tables: Mapping[str, Table]
    ) -> None:
        self.id = id
        self.product = product
        self.folder = folder
        self.format = format
        self.kept = Deliveries(folder)
        with explained(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / CONTROL).mkdir(mode=0o700, exist_ok=True)
        if not (folder / ".gitignore").exists():
            write_atomic(folder / ".gitignore", b"*\n")
        self.tables = dict(tables)
        for delivery in reversed(self.kept.all()):
            for name, table in delivery.tables.items():
                self.tables.setdefault(name, table)
        self.lock = FileLock(folder / CONTROL / "lock", timeout=0)
        self.running: Delivery | None = None

    # --- looking --------------------------------------------------------------------------------

    def obstacles(self) -> tuple[Obstacle, ...]:
        """That files lie in clear, and tables that no file can be called after."""
        params: dict[str, str | int] = {"target": self.id, "folder": str(self.folder)}
        unfit = [name for name in self.tables if _UNFIT & set(name) or name.startswith(".")]
        return (
            Obstacle(code="migration.target_in_clear", params=params, blocks=False),
            *(
                Obstacle(code="migration.target_file_name", params={"table": name})
                for name in unfit
            ),
        )

    def describe(self, names: Iterable[str]) -> dict[str, TargetTable]:
        found = {}
        for name in set(names) & self.tables.keys():
            table = self.tables[name]
            texts = [c.name for c in table.columns if c.kind is Kind.TEXT]
            found[name] = TargetTable(
                table=table,
                rows=sum(d.rows(name, update=False) for d in self._visible()),
                charsets=dict.fromkeys(texts, self.format.charset) if self.format.charset else {},
            )
        return found

    def in_use(self) -> bool:
        return False

    def checksum(self, table: Table) -> Checksum:
        return summed(row for block in self._rows(table) for row in block)

    def present(self, table: Table, columns: Sequence[str]) -> Blocks:
        for block in self._chosen(table, columns):
            yield [row for row in block if None not in row]

    def csv(self, table: Table, columns: Sequence[str]) -> Iterator[bytes]:
        for block in self._chosen(table, columns):
            lines = (",".join(map(field, row)) for row in block)
            yield ("\n".join(lines) + "\n").encode()

    def read(
        self, table: Table, columns: Sequence[str], key: str, keys: Sequence[object]
    ) -> Blocks:
        wanted = set(map(str, keys))
        for block in self._chosen(table, (key, *columns)):
            yield [row[1:] for row in block if str(row[0]) in wanted]

    def touched(self, table: Table, key: str, keys: Sequence[object]) -> list[object]:
        return []

    def handed_over(self, table: Table, key: str, keys: Sequence[object]) -> Blocks:
        yield from ()

    def images(self, table: Table, key: str, keys: Sequence[object]) -> Blocks:
        """Of rows of the running batch, as its own files hold them."""
        running = self.running
        if running is None or table.full_name not in running.tables:
            return
        wanted, shape = set(map(str, keys)), running.tables[table.full_name]
        place = place_of(shape, key)
        for path, _ in self.files_of(running, table.full_name):
            for block in self.format.read(path, shape):
                yield [(row[place], image_of(row)) for row in block if str(row[place]) in wanted]

    def _chosen(self, table: Table, columns: Sequence[str]) -> Blocks:
        places = [place_of(table, name) for name in columns]
        for block in self._rows(table):
            yield [tuple(row[place] for place in places) for row in block]

    def _rows(self, table: Table) -> Blocks:
        """A table as it is: the newest batch first, and rows it replaces not once more."""
        key = place_of(table, table.primary_key[0])
        replaced: set[str] = set()
        for delivery in reversed(self._visible()):
            newer = frozenset(replaced)
            shape = delivery.tables.get(table.full_name, table)
            for path, update in self.files_of(delivery, table.full_name):
                for block in self.format.read(path, shape):
                    rows = shaped(block, shape, table)
                    if update:
                        replaced.update(str(row[key]) for row in rows)
                    yield [row for row in rows if str(row[key]) not in newer]

    def _visible(self) -> tuple[Delivery, ...]:
        """Batches that are complete, and the one that is being written."""
        running = self.running.batch if self.running else ""
        return tuple(
            delivery
            for delivery in self.kept.all()
            if not delivery.removed
            and (delivery.batch == running or self.kept.placed(delivery.batch).is_dir())
        )

    def files_of(self, delivery: Delivery, table: str) -> Iterator[tuple[Path, bool]]:
        placed = self.kept.placed(delivery.batch)
        if placed.is_dir():
            for update in (True, False):
                path = placed / self.name_of(table, update=update)
                if path.is_file():
                    yield path, update
            return
        for mark, piece in delivery.parts.items():
            if piece.table == table:
                yield self.part_at(delivery.batch, mark), piece.update

    def name_of(self, table: str, *, update: bool) -> str:
        return f"{table}{'.changed' if update else ''}{self.format.ending}"

    def part_at(self, batch: str, mark: str) -> Path:
        return self.kept.staging(batch) / f"{mark}{self.format.ending}"


def place_of(table: Table, name: str) -> int:
    """Place of a column in a table's rows."""
    return next(place for place, column in enumerate(table.columns) if column.name == name)


def shaped(block: list[tuple[object, ...]], shape: Table, table: Table) -> list[tuple[object, ...]]:
    """Rows of one shape in another: a mapping may have got more columns since."""
    if shape.columns == table.columns:
        return block
    places = {column.name: place for place, column in enumerate(shape.columns)}
    wanted = [places.get(column.name) for column in table.columns]
    return [tuple(None if at is None else row[at] for at in wanted) for row in block]


def image_of(row: Sequence[object]) -> int:
    """The 64-bit hash of a row."""
    digest = hashlib.blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)


def summed(rows: Iterable[Sequence[object]]) -> Checksum:
    """Count rows and add up their hashes."""
    count = total = 0
    for row in rows:
        count, total = count + 1, total + image_of(row)
    return Checksum(rows=count, total=str(total))
