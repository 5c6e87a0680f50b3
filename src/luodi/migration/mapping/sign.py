"""Sign: a department vouches for its domain's mapping, and for what is left behind.

The signed paper is an attestation in the ledger.  It names the files it speaks of by digest, so
that any edit makes it stale: a mapping's signature covers its domain's file and dictionaries, the
scope's covers every exclusion and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from luodi.evidence.attest import attest
from luodi.evidence.canonical import digest
from luodi.evidence.chain import Keep
from luodi.evidence.errors import WrongUse
from luodi.evidence.freshness import Standing, expired, worst
from luodi.evidence.gate.answer import Shelf
from luodi.evidence.gate.model import real_enough
from luodi.evidence.model import (
    Artefact,
    Attestation,
    ContentInput,
    Environment,
    Evidence,
    Figure,
    Kind,
    Status,
    Verdict,
    now,
)
from luodi.evidence.outcome import Outcome
from luodi.landing.folder import LandingFolder
from luodi.landing.part import part_input, part_of
from luodi.landing.site import Site
from luodi.migration.mapping.model import Book, Exclusion, Mapping
from luodi.migration.mapping.steps import translations
from luodi.migration.mapping.versions import ARTEFACT, inputs, version_of

SCOPE = "scope:exclusions"
"""Subject of the signature on what is not migrated."""
WHOLE_SCOPE = "mapping/#exclude"
"""All exclusions of all domains: one added later makes the signature stale."""


@dataclass(frozen=True)
class Paper:
    """A signed paper: its scan, who signed, who countersigned, when it stops counting."""

    scan: Path
    signer: str
    countersigner: str = ""
    expires: date | None = None


def dictionaries_of(mapping: Mapping) -> tuple[str, ...]:
    """Dictionaries that a domain uses or describes."""
    used = [
        name for feed in mapping.feeds for rule in feed.columns for name in translations(rule.steps)
    ]
    return tuple(dict.fromkeys((*used, *(rule.id for rule in mapping.dictionaries))))


def files_of(book: Book, mapping: Mapping) -> tuple[str, ...]:
    """Files that a domain's signature covers."""
    known = (book.dictionary(name) for name in dictionaries_of(mapping))
    return (mapping.file, *(item.file for item in known if item is not None))


def sign_domain(
    folder: LandingFolder, book: Book, domain: str, paper: Paper
) -> Outcome[Attestation]:
    """Put a department's signature on the mapping of `domain` into the ledger.

    The figure ``unsigned`` counts what the paper cannot vouch for: values of the domain's
    dictionaries that nobody has decided, and dictionaries that are missing.

    Raises
    ------
    WrongUse
        ``migration.map_no_domain``; as `luodi.evidence.attest.attest`.
    """
    mapping = book.mapping(domain)
    if mapping is None:
        known = tuple(item.domain for item in book.mappings)
        raise WrongUse("migration.map_no_domain", {"domain": domain, "known": known})
    version = version_of(folder)
    found = [book.dictionary(name) for name in dictionaries_of(mapping)]
    unsigned = sum(
        1 if item is None else sum(not entry.decided for entry in item.entries) for item in found
    )
    return _attested(
        f"mapping:{domain}",
        f"迁移对照 · migration mapping {mapping.title.zh} {version[:12]}",
        paper,
        version,
        (Figure(name="unsigned", value=unsigned, unit="piece"),),
        inputs(folder, files_of(book, mapping)),
    )


def sign_exclusions(folder: LandingFolder, book: Book, paper: Paper) -> Outcome[Attestation]:
    """Put the signature on everything that is not migrated into the ledger.

    The figure ``unsigned`` counts exclusions without a reason, ``without_home`` those that name
    no place where the old data can be read.

    Raises
    ------
    WrongUse
        ``migration.map_no_exclusions``; as `luodi.evidence.attest.attest`.
    """
    exclusions = [(m, item) for m in book.mappings for item in m.exclusions]
    if not exclusions:
        raise WrongUse("migration.map_no_exclusions")
    version = version_of(folder)
    unreasoned = sum(not item.reason.strip() for _, item in exclusions)
    homeless = sum(not item.home.strip() for _, item in exclusions)
    return _attested(
        SCOPE,
        f"不迁范围 · exclusions {len(exclusions)} {version[:12]}",
        paper,
        version,
        (
            Figure(name="unsigned", value=unreasoned, unit="piece"),
            Figure(name="without_home", value=homeless, unit="piece"),
        ),
        (
            part_input(folder.path, WHOLE_SCOPE),
            *(part_input(folder.path, part_name(m.domain, item)) for m, item in exclusions),
        ),
    )


def _attested(
    subject: str,
    statement: str,
    paper: Paper,
    version: str,
    figures: tuple[Figure, ...],
    covered: tuple[ContentInput, ...],
) -> Outcome[Attestation]:
    lacking = any(figure.value for figure in figures)
    outcome = attest(
        subject,
        statement,
        paper.scan,
        signer=paper.signer,
        countersigner=paper.countersigner,
        expires=paper.expires,
        figures=figures,
        verdict=Verdict.WARN if lacking else Verdict.PASS,
    )
    version_artefact = Artefact(name=ARTEFACT, digest=version)
    return replace(outcome, inputs=covered, artefacts=(*outcome.artefacts, version_artefact))


def part_name(domain: str, item: Exclusion) -> str:
    """How evidence names an exclusion."""
    return f"mapping/{domain}.toml#exclude.{item.id}"


# --- what is signed -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Signatures:
    """What the ledger's signatures vouch for, as the folder stands now.

    ``domains`` whose mapping is signed as it is; ``exclusions`` by (domain, id) that are.
    """

    domains: frozenset[str]
    exclusions: frozenset[tuple[str, str]]

    def covers(self, domain: str, exclusion: Exclusion) -> bool:
        """Tell whether an exclusion counts: a fresh signature covers it as it reads today."""
        return (domain, exclusion.id) in self.exclusions


def signatures(site: Site, book: Book, environment: Environment | None = None) -> Signatures:
    """Look which domains and exclusions are signed, in the verified and trusted ledger.

    Parameters
    ----------
    site : Site
    book : Book
        The mapping as it stands in the folder.
    environment : Environment, optional
        How real a signature must be; that of the project by default.
    """
    verification = site.verify(keep=Keep.NEWEST).result
    shelf = Shelf(verification, [site.folder.resolve])
    required = environment or site.folder.project.environment
    newest: dict[tuple[str, Environment], Evidence] = {}
    for record in sorted(shelf.records.values(), key=lambda item: item.finished):
        if record.kind is Kind.ATTESTATION and record.verb == "attest":
            newest[(record.subject, record.environment)] = record
    records = [
        record
        for record in newest.values()
        if record.status is Status.COMPLETED
        and record.verdict in (Verdict.PASS, Verdict.WARN)
        and real_enough(record.environment, required)
        and not expired(record, now(), None)
        and (record.subject.startswith("mapping:") or record.subject == SCOPE)
    ]
    return Signatures(
        domains=frozenset(
            record.subject.partition(":")[2]
            for record in records
            if record.subject != SCOPE
            and record.inputs
            and worst(shelf.freshness.of(record)) is Standing.SAME
            and not _figure(record, "unsigned")
        ),
        exclusions=frozenset(_covered(site.folder, book, records)),
    )


def _covered(
    folder: LandingFolder, book: Book, records: Iterable[Evidence]
) -> Iterable[tuple[str, str]]:
    signed = {
        (item.name, item.digest)
        for record in records
        if record.subject == SCOPE
        for item in record.inputs
        if isinstance(item, ContentInput)
    }
    for mapping in book.mappings:
        for item in mapping.exclusions:
            name = part_name(mapping.domain, item)
            complete = item.reason.strip() and item.home.strip()
            if complete and (name, digest(part_of(folder.path, name))) in signed:
                yield mapping.domain, item.id


def _figure(record: Evidence, name: str) -> int:
    figure = record.figure(name)
    return int(figure.value) if figure else 0
