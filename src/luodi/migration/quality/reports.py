"""The page of an assessment, into a folder: it holds no value, so none goes into the vault."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from luodi.evidence.catalogue import Lang
from luodi.evidence.files import write_atomic
from luodi.evidence.model import Artefact
from luodi.evidence.outcome import Outcome
from luodi.migration.quality.page import page

if TYPE_CHECKING:
    from luodi.migration.assess import Assessed


def reported(outcome: Outcome[Assessed], folder: Path | None, lang: Lang) -> Outcome[Assessed]:
    """Write the page into `folder`, which is made where it is missing; nothing without one."""
    if folder is None:
        return outcome
    found = outcome.result
    data = page(found.assessment, found.quality.rules, lang).encode()
    name = f"assess-{found.assessment.system}.html"
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / name, data)
    artefact = Artefact(name=name, digest=hashlib.sha256(data).hexdigest())
    return dataclasses.replace(outcome, artefacts=(*outcome.artefacts, artefact))
