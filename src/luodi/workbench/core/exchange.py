"""Bundles in and out of a hosted project: ledgers merge, everything else waits for a person.

A bundle that came in is kept under the run state, by its digest, until somebody has looked at what
differs; only then its files become content, as one new revision.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from luodi.evidence.canonical import digest_bytes
from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import write_atomic
from luodi.evidence.outcome import Act, Outcome
from luodi.landing.bundle.difference import Difference
from luodi.landing.bundle.export import export
from luodi.landing.bundle.import_ import Choices, Imported, check_signer, compare, take_in
from luodi.landing.bundle.packed import Bundle, read_bundle
from luodi.landing.bundle.revision import read_shared
from luodi.landing.folder import LandingFolder
from luodi.workbench.core.files import LARGEST, Upload, read_upload
from luodi.workbench.core.hosted import HostedSite, write_content
from luodi.workbench.core.models import User

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Incoming:
    """A bundle that waits: who signed it, and what it says otherwise than the project."""

    digest: str
    bundle: Bundle
    differences: tuple[Difference, ...]


def send(site: HostedSite, by: User) -> tuple[str, bytes]:
    """Pack the project into a signed bundle; its name, and its bytes.

    Raises
    ------
    LuodiError
        As `luodi.landing.bundle.export.export`.
    """
    code = site.hosted.code
    with tempfile.TemporaryDirectory() as place:
        target = Path(place) / f"{site.folder.project.name}-{site.hosted.revision}.luodi"
        site.perform(
            Act("landing", "export", f"project:{code}"),
            lambda: export(site.folder, site.chains, target, home=site.home, signer=site.signer),
            actor=by.name,
        )
        return target.name, target.read_bytes()


def receive(site: HostedSite, upload: Upload) -> str:
    """Keep a bundle that somebody sent until it was looked at; its digest.

    Raises
    ------
    LuodiError, WrongUse
        It is no bundle, is damaged, of another project, or signed by a key nobody here trusts.
    """
    data = read_upload(upload, upload.name or "bundle", LARGEST)
    digest = digest_bytes(data)
    path = _path(site, digest)
    write_atomic(path, data, private=True)
    try:
        _read(site, path)
    except LuodiError:
        path.unlink()
        raise
    return digest


def waiting(site: HostedSite, digest: str) -> Incoming:
    """Find a bundle that came in, and what it would change.

    Raises
    ------
    WrongUse
        ``workbench.core.bundle_gone``.
    """
    path = _path(site, digest)
    bundle = _read(site, path)
    shared = read_shared(site.home, site.hosted.code)
    base = shared.common(bundle.manifest.revision, bundle.manifest.base)
    return Incoming(digest, bundle, compare(bundle, site.folder, base))


def accept(site: HostedSite, digest: str, choices: Choices, by: User) -> Outcome[Imported]:
    """Merge the ledgers of a bundle, and take the files that were chosen.

    Raises
    ------
    LuodiError, WrongUse
        As `luodi.landing.bundle.import_.take_in`.
    """
    path = _path(site, digest)
    bundle = _read(site, path)
    with _copy(site.folder) as folder:
        outcome = take_in(replace(site, folder=folder), bundle, path, choices)
        texts = {name: file.read_text("utf-8") for name, file in folder.content().items()}
    write_content(site.hosted, texts, by)
    if not outcome.result.waiting:
        path.unlink(missing_ok=True)
    return outcome


@contextmanager
def _copy(folder: LandingFolder) -> Iterator[LandingFolder]:
    """A frozen version stays as it is; what an import writes goes into a copy."""
    with tempfile.TemporaryDirectory() as place:
        yield LandingFolder(Path(shutil.copytree(folder.path, Path(place) / "folder")))


def _read(site: HostedSite, path: Path) -> Bundle:
    if not path.is_file():
        raise WrongUse("workbench.core.bundle_gone", {"digest": path.stem[:16]})
    bundle = read_bundle(path)
    check_signer(bundle, path, site.trusted)
    if bundle.manifest.project != site.hosted.code:
        raise LuodiError(
            "landing.bundle_other_project",
            {"found": bundle.manifest.name, "expected": site.folder.project.name},
        )
    return bundle


def _path(site: HostedSite, digest: str) -> Path:
    if not _DIGEST.fullmatch(digest):
        raise WrongUse("workbench.core.bundle_gone", {"digest": digest[:16]})
    return site.home.state(site.hosted.code) / "incoming" / f"{digest}.luodi"
