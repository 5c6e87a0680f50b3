"""map: is the mapping whole and sound, how far has it come, who has signed what."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import (
    Artefact,
    ContentInput,
    Figure,
    Finding,
    Input,
    Severity,
    SnapshotInput,
)
from luodi.evidence.outcome import Outcome, verdict_of
from luodi.evidence.progress import Progress
from luodi.landing.folder import LandingFolder
from luodi.migration.mapping.check import Known, check
from luodi.migration.mapping.coverage import Coverage, Translated, coverage, translated
from luodi.migration.mapping.model import Book, Dictionary, Mapping
from luodi.migration.mapping.sign import dictionaries_of, files_of
from luodi.migration.mapping.versions import ARTEFACT, inputs, version_of
from luodi.migration.model import Catalogue

INSURANCE = "insurance:catalogue-mapping"
"""Subject of the dictionaries that lead to the insurance bureau's codes."""
_BUREAU = ("医保", "nhsa", "insurance")


@dataclass(frozen=True)
class Mapped:
    """A mapping that was checked: one outcome per domain and per dictionary, all findings once."""

    domains: tuple[Outcome[Coverage], ...]
    dictionaries: tuple[Outcome[Translated], ...]
    insurance: Outcome[Translated] | None
    findings: tuple[Finding, ...]

    @property
    def outcomes(self) -> tuple[Outcome[Coverage] | Outcome[Translated], ...]:
        """Everything that becomes evidence."""
        last = (self.insurance,) if self.insurance else ()
        return (*self.domains, *self.dictionaries, *last)

    @property
    def sound(self) -> bool:
        """Tell whether nothing worse than a warning was found."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)


def map(folder: LandingFolder, book: Book, known: Known, *, progress: Progress) -> Mapped:
    """Check a mapping and measure how far it has come.

    Parameters
    ----------
    folder : LandingFolder
    book : Book
        Its mapping.
    known : Known
        What is known of the systems.

    Returns
    -------
    Mapped
        Outcomes with subject ``mapping:<domain>`` (figures tables, columns, required, coverage,
        errors), ``dictionary:<name>`` (entries, unmapped, coverage) and, where dictionaries lead
        to the insurance bureau's codes, ``insurance:catalogue-mapping``.

    Raises
    ------
    WrongUse
        ``migration.no_mapping``: of nothing it cannot be said that it is sound.
    """
    if not book.mappings:
        raise WrongUse("migration.no_mapping")
    progress.stage("migration.map_stage", total=len(book.mappings) + len(book.dictionaries))
    findings, version = check(book, known), Artefact(name=ARTEFACT, digest=version_of(folder))
    domains = []
    for mapping in book.mappings:
        progress.advance()
        domains.append(_domain(folder, book, mapping, known, findings, version))
    dictionaries = []
    for dictionary in book.dictionaries:
        progress.advance()
        dictionaries.append(_dictionary(folder, book, dictionary, known, findings))
    return Mapped(
        tuple(domains), tuple(dictionaries), _insurance(book, dictionaries), tuple(findings)
    )


def _domain(
    folder: LandingFolder,
    book: Book,
    mapping: Mapping,
    known: Known,
    findings: Iterable[Finding],
    version: Artefact,
) -> Outcome[Coverage]:
    found = coverage(mapping, known.catalogues)
    files = files_of(book, mapping)
    mine = tuple(f for f in findings if _speaks_of(f, files, mapping))
    errors = sum(finding.severity is Severity.ERROR for finding in mine)
    return Outcome(
        found,
        subject=f"mapping:{mapping.domain}",
        engine="migration",
        verb="map",
        verdict=verdict_of(mine),
        figures=(
            Figure(name="tables", value=found.tables, unit="table"),
            Figure(name="columns", value=found.rules, unit="column"),
            Figure(name="required_unmapped", value=found.required_unmapped, unit="column"),
            Figure(name="unused", value=found.unused, unit="column"),
            Figure(name="exclusions", value=len(mapping.exclusions), unit="piece"),
            Figure(name="errors", value=errors, unit="piece"),
        ),
        findings=mine,
        inputs=(*inputs(folder, files), *_systems(mapping, known.catalogues)),
        artefacts=(version,),
    )


def _speaks_of(finding: Finding, files: tuple[str, ...], mapping: Mapping) -> bool:
    said = finding.params
    named = set(str(said.get("file", said.get("files", ""))).split(", "))
    return bool(named & set(files)) or ("file" not in said and said.get("system") == mapping.source)


def _systems(mapping: Mapping, catalogues: Map[str, Catalogue]) -> Iterable[Input]:
    for system in dict.fromkeys((mapping.source, mapping.target)):
        if system in catalogues:
            catalogue = catalogues[system]
            yield SnapshotInput(
                name=f"source:{system}", schema=catalogue.schema_digest, watermark=catalogue.rows
            )


def _dictionary(
    folder: LandingFolder,
    book: Book,
    dictionary: Dictionary,
    known: Known,
    findings: Iterable[Finding],
) -> Outcome[Translated]:
    found = translated(dictionary, known.unmapped)
    mine = tuple(
        f
        for f in findings
        if f.params.get("file") == dictionary.file or f.params.get("dictionary") == dictionary.name
    )
    users = [m.file for m in book.mappings if dictionary.name in dictionaries_of(m)]
    return Outcome(
        found,
        subject=f"dictionary:{dictionary.name}",
        engine="migration",
        verb="map",
        verdict=verdict_of(mine),
        figures=_figures(found),
        findings=mine,
        inputs=inputs(folder, (dictionary.file, *users)),
    )


def _figures(found: Translated) -> tuple[Figure, ...]:
    return (
        Figure(name="entries", value=found.entries, unit="piece"),
        Figure(name="unmapped", value=found.unmapped, unit="row"),
        Figure(name="coverage", value=found.coverage, unit="percent"),
    )


def _insurance(
    book: Book, dictionaries: Iterable[Outcome[Translated]]
) -> Outcome[Translated] | None:
    """Dictionaries whose edition is the insurance bureau's, together."""
    names = {
        rule.id
        for mapping in book.mappings
        for rule in mapping.dictionaries
        if any(word in rule.edition.casefold() for word in _BUREAU)
    }
    mine = [outcome for outcome in dictionaries if outcome.result.name in names]
    if not mine:
        return None
    total = Translated(
        name=INSURANCE,
        entries=sum(outcome.result.entries for outcome in mine),
        decided=sum(outcome.result.decided for outcome in mine),
        unmapped=sum(outcome.result.unmapped for outcome in mine),
    )
    findings = tuple(finding for outcome in mine for finding in outcome.findings)
    used: dict[str, Input] = {
        item.name: item
        for outcome in mine
        for item in outcome.inputs
        if isinstance(item, ContentInput)
    }
    return Outcome(
        total,
        subject=INSURANCE,
        engine="migration",
        verb="map",
        verdict=verdict_of(findings),
        figures=_figures(total),
        findings=findings,
        inputs=tuple(used.values()),
    )
