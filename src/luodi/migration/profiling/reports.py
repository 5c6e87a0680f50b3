"""Where reports go: the public ones into a folder, those that hold values into the vault."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from luodi.evidence.catalogue import Lang
from luodi.evidence.files import write_atomic
from luodi.evidence.model import Artefact
from luodi.evidence.outcome import Outcome
from luodi.migration.profiling.model import SystemProfile
from luodi.migration.profiling.page import page
from luodi.migration.profiling.privacy import public
from luodi.migration.profiling.workbook import workbook

if TYPE_CHECKING:
    from luodi.landing.vault import Vault


def rendered(profile: SystemProfile, lang: Lang) -> dict[str, bytes]:
    """Write a profile as HTML, Excel and JSON, by the ending of the file."""
    return {
        "html": page(profile, lang).encode(),
        "xlsx": workbook(profile, lang),
        "json": msgspec.json.format(msgspec.json.encode(profile)),
    }


def write_public(profile: SystemProfile, folder: Path, lang: Lang) -> tuple[Artefact, ...]:
    """Write the public reports into `folder`, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    artefacts = []
    for ending, data in rendered(public(profile), lang).items():
        name = f"profile-{profile.system}.{ending}"
        write_atomic(folder / name, data)
        artefacts.append(Artefact(name=name, digest=hashlib.sha256(data).hexdigest()))
    return tuple(artefacts)


def put_private(profile: SystemProfile, vault: Vault, lang: Lang) -> tuple[Artefact, ...]:
    """Put the reports with every value into the vault, instead of those of an earlier run."""
    return tuple(
        put(vault, f"profile-{profile.system}-private.{ending}", data)
        for ending, data in rendered(profile, lang).items()
    )


def put(vault: Vault, name: str, data: bytes) -> Artefact:
    """Put a report into the vault and name it as a private artefact."""
    entry = vault.put(name, io.BytesIO(data), replace=True)
    return Artefact(name=name, digest=entry.sha256, private=True)


def reported(
    outcome: Outcome[SystemProfile], *, folder: Path | None, vault: Vault | None, lang: Lang
) -> Outcome[SystemProfile]:
    """Write the reports of a profile, public into `folder`, private into `vault`, where given."""
    artefacts: tuple[Artefact, ...] = ()
    if vault is not None:
        artefacts += put_private(outcome.result, vault, lang)
    if folder is not None:
        artefacts += write_public(outcome.result, folder, lang)
    return dataclasses.replace(outcome, artefacts=artefacts)
