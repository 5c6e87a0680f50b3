"""rejects: the rows that did not get in, with their reasons, for whoever mends them.

Rows of a batch that were rejected, as the source has them, and lines of a text file that are no
row.  They hold patients: the workbook goes into the vault and nowhere else, evidence gets counts.
Mended in the mapping, a delta loads exactly these; mended at the source, after another extraction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpyxl import Workbook

from luodi.evidence.catalogue import Lang, say
from luodi.evidence.model import Artefact, Figure, Finding, Severity
from luodi.evidence.outcome import Outcome, verdict_of
from luodi.evidence.progress import Progress
from luodi.migration.batch import Batch, Batches
from luodi.migration.engine_errors import engine_error
from luodi.migration.loading.account import Reason
from luodi.migration.loading.fates import Fates
from luodi.migration.loading.rejects import export_rejects
from luodi.migration.profiling.reports import put
from luodi.migration.profiling.workbook import saved, sheet
from luodi.migration.workspace import Workspace, literal, quoted

if TYPE_CHECKING:
    from luodi.landing.vault import Vault

SHOWN = 100_000
"""Rows of one table in the workbook, which Excel ends at 1,048,576; the CSV beside it has all."""
_TARGET = "target_"
_OWN = frozenset(
    (
        *("unique", "unique_present", "foreign_key", "check", "encoding"),
        *("link", "merge", "target_changed"),
    )
)
"""Reasons that are not an operation's."""


@dataclass(frozen=True)
class Rejects:
    """What was rejected of one batch, or was unreadable in one source."""

    name: str
    domain: str
    rejected: tuple[Reason, ...]

    @property
    def rows(self) -> int:
        """Rows of all its tables."""
        return sum(each.rows for each in self.rejected)


def reason_text(each: Reason, lang: Lang) -> str:
    """Why rows were rejected, in words; a target's own reason by its state."""
    reason, params = each.reason, {"column": each.column}
    if reason.startswith("line_"):
        return say(f"migration.reject_{reason}", {}, lang)
    if reason.startswith(_TARGET) and reason != "target_changed":
        return say("migration.reject_target", {"state": reason.removeprefix(_TARGET)}, lang)
    if reason in _OWN:
        return say(f"migration.reject_{reason}", params, lang)
    return say(f"transform.fault_{reason}", params, lang)


def rejects(
    workspace: Workspace, batch: Batch, vault: Vault, *, lang: Lang = "zh", progress: Progress
) -> Outcome[Rejects]:
    """Put what a batch rejected into the vault: ``rejects/<batch>/…``, a workbook and CSV.

    Raises
    ------
    LuodiError
        What the workspace or the vault refuses.
    """
    progress.stage("migration.rejects_stage")
    with engine_error():
        found = Rejects(batch.id, batch.domain, tuple(_rejected(Fates(workspace, batch))))
        artefacts: tuple[Artefact, ...] = ()
        if found.rejected:
            book = _book(found, _sheets(workspace, batch, found), lang)
            artefacts = (
                put(vault, f"rejects/{batch.id}/rejects.xlsx", book),
                *export_rejects(workspace, batch, vault),
            )
    return _outcome(found, f"migration:{batch.domain}", artefacts, (batch,))


def unreadable(
    workspace: Workspace, system: str, vault: Vault, *, lang: Lang = "zh", progress: Progress
) -> Outcome[Rejects]:
    """Put lines of a source's text files that are no rows into the vault."""
    progress.stage("migration.rejects_stage")
    with engine_error():
        lines = workspace.db.execute(
            "SELECT table_name, reason, count(*), min(line) FROM _luodi.reject WHERE system = ? "
            "GROUP BY ALL ORDER BY 1, 2",
            [system],
        ).fetchall()
        found = Rejects(
            system,
            "",
            tuple(
                Reason(table=table, feed="", column="", reason=f"line_{why}", rows=n, first=line)
                for table, why, n, line in lines
            ),
        )
        artefacts: tuple[Artefact, ...] = ()
        if found.rejected:
            book = _book(found, _lines(workspace, system), lang)
            artefacts = (put(vault, f"rejects/{system}/unreadable.xlsx", book),)
    return _outcome(found, f"source:{system}", artefacts)


def at_hand(workspace: Workspace, domain: str, target: str) -> Batch | None:
    """Find the batch of a domain whose rejects count: the one under way, else the newest loaded."""
    batches = Batches(workspace)
    batch = batches.unfinished(domain, target) or batches.latest(domain, target)
    staged = batch is not None and workspace.has(batch.schema, "_exception")
    return batch if staged else None


def _rejected(fates: Fates) -> Iterator[Reason]:
    for table, feed, column, reason, rows, first in fates.reasons():
        yield Reason(table=table, feed=feed, column=column, reason=reason, rows=rows, first=first)


# --- the workbook ---------------------------------------------------------------------------------

Sheets = Iterator[tuple[str, list[str], list[tuple[object, ...]]]]
"""Name, heads and rows of each."""


def _book(found: Rejects, sheets: Sheets, lang: Lang) -> bytes:
    def label(name: str) -> str:
        return say(f"migration.rejects_{name}", {}, lang)

    book = Workbook(write_only=True)
    sheet(
        book,
        label("overview"),
        [label(n) for n in ("table", "feed", "column", "reason", "words", "rows", "first")],
        (
            (e.table, e.feed, e.column, e.reason, reason_text(e, lang), e.rows, e.first)
            for e in found.rejected
        ),
    )
    taken: set[str] = set()
    for name, heads, rows in sheets:
        sheet(book, _free(name, taken), heads, map(_texts, rows))
    return saved(book)


def _sheets(workspace: Workspace, batch: Batch, found: Rejects) -> Sheets:
    fates = Fates(workspace, batch)
    for table in dict.fromkeys(each.table for each in found.rejected):
        source = workspace.relation(batch.source, table)
        described = workspace.db.execute(f"DESCRIBE {source}").fetchall()
        columns = [str(line[0]) for line in described if line[0] != "_ordinal"]
        listed = "".join(f", s.{quoted(column)}::VARCHAR" for column in columns)
        rows = workspace.db.execute(
            f"SELECT e.ordinal, e.feed, coalesce(e.column_name, ''), e.reason{listed} "
            f"FROM {fates.exceptions} e JOIN {source} s ON s._ordinal = e.ordinal "
            f"WHERE e.fate = 'rejected' AND e.source_table = {literal(table)} "
            f"ORDER BY e.ordinal LIMIT {SHOWN}"
        ).fetchall()
        yield table, ["_ordinal", "_feed", "_column", "_reason", *columns], rows


def _lines(workspace: Workspace, system: str) -> Sheets:
    tables = workspace.db.execute(
        "SELECT DISTINCT table_name FROM _luodi.reject WHERE system = ? ORDER BY 1", [system]
    ).fetchall()
    for (table,) in tables:
        rows = workspace.db.execute(
            "SELECT line, reason, raw FROM _luodi.reject WHERE system = ? AND table_name = ? "
            f"ORDER BY line LIMIT {SHOWN}",
            [system, table],
        ).fetchall()
        read: list[tuple[object, ...]] = [(line, why, _decoded(raw)) for line, why, raw in rows]
        yield table, ["_line", "_reason", "_text"], read


def _decoded(raw: bytes) -> str:
    """A line as well as it can be read; bytes that are no text stay as their numbers."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "backslashreplace")


def _texts(row: Sequence[object]) -> tuple[object, ...]:
    """NULL told from ''; the ordinal a number."""
    first, *rest = row
    return (first, *("∅" if value is None else str(value) for value in rest))


def _free(name: str, taken: set[str]) -> str:
    """A sheet's name: of 31 characters, without those that Excel refuses, not used yet."""
    clean = "".join("_" if sign in "[]:*?/\\" else sign for sign in name)[:28].strip("'") or "_"
    free, number = clean, 1
    while free.casefold() in taken:
        number += 1
        free = f"{clean}~{number}"
    taken.add(free.casefold())
    return free


def _outcome(
    found: Rejects, subject: str, artefacts: tuple[Artefact, ...], batches: Sequence[Batch] = ()
) -> Outcome[Rejects]:
    findings = [
        Finding(
            code="migration.rejects_kept",
            params={"table": table},
            severity=Severity.WARN,
            count=sum(each.rows for each in found.rejected if each.table == table),
        )
        for table in dict.fromkeys(each.table for each in found.rejected)
    ]
    return Outcome(
        found,
        subject=subject,
        engine="migration",
        verb="rejects",
        verdict=verdict_of(findings),
        figures=(Figure(name="rejected", value=found.rows, unit="row"),),
        findings=tuple(findings),
        inputs=tuple(batch.input for batch in batches),
        artefacts=artefacts,
    )
