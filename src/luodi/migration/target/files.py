"""A folder of files as a target: each batch is a folder of its own, there as a whole or not at all.

The files lie in clear where whoever takes them can read them: outside the vault, closed to other
accounts of this computer, and said so at every load.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
from filelock import FileLock, Timeout

from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained, sync_folder, write_atomic
from luodi.migration.model import Kind, Table
from luodi.migration.target.delivery import (
    CONTROL,
    MANIFEST,
    DeliveredFile,
    Deliveries,
    Delivery,
    Manifest,
    Piece,
    digest_of,
)
from luodi.migration.target.layout import engine_type
from luodi.migration.target.model import (
    Blocks,
    Checksum,
    Obstacle,
    Part,
    Removal,
    TargetTable,
)
from luodi.migration.target.protocol import Refused, Removed
from luodi.migration.target.relational_reading import field
from luodi.migration.target.rows import Rows
from luodi.migration.workspace import quoted

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


class FileTarget:
    """A hand-over folder."""

    lanes = 1
    imaged = True
    importer = False

    def __init__(
        self, id: str, folder: Path, product: str, format: Format, tables: Mapping[str, Table]
    ) -> None:
        self.id = id
        self.product = product
        self._folder = folder
        self._format = format
        self._kept = Deliveries(folder)
        with explained(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / CONTROL).mkdir(mode=0o700, exist_ok=True)
        if not (folder / ".gitignore").exists():
            write_atomic(folder / ".gitignore", b"*\n")
        self._tables = dict(tables)
        for delivery in reversed(self._kept.all()):
            for name, table in delivery.tables.items():
                self._tables.setdefault(name, table)
        self._lock = FileLock(folder / CONTROL / "lock", timeout=0)
        self._running: Delivery | None = None

    # --- looking --------------------------------------------------------------------------------

    def obstacles(self) -> tuple[Obstacle, ...]:
        """That files lie in clear, and tables that no file can be called after."""
        params: dict[str, str | int] = {"target": self.id, "folder": str(self._folder)}
        unfit = [name for name in self._tables if _UNFIT & set(name) or name.startswith(".")]
        return (
            Obstacle(code="migration.target_in_clear", params=params, blocks=False),
            *(
                Obstacle(code="migration.target_file_name", params={"table": name})
                for name in unfit
            ),
        )

    def describe(self, names: Iterable[str]) -> dict[str, TargetTable]:
        found = {}
        for name in set(names) & self._tables.keys():
            table = self._tables[name]
            texts = [c.name for c in table.columns if c.kind is Kind.TEXT]
            found[name] = TargetTable(
                table=table,
                rows=sum(d.rows(name, update=False) for d in self._visible()),
                charsets=dict.fromkeys(texts, self._format.charset) if self._format.charset else {},
            )
        return found

    def in_use(self) -> bool:
        return False

    def checksum(self, table: Table) -> Checksum:
        return _summed(row for block in self._rows(table) for row in block)

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
        running = self._running
        if running is None or table.full_name not in running.tables:
            return
        wanted, shape = set(map(str, keys)), running.tables[table.full_name]
        place = _place(shape, key)
        for path, _ in self._files(running, table.full_name):
            for block in self._format.read(path, shape):
                yield [(row[place], _image(row)) for row in block if str(row[place]) in wanted]

    def _chosen(self, table: Table, columns: Sequence[str]) -> Blocks:
        places = [_place(table, name) for name in columns]
        for block in self._rows(table):
            yield [tuple(row[place] for place in places) for row in block]

    def _rows(self, table: Table) -> Blocks:
        """A table as it is: the newest batch first, and rows it replaces not once more."""
        key = _place(table, table.primary_key[0])
        replaced: set[str] = set()
        for delivery in reversed(self._visible()):
            newer = frozenset(replaced)
            shape = delivery.tables.get(table.full_name, table)
            for path, update in self._files(delivery, table.full_name):
                for block in self._format.read(path, shape):
                    rows = _shaped(block, shape, table)
                    if update:
                        replaced.update(str(row[key]) for row in rows)
                    yield [row for row in rows if str(row[key]) not in newer]

    def _visible(self) -> tuple[Delivery, ...]:
        """Batches that are complete, and the one that is being written."""
        running = self._running.batch if self._running else ""
        return tuple(
            delivery
            for delivery in self._kept.all()
            if not delivery.removed
            and (delivery.batch == running or self._kept.placed(delivery.batch).is_dir())
        )

    def _files(self, delivery: Delivery, table: str) -> Iterator[tuple[Path, bool]]:
        placed = self._kept.placed(delivery.batch)
        if placed.is_dir():
            for update in (True, False):
                path = placed / self._name(table, update=update)
                if path.is_file():
                    yield path, update
            return
        for mark, piece in delivery.parts.items():
            if piece.table == table:
                yield self._part(delivery.batch, mark), piece.update

    def _name(self, table: str, *, update: bool) -> str:
        return f"{table}{'.changed' if update else ''}{self._format.ending}"

    def _part(self, batch: str, mark: str) -> Path:
        return self._kept.staging(batch) / f"{mark}{self._format.ending}"

    # --- writing --------------------------------------------------------------------------------

    def reserve(self, table: TargetTable, column: str, count: int) -> int:
        keys = (int(str(row[0])) for block in self.present(table.table, (column,)) for row in block)
        return max(keys, default=0) + 1

    def begin(self, batch: str) -> None:
        try:
            self._lock.acquire()
        except Timeout:
            raise LuodiError("migration.target_busy", {"target": self.id}) from None
        known = self._kept.all()
        for delivery in known:
            if delivery.removed:  # killed behind the decision
                self._clear(delivery.batch)
        number = max((delivery.number for delivery in known), default=0) + 1
        mine = self._kept.get(batch)
        self._running = mine or self._kept.keep(Delivery(batch=batch, number=number))
        if not self._running.removed:
            with explained(self._folder):
                self._kept.staging(batch).mkdir(mode=0o700, exist_ok=True)

    def marks(self, batch: str) -> dict[str, str]:
        delivery = self._kept.get(batch)
        if delivery is None:
            return {}
        if delivery.removed:
            return {"": "rolled_back"}
        placed = self._kept.placed(batch).is_dir()
        return {"": "loaded" if placed else "writing", **dict.fromkeys(delivery.parts, "loaded")}

    def write(self, batch: str, part: Part) -> int:
        running = self._begun(batch)
        path = self._part(batch, part.mark)
        with explained(path):
            try:
                rows = self._format.write(_whole(part), path)
            except Refused:
                path.unlink(missing_ok=True)
                raise
            path.chmod(0o600)
        name = part.table.full_name
        piece = Piece(table=name, rows=rows, update=part.update)
        self._running = self._kept.keep(
            msgspec.structs.replace(
                running,
                tables={**running.tables, name: part.table},
                parts={**running.parts, part.mark: piece},
            )
        )
        return rows

    def swap(self, batch: str, parts: Sequence[Part]) -> None:
        for part in parts:  # nothing is to be seen of them before the batch is complete
            self.write(batch, part)

    def refuses(self, part: Part, before: Sequence[Part] = ()) -> str:
        path = self._folder / CONTROL / f"trial{self._format.ending}"
        try:
            self._format.write(_whole(part), path)
        except Refused as refusal:
            return refusal.state
        finally:
            path.unlink(missing_ok=True)
        return ""

    def delete(self, table: Table, key: str, keys: Sequence[object]) -> None:
        """Take rows of the running batch out again, part by part."""
        running = self._running
        assert running is not None  # only a run that was begun deletes
        gone = frozenset(map(str, keys))
        parts = dict(running.parts)
        for mark, piece in running.parts.items():
            if piece.table == table.full_name:
                path = self._part(running.batch, mark)
                shape = running.tables[piece.table]
                rows = self._format.without(path, shape, key, gone)
                parts[mark] = msgspec.structs.replace(piece, rows=rows)
        self._running = self._kept.keep(msgspec.structs.replace(running, parts=parts))

    def complete(self, batch: str, keys: Sequence[tuple[TargetTable, str]]) -> None:
        """Make one file per table of the parts, and show them all at once."""
        running = self._begun(batch)
        placed = self._kept.placed(batch)
        if placed.is_dir():
            return
        made = self._kept.staging(batch) / "complete"
        with explained(made):
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir(mode=0o700)
            files = [*self._joined(running, made, [table.table for table, _ in keys])]
            manifest = Manifest(batch=batch, files=tuple(files))
            write_atomic(made / MANIFEST, msgspec.json.encode(manifest), private=True)
            made.rename(placed)
            sync_folder(self._folder)
            shutil.rmtree(self._kept.staging(batch))

    def _joined(
        self, running: Delivery, made: Path, tables: Sequence[Table]
    ) -> Iterator[DeliveredFile]:
        for name, table in {t.full_name: t for t in tables}.items():
            shape = running.tables.get(name, table)
            for update in (False, True):
                marks = [
                    mark
                    for mark, piece in running.parts.items()
                    if piece.table == name and piece.update is update
                ]
                if update and not marks:
                    continue
                path = made / self._name(name, update=update)
                self._format.join([self._part(running.batch, m) for m in marks], shape, path)
                path.chmod(0o600)
                rows = running.rows(name, update=update)
                yield DeliveredFile(name=path.name, rows=rows, sha256=digest_of(path))

    def _begun(self, batch: str) -> Delivery:
        assert self._running is not None  # a run begins before it writes
        assert self._running.batch == batch
        return self._running

    # --- taking out -----------------------------------------------------------------------------

    def remove(
        self,
        batch: str,
        removals: Mapping[str, Removal],
        references: Mapping[str, TargetTable],
        key_sources: Mapping[str, tuple[int, int]],
    ) -> Removed:
        running = self._begun(batch)
        changed: dict[str, list[object]] = {}
        taken: dict[str, Checksum] = {}
        restored = 0
        for feed, removal in removals.items():
            name = removal.table.full_name
            own = {update: self._own(running, removal, update=update) for update in (True, False)}
            assert removal.keys is not None  # a batch names its rows
            for block in removal.keys.tuples():
                for key, mark, update, image in block:
                    row = own[bool(update)].get(str(key))
                    if image and (row is None or _image(row) != int(str(image))):
                        changed.setdefault(feed, []).append(key)
                    restored += bool(update and str(mark) in running.parts)
            taken[name] = _summed(own[False].values())
        if changed:
            return Removed(changed=changed)
        tables = {removal.table.full_name: removal.table for removal in removals.values()}
        before = {name: self.checksum(table) for name, table in tables.items()}
        self._running = self._kept.keep(msgspec.structs.replace(running, removed=True))
        self._clear(batch)
        after = {name: self.checksum(table) for name, table in tables.items()}
        return Removed(before=before, taken=taken, after=after, restored=restored)

    def _own(
        self, running: Delivery, removal: Removal, *, update: bool
    ) -> dict[str, tuple[object, ...]]:
        """Rows of the batch alone, by key."""
        shape = running.tables.get(removal.table.full_name, removal.table)
        place = _place(shape, removal.key)
        return {
            str(row[place]): row
            for path, updates in self._files(running, removal.table.full_name)
            if updates is update
            for block in self._format.read(path, shape)
            for row in block
        }

    def _clear(self, batch: str) -> None:
        """Take the files of a batch away: out of sight at once, then off the disk."""
        placed, hidden = self._kept.placed(batch), self._kept.staging(batch)
        with explained(self._folder):
            shutil.rmtree(hidden, ignore_errors=True)
            if placed.is_dir():
                placed.rename(hidden)
                sync_folder(self._folder)
                shutil.rmtree(hidden)

    def close(self) -> None:
        self._lock.release()


def _place(table: Table, name: str) -> int:
    return next(place for place, column in enumerate(table.columns) if column.name == name)


def _shaped(
    block: list[tuple[object, ...]], shape: Table, table: Table
) -> list[tuple[object, ...]]:
    """Rows of one shape in another: a mapping may have got more columns since."""
    if shape.columns == table.columns:
        return block
    places = {column.name: place for place, column in enumerate(shape.columns)}
    wanted = [places.get(column.name) for column in table.columns]
    return [tuple(None if at is None else row[at] for at in wanted) for row in block]


def _whole(part: Part) -> Rows:
    """Rows with every column of the table: several feeds may fill one, each its own columns."""
    listed = ", ".join(
        quoted(column.name)
        if column.name in part.rows.columns
        else f"CAST(NULL AS {engine_type(column)}) AS {quoted(column.name)}"
        for column in part.table.columns
    )
    names = tuple(column.name for column in part.table.columns)
    return Rows(part.rows.workspace, f"SELECT {listed} FROM ({part.rows.select})", names)


def _image(row: Sequence[object]) -> int:
    digest = hashlib.blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)


def _summed(rows: Iterable[Sequence[object]]) -> Checksum:
    count = total = 0
    for row in rows:
        count, total = count + 1, total + _image(row)
    return Checksum(rows=count, total=str(total))
