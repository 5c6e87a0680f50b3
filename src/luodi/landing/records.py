"""Look into the ledger: one record, the newest ones, all of them for an auditor."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from luodi.evidence.catalogue import Lang, say
from luodi.evidence.errors import WrongUse
from luodi.evidence.figures import written_figure
from luodi.evidence.files import explained, write_atomic
from luodi.evidence.freshness import identity
from luodi.evidence.head import decode_head, parse_token
from luodi.evidence.model import Environment, Evidence, EvidenceInput, Kind
from luodi.evidence.verify import Mark, Verification
from luodi.landing.canonical import text_of


def find_record(verification: Verification, record_id: str) -> Evidence:
    """Find a record by ``writer:seq``.

    Raises
    ------
    WrongUse
        ``landing.no_record``.
    """
    for record in _all(verification):
        if record.id == record_id:
            return record
    raise WrongUse("landing.no_record", {"id": record_id})


@dataclass(frozen=True)
class BuiltOn:
    """Records that a person's word is about, and the environment they were made in."""

    inputs: tuple[EvidenceInput, ...]
    environment: Environment


def built_on(
    verification: Verification, names: Iterable[str], environment: Environment | None = None
) -> BuiltOn:
    """Find the records that a person's word is about: ids, or subjects such as ``balance:*``.

    Of a subject the newest record of every act is meant, in `environment` or, where none is
    named, in that of the newest of them all.

    Raises
    ------
    WrongUse
        ``landing.no_record``, ``landing.no_subject``.
    """
    meant = [record for name in names for record in _named(verification, name, environment)]
    where = environment or max(meant, key=_when).environment
    acts = {
        identity(record): record
        for record in sorted(meant, key=_when)
        if record.environment is where
    }
    walks = {chain.writer: chain.walk for chain in verification.chains}
    inputs = (
        EvidenceInput(id=record.id, digest=walks[record.writer].digest_at(record.seq))
        for record in acts.values()
    )
    return BuiltOn(tuple(sorted(inputs, key=lambda item: item.id)), where)


def _named(
    verification: Verification, name: str, environment: Environment | None
) -> list[Evidence]:
    if name.rpartition(":")[2].isdecimal():
        return [find_record(verification, name)]
    found = [
        record
        for record in _all(verification)
        if fnmatchcase(record.subject, name) and environment in (None, record.environment)
    ]
    if not found:
        raise WrongUse("landing.no_subject", {"subject": name})
    return found


def _when(record: Evidence) -> tuple[object, ...]:
    return (record.recorded, record.seq)


def newest(
    verification: Verification, *, subject: str = "", kind: Kind | None = None, last: int = 20
) -> list[Evidence]:
    """List the records recorded last, newest first, of a subject and a kind where asked."""
    found = [
        record
        for record in _all(verification)
        if record.subject.startswith(subject) and kind in (None, record.kind)
    ]
    return sorted(found, key=lambda item: (item.recorded, item.seq), reverse=True)[:last]


def write_records(verification: Verification, target: Path, lang: Lang) -> int:
    """Write every record to a new file; its ending chooses the form.

    ``.jsonl`` keeps the records whole; ``.csv``, in UTF-8 with a mark so that Excel reads it, has
    one line each with figures and findings as text.

    Raises
    ------
    WrongUse
        ``landing.exists``, ``landing.export_form``.
    """
    if target.exists():
        raise WrongUse("landing.exists", {"path": str(target)})
    records = sorted(_all(verification), key=lambda item: (item.recorded, item.writer, item.seq))
    match target.suffix.lower():
        case ".jsonl":
            lines = (msgspec.json.encode(record, order="sorted") for record in records)
            data = b"".join(line + b"\n" for line in lines)
        case ".csv":
            data = _csv(records, lang).encode("utf-8-sig")
        case _:
            raise WrongUse("landing.export_form", {"path": str(target)})
    write_atomic(target, data)
    return len(records)


_FIELDS = (
    "recorded",
    "kind",
    "environment",
    "subject",
    "engine",
    "verb",
    "status",
    "verdict",
    "actor",
    "host",
    "version",
)


_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def _csv(records: list[Evidence], lang: Lang) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("id", *_FIELDS, "figures", "findings", "signer"))
    for record in records:
        plain = msgspec.to_builtins(record)
        figures = "; ".join(written_figure(figure, lang) for figure in record.figures)
        findings = "; ".join(say(f.code, f.params, lang) for f in record.findings)
        signer = record.attestation.signer if record.attestation else ""
        row = (record.id, *(plain[name] for name in _FIELDS), figures, findings, signer)
        writer.writerow([_inert(str(cell)) for cell in row])
    return text.getvalue()


def _inert(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula, full-width signs included."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def read_marks(text: str, project: str) -> Iterator[Mark]:
    """Read heads kept elsewhere: a line, a file of lines, a ``.head`` file or a folder of these.

    Raises
    ------
    WrongUse
        ``evidence.token_malformed``, ``landing.mark_other_project``, ``landing.no_mark``.
    LuodiError
        A file that is no text, or a damaged head.
    """
    path = Path(text)
    if text.startswith("luodi-head:") or not text.strip() or not _is_there(path):
        yield _mark(text, project, "--since")
        return
    with explained(path):
        files = sorted(path.glob("**/*.head")) if path.is_dir() else [path]
        found = [mark for file in files for mark in _marks_in(file, project)]
    if not found:
        raise WrongUse("landing.no_mark", {"path": str(path)})
    yield from found


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # too long for a name: lines run together
        return False


def _marks_in(file: Path, project: str) -> Iterator[Mark]:
    data = file.read_bytes()
    if file.suffix == ".head":
        yield _mark(decode_head(data, file).token(), project, str(file))
        return
    for line in text_of(data, str(file)).splitlines():
        if line.strip():
            yield _mark(line, project, str(file))


def _mark(text: str, project: str, source: str) -> Mark:
    found, head = parse_token(text)
    if found != project:
        raise WrongUse("landing.mark_other_project", {"found": found, "expected": project})
    return Mark(head, source)


def _all(verification: Verification) -> Iterator[Evidence]:
    for chain in verification.chains:
        yield from chain.records
