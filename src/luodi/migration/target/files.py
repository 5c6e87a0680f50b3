"""Writing into a hand-over folder: a batch is a folder of its own, there whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from filelock import Timeout

from luodi.evidence.errors import LuodiError
from luodi.evidence.files import explained, sync_file, sync_folder, write_atomic
from luodi.migration.model import Table
from luodi.migration.target.delivery import (
    CONTROL,
    MANIFEST,
    DeliveredFile,
    Delivery,
    Manifest,
    Piece,
    digest_of,
)
from luodi.migration.target.folder import Folder, image_of, place_of, summed
from luodi.migration.target.layout import engine_type
from luodi.migration.target.model import Checksum, Part, Removal, TargetTable
from luodi.migration.target.protocol import Refused, Removed
from luodi.migration.target.rows import Rows
from luodi.migration.workspace import quoted


class FileTarget(Folder):
    """A hand-over folder that takes rows."""

    def reserve(self, table: TargetTable, column: str, count: int) -> int:
        name = table.table.full_name
        keys = (int(str(row[0])) for block in self.present(table.table, (column,)) for row in block)
        taken = (d.reserved.get(name, 0) for d in self.kept.all() if not d.removed)
        first = max(max(keys, default=0), max(taken, default=0)) + 1
        if count and self.running is not None:  # a load that is barred takes none for good
            reserved = {**self.running.reserved, name: first + count - 1}
            self.running = self.kept.keep(msgspec.structs.replace(self.running, reserved=reserved))
        return first

    def begin(self, batch: str) -> None:
        try:
            self.lock.acquire()
        except Timeout:
            raise LuodiError("migration.target_busy", {"target": self.id}) from None
        known = self.kept.all()
        for delivery in known:
            if delivery.removed:  # killed behind the decision
                self._clear(delivery.batch)
        number = max((delivery.number for delivery in known), default=0) + 1
        mine = self.kept.get(batch)
        self.running = mine or self.kept.keep(Delivery(batch=batch, number=number))
        if not self.running.removed:
            with explained(self.folder):
                self.kept.staging(batch).mkdir(mode=0o700, exist_ok=True)

    def marks(self, batch: str) -> dict[str, str]:
        delivery = self.kept.get(batch)
        if delivery is None:
            return {}
        if delivery.removed:
            return {"": "rolled_back"}
        placed = self.kept.placed(batch).is_dir()
        return {"": "loaded" if placed else "writing", **dict.fromkeys(delivery.parts, "loaded")}

    def unsure(self, batch: str) -> tuple[str, ...]:
        return ()

    def write(self, batch: str, part: Part) -> int:
        running = self._begun(batch)
        path = self.part_at(batch, part.mark)
        with explained(path):
            try:
                rows = self.format.write(_whole(part), path)
            except Refused:
                path.unlink(missing_ok=True)
                raise
            path.chmod(0o600)
            sync_file(path)  # before the record says that it is there
            sync_folder(path.parent)
        name = part.table.full_name
        piece = Piece(table=name, rows=rows, update=part.update)
        self.running = self.kept.keep(
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
        path = self.folder / CONTROL / f"trial{self.format.ending}"
        try:
            self.format.write(_whole(part), path)
        except Refused as refusal:
            return refusal.state
        finally:
            path.unlink(missing_ok=True)
        return ""

    def delete(self, table: Table, key: str, keys: Sequence[object]) -> None:
        """Take rows of the running batch out again, part by part."""
        running = self.running
        assert running is not None  # only a run that was begun deletes
        if self.kept.placed(running.batch).is_dir():
            return  # killed behind `complete`, whose files are without them
        gone = frozenset(map(str, keys))
        parts = dict(running.parts)
        for mark, piece in running.parts.items():
            if piece.table == table.full_name:
                path = self.part_at(running.batch, mark)
                shape = running.tables[piece.table]
                with explained(path):
                    rows = self.format.without(path, shape, key, gone)
                    sync_file(path)
                    sync_folder(path.parent)
                parts[mark] = msgspec.structs.replace(piece, rows=rows)
        self.running = self.kept.keep(msgspec.structs.replace(running, parts=parts))

    def complete(self, batch: str, keys: Sequence[tuple[TargetTable, str]]) -> None:
        """Make one file per table of the parts, and show them all at once."""
        running = self._begun(batch)
        placed = self.kept.placed(batch)
        if placed.is_dir():  # killed before the parts were off the disk
            shutil.rmtree(self.kept.staging(batch), ignore_errors=True)
            return
        made = self.kept.staging(batch) / "complete"
        with explained(made):
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir(mode=0o700)
            files = [*self._joined(running, made, [table.table for table, _ in keys])]
            manifest = Manifest(batch=batch, files=tuple(files))
            write_atomic(made / MANIFEST, msgspec.json.encode(manifest), private=True)
            made.rename(placed)
            sync_folder(self.folder)
            shutil.rmtree(self.kept.staging(batch))

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
                path = made / self.name_of(name, update=update)
                self.format.join([self.part_at(running.batch, m) for m in marks], shape, path)
                path.chmod(0o600)
                sync_file(path)
                rows = running.rows(name, update=update)
                yield DeliveredFile(name=path.name, rows=rows, sha256=digest_of(path))

    def _begun(self, batch: str) -> Delivery:
        assert self.running is not None  # a run begins before it writes
        assert self.running.batch == batch
        return self.running

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
                    if image and (row is None or image_of(row) != int(str(image))):
                        changed.setdefault(feed, []).append(key)
                    restored += bool(update and str(mark) in running.parts)
            taken[name] = summed(own[False].values())
        if changed:
            return Removed(changed=changed)
        tables = {removal.table.full_name: removal.table for removal in removals.values()}
        before = {name: self.checksum(table) for name, table in tables.items()}
        self.running = self.kept.keep(msgspec.structs.replace(running, removed=True))
        self._clear(batch)
        after = {name: self.checksum(table) for name, table in tables.items()}
        return Removed(before=before, taken=taken, after=after, restored=restored)

    def _own(
        self, running: Delivery, removal: Removal, *, update: bool
    ) -> dict[str, tuple[object, ...]]:
        """Rows of the batch alone, by key."""
        shape = running.tables.get(removal.table.full_name, removal.table)
        place = place_of(shape, removal.key)
        return {
            str(row[place]): row
            for path, updates in self.files_of(running, removal.table.full_name)
            if updates is update
            for block in self.format.read(path, shape)
            for row in block
        }

    def _clear(self, batch: str) -> None:
        """Take the files of a batch away: out of sight at once, then off the disk."""
        placed, hidden = self.kept.placed(batch), self.kept.staging(batch)
        with explained(self.folder):
            shutil.rmtree(hidden, ignore_errors=True)
            if placed.is_dir():
                placed.rename(hidden)
                sync_folder(self.folder)
                shutil.rmtree(hidden)

    def close(self) -> None:
        self.lock.release()


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
