"""Take a workbook in: look at what it changes, then, if a person says so, write it."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass
from pathlib import Path

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Finding
from luodi.migration.mapping.diff import Change, diff
from luodi.migration.mapping.model import Book, Dictionary, Mapping
from luodi.migration.mapping.workbook.read import Sent
from luodi.migration.mapping.write import write_book


@dataclass(frozen=True)
class Arrived:
    """What a workbook would change, and which files were edited since it was made."""

    after: Book
    changes: tuple[Change, ...]
    outdated: tuple[str, ...]
    findings: tuple[Finding, ...]


def arrived(before: Book, digests: Map[str, str], sent: Sent) -> Arrived:
    """Compare a workbook with the mapping as it stands.

    Parameters
    ----------
    before : Book
    digests : mapping of place to digest
        The mapping's files as they stand.
    sent : Sent
    """
    kept = {file: item for file, item in before.files.items() if file not in sent.covered}
    files = kept | sent.book.files
    items = [files[file] for file in sorted(files)]
    after = Book(
        mappings=tuple(item for item in items if isinstance(item, Mapping)),
        dictionaries=tuple(item for item in items if isinstance(item, Dictionary)),
    )
    spoken = sent.covered | {item.file for item in sent.book.mappings}
    outdated = sorted(file for file in spoken if sent.digests.get(file) != digests.get(file))
    return Arrived(after, diff(before, after), tuple(outdated), sent.findings)


def take(folder: Path, before: Book, found: Arrived) -> tuple[str, ...]:
    """Write what a workbook says; returns the files written.

    Raises
    ------
    WrongUse
        ``migration.map_workbook_outdated``: files were edited since the workbook was made, and
        their edits would be lost.
    """
    old, new = before.files, found.after.files
    changed = {file for file in (*old, *new) if old.get(file) != new.get(file)}
    if lost := tuple(file for file in found.outdated if file in changed):
        raise WrongUse("migration.map_workbook_outdated", {"files": lost})
    return write_book(folder, before, found.after)
