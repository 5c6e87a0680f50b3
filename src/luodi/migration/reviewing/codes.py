"""Terms of a list that need a code: drugs, diagnoses, services, each with the codes it may be.

One item per term, also where nothing was found for it: a drug that nobody offered a code for is the
one that needs a person most.  The target's list is kept beside the queue, so that any of its codes
may be chosen, and terms that the source holds since, or calls otherwise now, are weighed again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from luodi.evidence.progress import Silent
from luodi.migration.linkage.into import into
from luodi.migration.linkage.model import Class
from luodi.migration.mapping.model import Book, Dictionary
from luodi.migration.reviewing.model import CodeList, Item
from luodi.migration.reviewing.queue import SCHEMA, drop, items, prepared, queues, replace
from luodi.migration.reviewing.standing import fingerprint
from luodi.migration.suggesting.lists import read_terms, sort_of
from luodi.migration.suggesting.model import Candidate, Listed, TermMatch
from luodi.migration.suggesting.names import plain
from luodi.migration.suggesting.sort import Sort
from luodi.migration.suggesting.terms import Term, match_terms
from luodi.migration.suggesting.weigh import weighing
from luodi.migration.workspace import Workspace, quoted

_QUEUES = {Sort.DRUGS: "drug_codes", Sort.DIAGNOSES: "diagnosis_codes"}
_SUFFIX = "_codes"
_LONGEST = 63
"""Characters of a queue's name, as ``review.toml`` takes it."""
_PARTS = ("value", "label", "specification", "manufacturer", "unit")


def queue_of(dictionary: str, sort: Sort) -> str:
    """Name of the queue in which the codes of a dictionary are reviewed.

    All dictionaries of drugs share ``drug_codes``, which is what the gate asks about, those of
    diagnoses ``diagnosis_codes``; any other has its own, as another department decides it.
    """
    own = dictionary.removesuffix(_SUFFIX)[: _LONGEST - len(_SUFFIX)]
    return _QUEUES.get(sort, f"{own}{_SUFFIX}")


def name_of_term(queue: str, listed: CodeList, value: str) -> str:
    """Name the item of a term: the same term has the same name at every run."""
    parts = (queue, listed.dictionary, listed.system, listed.terms.table, value)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]


def offer_codes(
    workspace: Workspace,
    queue: str,
    listed: CodeList,
    terms: Iterable[Term],
    matches: Iterable[TermMatch],
    target: Iterable[Listed],
) -> int:
    """Put every term of a list into a queue with its candidates, instead of what was there before.

    What was decided stays decided; see `standing.standing` for a term that reads otherwise now.

    Parameters
    ----------
    target : iterable of Listed
        The whole list that codes are chosen from.

    Returns
    -------
    int
        How many items the queue has of this list.
    """
    db = prepared(workspace)
    found = {match.source: match.candidates for match in matches}
    offered = [_item(queue, listed, term, found.get(term.value, ())) for term in terms]
    known = items(workspace, queue) if queue in queues(workspace) else {}
    here = [queue, listed.dictionary]
    with workspace.transaction():
        db.execute(f"INSERT OR IGNORE INTO {SCHEMA}.queue VALUES (?)", [queue])
        db.execute(f"DELETE FROM {SCHEMA}.list WHERE queue = ? AND dictionary = ?", here)
        db.execute(f"DELETE FROM {SCHEMA}.code WHERE queue = ? AND dictionary = ?", here)
        db.execute(
            f"INSERT INTO {SCHEMA}.list VALUES (?, ?, ?)",
            [*here, msgspec.json.encode(listed).decode()],
        )
        into(
            db,
            f"{SCHEMA}.code",
            [(*here, *(getattr(code, part) for part in _PARTS)) for code in target],
        )
        for item in known.values():
            if item.dictionary == listed.dictionary:
                drop(workspace, queue, item)
        _insert(workspace, offered)
    return len(offered)


def lists_of(workspace: Workspace, queue: str) -> tuple[CodeList, ...]:
    """The lists whose codes are reviewed in a queue; none in a queue of pairs."""
    rows = (
        prepared(workspace)
        .execute(f"SELECT content FROM {SCHEMA}.list WHERE queue = ? ORDER BY dictionary", [queue])
        .fetchall()
    )
    return tuple(msgspec.json.decode(content, type=CodeList) for (content,) in rows)


def files_of(workspace: Workspace, queue: str) -> tuple[str, ...]:
    """Files of the dictionaries whose codes are reviewed in a queue, by their place."""
    return tuple(Dictionary(name=one.dictionary).file for one in lists_of(workspace, queue))


def asked(workspace: Workspace, book: Book, queue: str) -> tuple[str, ...]:
    """Dictionaries of the mapping that lead from one list to another and belong into a queue.

    What a list holds is known where it was offered, else guessed by its table's columns; a table
    that is not known belongs nowhere.
    """
    rows = prepared(workspace).execute(f"SELECT queue, dictionary FROM {SCHEMA}.list").fetchall()
    placed = {dictionary: where for where, dictionary in rows}
    known = {catalogue.system: catalogue for catalogue in workspace.catalogues()}
    found = []
    for mapping in book.mappings:
        for rule in mapping.dictionaries:
            if rule.source is None or rule.target is None:
                continue
            source = known.get(mapping.source)
            table = source.table(rule.source.table) if source else None
            guessed = queue_of(rule.id, sort_of(table)) if table else ""
            if placed.get(rule.id, guessed) == queue:
                found.append(rule.id)
    return tuple(dict.fromkeys(found))


def listed(workspace: Workspace, queue: str, dictionary: str, code: str) -> Listed | None:
    """What the target's list says of a code; None where it has no such code."""
    found = _codes(workspace, queue, dictionary, "value = ?", code)
    return next(found, None)


def search(
    workspace: Workspace, queue: str, dictionary: str, words: str, most: int
) -> tuple[Listed, ...]:
    """Lines of the target's list that hold every one of some words, the shortest names first.

    A word is looked for in the name, the 规格 and the maker; a code by its beginning.
    """
    wanted = [plain(word) for word in words.split() if plain(word)]
    whole = words.strip()
    found = [
        line
        for line in _codes(workspace, queue, dictionary, "true")
        if line.value.startswith(whole) or (wanted and all(word in _told(line) for word in wanted))
    ]
    order = sorted(found, key=lambda line: (line.value != whole, len(line.label), line.value))
    return tuple(order[:most]) if whole else ()


def _told(line: Listed) -> str:
    return " ".join(map(plain, (line.label, line.specification, line.manufacturer)))


def align_codes(workspace: Workspace, queue: str) -> None:
    """Bring the items of a queue to the lists as they are in the workspace now.

    A term that is new or reads otherwise is weighed anew; one that the source has no more goes, and
    what was decided of it stays on record.  A list whose rows are not there says nothing.
    """
    for one in lists_of(workspace, queue):
        if one.terms.table in workspace.extracted(one.system):
            _align(workspace, queue, one)


def terms_now(workspace: Workspace, queue: str) -> dict[str, dict[str, str]]:
    """Per list of a queue the fingerprint of every term that the workspace holds now, by value."""
    return {
        one.dictionary: {
            term.value: fingerprint(term.listed)
            for term in read_terms(workspace, one.system, one.terms)
        }
        for one in lists_of(workspace, queue)
        if one.terms.table in workspace.extracted(one.system)
    }


def of_terms(workspace: Workspace, waiting: Iterable[Item]) -> Iterator[tuple[str, int]]:
    """Table and ordinal of every row that holds the term of an item."""
    lists: dict[tuple[str, str, str], list[str]] = {}
    for item in waiting:
        lists.setdefault((item.system, item.table, item.key), []).append(item.left)
    for (system, table, key), values in lists.items():
        if table in workspace.extracted(system):
            rows = workspace.db.execute(
                f"SELECT _ordinal FROM {workspace.relation(system, table)} "
                f"WHERE CAST({quoted(key)} AS VARCHAR) IN (SELECT unnest(?))",
                [values],
            ).fetchall()
            yield from ((table, ordinal) for (ordinal,) in rows)


def _align(workspace: Workspace, queue: str, one: CodeList) -> None:
    terms = {term.value: term for term in read_terms(workspace, one.system, one.terms)}
    known = {
        item.left: item
        for item in items(workspace, queue).values()
        if item.dictionary == one.dictionary
    }
    weighed = _weighed(
        workspace,
        queue,
        one,
        [term for term in terms.values() if _reads_otherwise(known.get(term.value), term)],
    )
    moved = [
        msgspec.structs.replace(item, left_ordinal=terms[value].ordinal)
        for value, item in known.items()
        if value in terms and value not in weighed and item.left_ordinal != terms[value].ordinal
    ]
    gone = [item for value, item in known.items() if value not in terms]
    if not (weighed or moved or gone):
        return
    with workspace.transaction():
        for item in gone:
            drop(workspace, queue, item)
        for value, item in weighed.items():
            if value in known:
                drop(workspace, queue, item)
        _insert(workspace, list(weighed.values()))
        for item in moved:
            replace(workspace, queue, item)


def _reads_otherwise(known: Item | None, term: Term) -> bool:
    return known is None or fingerprint(known.term) != fingerprint(term.listed)


def _weighed(workspace: Workspace, queue: str, one: CodeList, terms: list[Term]) -> dict[str, Item]:
    """Items of terms that nobody has weighed yet, by value."""
    if not terms:
        return {}
    codes = _codes(workspace, queue, one.dictionary, "true")
    target = [Term(*(getattr(code, part) for part in _PARTS)) for code in codes]
    matches = match_terms(terms, target, *weighing(one.sort), Silent())
    found = {match.source: match.candidates for match in matches}
    return {t.value: _item(queue, one, t, found.get(t.value, ())) for t in terms}


def _item(queue: str, listed: CodeList, term: Term, candidates: tuple[Candidate, ...]) -> Item:
    """A term as an item; a person must look at it, however sure a program is."""
    first = candidates[0] if candidates else None
    return Item(
        id=name_of_term(queue, listed, term.value),
        queue=queue,
        system=listed.system,
        table=listed.terms.table,
        left=term.value,
        right=first.term.value if first else "",
        left_ordinal=term.ordinal,
        right_ordinal=None,
        probability=float(first.confidence) if first else 0.0,
        weight=0.0,
        class_=Class.REVIEW,
        key=listed.terms.value,
        dictionary=listed.dictionary,
        term=term.listed,
        candidates=candidates,
    )


def _insert(workspace: Workspace, new: list[Item]) -> None:
    into(
        workspace.db,
        f"{SCHEMA}.item",
        [
            (
                item.id,
                item.queue,
                item.system,
                item.table,
                item.left_ordinal,
                None,
                msgspec.json.encode(item).decode(),
            )
            for item in new
        ],
    )


def _codes(
    workspace: Workspace, queue: str, dictionary: str, where: str, *values: str
) -> Iterator[Listed]:
    rows = workspace.db.execute(
        f"SELECT {', '.join(_PARTS)} FROM {SCHEMA}.code "
        f"WHERE queue = ? AND dictionary = ? AND {where} ORDER BY rowid",
        [queue, dictionary, *values],
    ).fetchall()
    return (Listed(**dict(zip(_PARTS, row, strict=True))) for row in rows)
