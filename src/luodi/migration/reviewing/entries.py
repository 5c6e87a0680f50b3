"""What was decided of codes, in ``mapping/<dictionary>.tsv``, where a load finds it; and back.

The file is the truth of what is translated, and people edit it, in a workbook too.  So both ways
are gone: a code that holds at the desk becomes an accepted entry with who, when and why; an entry
that somebody named has accepted in the file is that person's decision at the desk.  An entry is
kept as it was: one whose decision holds no longer becomes a proposal again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from luodi.evidence.catalogue import say
from luodi.evidence.model import now
from luodi.migration.linkage.into import into
from luodi.migration.mapping.model import Dictionary, Entry, EntryStatus
from luodi.migration.mapping.read import read_dictionary
from luodi.migration.mapping.write import write_dictionary
from luodi.migration.model import Noun
from luodi.migration.reviewing.codes import lists_of
from luodi.migration.reviewing.decide import look
from luodi.migration.reviewing.model import Act, Decision, Item, Standing, State
from luodi.migration.reviewing.queue import SCHEMA, record
from luodi.migration.reviewing.standing import fingerprint
from luodi.migration.suggesting.model import Reason
from luodi.migration.suggesting.proposals import proposed
from luodi.migration.workspace import Workspace

_STATUS = {Act.ACCEPT: EntryStatus.ACCEPTED, Act.NONE: EntryStatus.EMPTY}
_NAMES = re.compile("[、,，;；]")
_ACT = {status: act for act, status in _STATUS.items()}


class Image(Noun, frozen=True):
    """An entry as it was before the desk wrote it, as the desk left it, and of which term."""

    before: Entry
    after: Entry
    of: str


def write_entries(
    workspace: Workspace, queue: str, folder: Path, *, two_person: bool = False
) -> tuple[str, ...]:
    """Bring desk and dictionaries to one another; a queue of pairs has none.

    An entry that was edited since the desk wrote it counts as that edit: accepted, it is the
    decision of whoever ``decided_by`` names; not decided any more, the item is open again.  An
    accepted entry that names nobody is translated as before, and its item waits for a person.

    Returns
    -------
    tuple of str
        Files that were written, by their place in the landing folder.

    Raises
    ------
    LuodiError, WrongUse
        A dictionary cannot be read or written.
    """
    written = []
    for one in lists_of(workspace, queue):
        before = _read(folder, one.dictionary)
        entries = {entry.source_value: entry for entry in before.entries}
        found = look(workspace, queue, two_person=two_person)
        if _take_in(workspace, queue, one.dictionary, entries, found):
            found = look(workspace, queue, two_person=two_person)
        images, kept = _images(workspace, queue), dict[str, Image | None]()
        labels = _labels(workspace, queue, one.dictionary, found)
        for item in _of_list(found, one.dictionary):
            entry = entries.get(item.left) or _proposed(item)
            kept[item.id] = image = _image(item, entry, images.get(item.id), found, labels)
            entries[item.left] = image.after if image else _open(item, entry, images, found)
        after = Dictionary(name=one.dictionary, entries=tuple(entries.values()))
        if after != before:
            write_dictionary(folder, after)
            written.append(after.file)
        _keep(workspace, queue, images, kept)
    return tuple(written)


def _of_list(found: Standing, dictionary: str) -> list[Item]:
    """Items of a dictionary, in the order of the source's list."""
    mine = (item for item in found.items.values() if item.dictionary == dictionary)
    return sorted(mine, key=lambda item: (item.left_ordinal, item.left))


def _read(folder: Path, name: str) -> Dictionary:
    if not (folder / Dictionary(name=name).file).is_file():
        return Dictionary(name=name)
    return read_dictionary(folder, name)


def _take_in(
    workspace: Workspace,
    queue: str,
    dictionary: str,
    entries: Mapping[str, Entry],
    found: Standing,
) -> bool:
    """Record what somebody decided in the file since the desk last looked; whether anything was."""
    images = _images(workspace, queue)
    edits = [
        decision
        for item in _of_list(found, dictionary)
        for decision in _edits(
            item, entries.get(item.left), images.get(item.id), found.said[item.id]
        )
    ]
    if edits:
        with workspace.transaction():
            record(workspace, queue, edits)
            _forget(workspace, queue, {decision.item for decision in edits})
    return bool(edits)


def _edits(
    item: Item, entry: Entry | None, image: Image | None, said: Iterable[Decision]
) -> Iterator[Decision]:
    if image is not None and entry is not None and _same(entry, image.after):
        return
    if entry is None or not entry.decided:
        if image is not None:
            yield _decision(item, Act.REOPEN, Dictionary(name=item.dictionary).file)
        return
    if not _speaks_of(entry, item):
        return
    people = [who for each in _NAMES.split(entry.decided_by) if (who := each.strip())]
    act = _ACT[entry.status]
    code = entry.target_value if act is Act.ACCEPT else ""
    before = {one.who: (one.act, one.code) for one in said}
    if image is not None and people:
        yield _decision(item, Act.REOPEN, people[0])
        before.clear()
    for who in people:
        if before.get(who) != (act, code):
            yield _decision(item, act, who, reason=entry.note, code=code)


def _speaks_of(entry: Entry, item: Item) -> bool:
    """Whether an entry still speaks of the term as the source calls it now."""
    if item.term is None or not entry.source_label:
        return True
    as_told = msgspec.structs.replace(item.term, label=entry.source_label)
    return fingerprint(as_told) == fingerprint(item.term)


def _decision(item: Item, act: Act, who: str, *, reason: str = "", code: str = "") -> Decision:
    return Decision(
        seq=0,
        item=item.id,
        act=act,
        who=who,
        at=now(),
        reason=reason,
        code=code,
        of=fingerprint(item.term),
    )


def _image(
    item: Item, entry: Entry, image: Image | None, found: Standing, labels: Mapping[str, str]
) -> Image | None:
    """An entry before and after the desk's decision; None where none holds."""
    if found.state[item.id] is not State.SETTLED:
        return None
    after = _decided(item, found, labels)
    if _same(entry, after):
        return Image(image.before if image else _proposed(item), entry, fingerprint(item.term))
    return Image(image.before if image else entry, after, fingerprint(item.term))


def _open(item: Item, entry: Entry, images: Mapping[str, Image], found: Standing) -> Entry:
    """An entry of which no decision holds: what the desk or who spoke at it had written goes."""
    image = images.get(item.id)
    if image is not None:
        return image.before if image.of == fingerprint(item.term) else _proposed(item)
    spoken = {one.who for one in found.said[item.id]}
    named = spoken.intersection(map(str.strip, _NAMES.split(entry.decided_by)))
    return _proposed(item) if entry.decided and named else entry


def _same(one: Entry, other: Entry) -> bool:
    """Whether two entries decide the same, by the same people."""
    return (one.status, one.target_value, one.decided_by) == (
        other.status,
        other.target_value,
        other.decided_by,
    )


def _decided(item: Item, found: Standing, labels: Mapping[str, str]) -> Entry:
    """The entry that says what was decided, by whom, when and why."""
    code = found.code.get(item.id, "")
    said = [one for one in found.said[item.id] if one.act is not Act.SKIP]
    last = max(said, key=lambda one: one.at)
    why = " · ".join(dict.fromkeys(one.reason for one in said if one.reason))
    return Entry(
        source_value=item.left,
        target_value=code,
        source_label=item.term.label if item.term else "",
        target_label=labels.get(code, ""),
        status=_STATUS[found.act[item.id]],
        note=f"{last.at.astimezone():%Y-%m-%d %H:%M} {why}".strip(),
        decided_by="、".join(one.who for one in said),
    )


def _proposed(item: Item) -> Entry:
    """An entry that nobody has decided, with what is proposed."""
    label = item.term.label if item.term else ""
    return proposed(item.left, label, next(iter(item.candidates), None), _say)


def _say(reason: Reason) -> str:
    return say(reason.code, reason.params, "zh")  # the notes are the hospital's to read


def _images(workspace: Workspace, queue: str) -> dict[str, Image]:
    rows = workspace.db.execute(
        f"SELECT item, content FROM {SCHEMA}.entry WHERE queue = ?", [queue]
    ).fetchall()
    return {name: msgspec.json.decode(content, type=Image) for name, content in rows}


def _labels(workspace: Workspace, queue: str, dictionary: str, found: Standing) -> dict[str, str]:
    """What the target calls the codes that hold."""
    wanted = [found.code[item.id] for item in _of_list(found, dictionary) if item.id in found.code]
    rows = workspace.db.execute(
        f"SELECT value, label FROM {SCHEMA}.code "
        "WHERE queue = ? AND dictionary = ? AND value IN (SELECT unnest(?))",
        [queue, dictionary, wanted],
    ).fetchall()
    return dict(rows)


def _keep(
    workspace: Workspace,
    queue: str,
    known: Mapping[str, Image],
    now: Mapping[str, Image | None],
) -> None:
    """Remember what the desk wrote, for the items that were looked at."""
    changed = {name: image for name, image in now.items() if known.get(name) != image}
    if changed:
        rows = [
            (queue, name, msgspec.json.encode(image).decode())
            for name, image in changed.items()
            if image is not None
        ]
        with workspace.transaction():
            _forget(workspace, queue, changed)
            into(workspace.db, f"{SCHEMA}.entry", rows)


def _forget(workspace: Workspace, queue: str, items: Iterable[str]) -> None:
    workspace.db.execute(
        f"DELETE FROM {SCHEMA}.entry WHERE queue = ? AND item IN (SELECT unnest(?))",
        [queue, list(items)],
    )
