"""Versions of a mapping: by digest, with who and when in the ledger, their text in LUODI_HOME.

The ledger holds digests, never texts.  What an installation has checked or signed it keeps, so
that a signed version can be told from today's, line by line.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from luodi.evidence.canonical import digest
from luodi.evidence.errors import WrongUse
from luodi.evidence.files import explained, write_atomic
from luodi.evidence.model import ContentInput, Evidence, Moment
from luodi.evidence.shape import parse_toml
from luodi.landing.folder import LandingFolder
from luodi.landing.home import Home
from luodi.migration.mapping.model import Book
from luodi.migration.mapping.read import parse_dictionary, parse_mapping
from luodi.migration.model import Noun

ARTEFACT = "mapping"
"""Name under which a record names the version it speaks of."""


class Version(Noun, frozen=True, kw_only=True):
    """A version that somebody checked or signed; ``kept`` tells whether its text is here."""

    id: str
    subject: str
    verb: str
    actor: str
    finished: Moment
    record: str
    kept: bool


def mapping_digests(folder: LandingFolder) -> dict[str, str]:
    """Digest of every mapping file, by its place in the folder."""
    return {name: value for name, value in folder.digests().items() if name.startswith("mapping/")}


def version_of(folder: LandingFolder) -> str:
    """Identify the mapping as it stands: the digest of its files' digests."""
    return digest(mapping_digests(folder))


def inputs(folder: LandingFolder, names: Iterable[str]) -> tuple[ContentInput, ...]:
    """Name mapping files as inputs of evidence."""
    return tuple(folder.input(name) for name in names)


def keep_version(home: Home, folder: LandingFolder) -> str:
    """Keep the text of the mapping as it stands; returns its version."""
    version = version_of(folder)
    path = _place(home, folder) / f"{version}.json"
    if not path.is_file():
        texts = {}
        for name in mapping_digests(folder):
            with explained(folder.path / name):
                texts[name] = (folder.path / name).read_bytes().decode("utf-8-sig")
        write_atomic(path, msgspec.json.encode(texts, order="sorted"), private=True)
    return version


def recall_version(home: Home, folder: LandingFolder, beginning: str) -> Book:
    """Read a kept version back, named by the beginning of its digest.

    Raises
    ------
    WrongUse
        ``migration.map_no_version``: none, or several, begin so.
    """
    kept = sorted(_place(home, folder).glob("*.json"))
    found = [path for path in kept if len(beginning) >= 4 and path.stem.startswith(beginning)]
    if len(found) != 1:
        known = tuple(path.stem[:12] for path in kept)
        raise WrongUse("migration.map_no_version", {"version": beginning, "known": known})
    with explained(found[0]):
        texts = msgspec.json.decode(found[0].read_bytes(), type=dict[str, str])
    return book_of(texts)


def book_of(texts: dict[str, str]) -> Book:
    """Read a mapping from the texts of its files."""
    named = [(Path(name), text) for name, text in sorted(texts.items())]
    return Book(
        mappings=tuple(
            parse_mapping(parse_toml(text, str(path)), path.stem, str(path))
            for path, text in named
            if path.suffix == ".toml"
        ),
        dictionaries=tuple(
            parse_dictionary(text, path.stem, str(path))
            for path, text in named
            if path.suffix == ".tsv"
        ),
    )


def versions(home: Home, folder: LandingFolder, records: Iterable[Evidence]) -> list[Version]:
    """List the versions that records of the ledger speak of, newest first, each once per verb."""
    found: dict[tuple[str, str, str], Version] = {}
    for record in sorted(records, key=lambda item: item.finished, reverse=True):
        for artefact in record.artefacts:
            if artefact.name == ARTEFACT and record.subject.startswith(("mapping:", "scope:")):
                version = Version(
                    id=artefact.digest,
                    subject=record.subject,
                    verb=record.verb,
                    actor=record.attestation.signer if record.attestation else record.actor,
                    finished=record.finished,
                    record=record.id,
                    kept=(_place(home, folder) / f"{artefact.digest}.json").is_file(),
                )
                found.setdefault((version.id, version.subject, version.verb), version)
    return list(found.values())


def _place(home: Home, folder: LandingFolder) -> Path:
    return home.state(folder.project.project) / "mapping"
