"""The report as files: Word, Excel and PDF, kept as evidence by their digests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from luodi.evidence.files import explained, write_atomic
from luodi.evidence.model import Artefact, Verdict
from luodi.evidence.outcome import Outcome
from luodi.migration.reconciling.report import About, Paper
from luodi.reporting import excel, pdf, word

SUBJECT = "report:reconcile"
_ORDER = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN)


@dataclass(frozen=True)
class Printed:
    """Files of one report, in the order they were written."""

    paths: tuple[Path, ...]


def printed(
    paper: Paper, about: About, folder: Path, verdicts: Sequence[Verdict]
) -> Outcome[Printed]:
    """Write the report into `folder`, which is made where it is missing.

    Its evidence tells by digest which files were handed out to be signed; the verdict is the worst
    of what the report tells.

    Raises
    ------
    LuodiError
        The folder cannot be written; a font that holds the characters is missing.
    """
    made: dict[str, Callable[[], bytes]] = {
        "docx": lambda: word.docx(paper.report(about)),
        "xlsx": lambda: excel.xlsx(paper.details(about)),
        "pdf": lambda: pdf.pdf(paper.report(about)),
    }
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    paths, artefacts = [], []
    for ending, make in made.items():
        path = folder / f"reconcile-{about.printed:%Y%m%d-%H%M%S}.{ending}"
        data = make()
        write_atomic(path, data)
        paths.append(path)
        artefacts.append(Artefact(name=path.name, digest=hashlib.sha256(data).hexdigest()))
    return Outcome(
        Printed(tuple(paths)),
        subject=SUBJECT,
        engine="migration",
        verb="reconcile",
        verdict=next((each for each in _ORDER if each in verdicts), Verdict.PASS),
        artefacts=tuple(artefacts),
    )
