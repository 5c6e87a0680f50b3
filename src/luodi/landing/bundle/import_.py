"""Import a bundle: ledgers merge by themselves, everything else by a person's look at the diff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from luodi.evidence.canonical import digest_bytes
from luodi.evidence.chain import check_chain
from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained, write_atomic
from luodi.evidence.ledger import Ledger
from luodi.evidence.merge import Merged, merge
from luodi.evidence.model import Artefact, Figure, Finding, Severity, Side, Verdict
from luodi.evidence.outcome import Act, Outcome, verdict_of
from luodi.landing.bundle.difference import Difference, Whose, differences
from luodi.landing.bundle.packed import Bundle, SentChains
from luodi.landing.bundle.revision import Revision, read_shared, write_shared
from luodi.landing.folder import LandingFolder
from luodi.landing.home import Home
from luodi.landing.keys import TrustedKey, fingerprint, format_key
from luodi.landing.new import new_folder
from luodi.landing.site import Site


@dataclass(frozen=True)
class Choices:
    """What a person chose after looking at the differences, by place in the folder."""

    take: frozenset[str] = field(default_factory=frozenset)
    keep: frozenset[str] = field(default_factory=frozenset)
    take_all: bool = False

    def takes(self, difference: Difference) -> bool:
        """Tell whether their version replaces mine."""
        if difference.name in self.keep:
            return False
        return self.take_all or difference.name in self.take

    def open(self, difference: Difference) -> bool:
        """Tell whether nobody has decided yet; what only I changed needs no decision."""
        decided = self.take_all or difference.name in self.take | self.keep
        return not decided and difference.whose is not Whose.MINE


@dataclass(frozen=True)
class Imported:
    """A bundle after import: what differs, what was taken, what still waits for a person."""

    folder: Path
    merged: tuple[Merged, ...]
    differences: tuple[Difference, ...]
    taken: tuple[str, ...]
    waiting: tuple[str, ...]


def check_signer(bundle: Bundle, path: Path, trusted: Mapping[str, TrustedKey]) -> None:
    """Refuse a bundle signed by a key nobody here has trusted.

    Raises
    ------
    LuodiError
        ``landing.bundle_untrusted``, with the fingerprint to compare and the line to trust.
    """
    known = {key.public_key for key in trusted.values()}
    if bundle.signer.public_key not in known:
        raise LuodiError(
            "landing.bundle_untrusted",
            {
                "path": str(path),
                "name": bundle.signer.name,
                "fingerprint": fingerprint(bundle.signer.public_key),
                "line": format_key(bundle.signer),
            },
        )


def unpack_new(bundle: Bundle, target: Path) -> LandingFolder:
    """Make a folder from a bundle where there is none; its ledger still has to be merged.

    Raises
    ------
    WrongUse
        ``landing.exists``.
    LuodiError
        The disk says no; then there is no folder.
    """
    with new_folder(target) as draft:
        for name, data in bundle.content().items():
            write_atomic(draft / name, data)
    return LandingFolder(target.absolute())


def import_bundle(
    bundle: Bundle,
    folder: LandingFolder,
    ledger: Ledger,
    *,
    home: Home,
    trusted: Mapping[str, Side],
    choices: Choices,
    bundle_digest: str,
) -> Outcome[Imported]:
    """Merge a bundle into a folder.

    Ledgers merge as they are.  Of the other files only those a person chose are replaced; the rest
    is reported and waits.  Once nothing waits, the bundle's revision was taken in.

    Raises
    ------
    LuodiError
        ``landing.bundle_other_project``; the disk says no.
    WrongUse
        ``landing.no_difference``: a file was chosen that does not differ.
    """
    project = folder.project.project
    if bundle.manifest.project != project:
        raise LuodiError(
            "landing.bundle_other_project",
            {"found": bundle.manifest.name, "expected": folder.project.name},
        )
    shared, sent = read_shared(home, project), bundle.manifest.revision
    found = compare(bundle, folder, shared.common(sent, bundle.manifest.base))
    _check_choices(choices, found)
    union = merge(ledger, SentChains(bundle), trusted=trusted)
    taken = tuple(item.name for item in found if choices.takes(item))
    for name in taken:
        _take(bundle, folder, name)
    waiting = tuple(item.name for item in found if choices.open(item))
    if not waiting:
        write_shared(home, project, shared.with_taken(sent))
    findings = (*union.findings, *_waits(waiting))
    return Outcome(
        Imported(folder.path, union.result, found, taken, waiting),
        subject=f"bundle:{sent.id[:16]}",
        engine="landing",
        verb="import",
        verdict=verdict_of(findings),
        figures=(
            *union.figures,
            Figure(name="differing", value=len(found), unit="file"),
            Figure(name="taken", value=len(taken), unit="file"),
            Figure(name="waiting", value=len(waiting), unit="file"),
        ),
        findings=findings,
        artefacts=(Artefact(name="bundle", digest=bundle_digest),),
    )


def take_in(site: Site, bundle: Bundle, path: Path, choices: Choices) -> Outcome[Imported]:
    """Import a bundle that was read from `path` into a site, and keep the evidence.

    The site's own chain is brought back first where the bundle has more of it: an installation
    whose chain is short may do nothing else.

    Raises
    ------
    LuodiError, WrongUse
        As `import_bundle` and `luodi.evidence.outcome.perform`.
    """
    _regain(bundle, site.ledger, site.signer.writer)
    outcome, _ = site.perform(
        Act("landing", "import", f"project:{site.folder.project.project}"),
        lambda: import_bundle(
            bundle,
            site.folder,
            site.ledger,
            home=site.home,
            trusted=site.sides,
            choices=choices,
            bundle_digest=digest_bytes(path.read_bytes()),
        ),
    )
    return outcome


def _regain(bundle: Bundle, ledger: Ledger, writer: str) -> None:
    sent = SentChains(bundle)
    if bundle.manifest.project != ledger.project or writer not in sent.writers():
        return
    chain, ours = check_chain(sent, writer), ledger.data(writer)
    if chain.head is None or chain.verdict is Verdict.FAIL:
        return
    data = sent.data(writer)[: chain.head.size]
    if len(data) > len(ours) and data.startswith(ours):
        ledger.adopt(writer, data, chain.head)


def compare(bundle: Bundle, folder: LandingFolder, base: Revision | None) -> tuple[Difference, ...]:
    """List what a bundle says otherwise than the folder, where both come from `base`."""
    mine, content = folder.digests(), bundle.content()
    texts = {
        name: (_text_of(folder.path / name), content.get(name, b"").decode("utf-8", "replace"))
        for name in mine.keys() | content.keys()
    }
    return differences(mine, bundle.manifest.revision.files, base.files if base else None, texts)


def _text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _check_choices(choices: Choices, found: tuple[Difference, ...]) -> None:
    names = {item.name for item in found}
    for name in sorted((choices.take | choices.keep) - names):
        raise WrongUse("landing.no_difference", {"name": name, "known": tuple(sorted(names))})


def _take(bundle: Bundle, folder: LandingFolder, name: str) -> None:
    """Put their version in place of mine; a file they removed is removed here too."""
    data = bundle.content().get(name)
    path = folder.path / name
    if data is not None:
        write_atomic(path, data)
        return
    with explained(path):
        path.unlink(missing_ok=True)


def _waits(waiting: tuple[str, ...]) -> tuple[Finding, ...]:
    if not waiting:
        return ()
    finding = Finding(
        code="landing.import_waits",
        params={"files": ", ".join(waiting)},
        severity=Severity.WARN,
        count=len(waiting),
    )
    return (finding,)
