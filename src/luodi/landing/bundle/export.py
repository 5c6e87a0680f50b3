"""Export a bundle: what a colleague, the hospital or the centre may have of a landing folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from luodi.evidence.canonical import digest_bytes
from luodi.evidence.errors import WrongUse
from luodi.evidence.files import write_atomic
from luodi.evidence.head import encode_head
from luodi.evidence.ledger import Chains
from luodi.evidence.model import Artefact, EvidenceInput, Figure, HeadMark, Input, Verdict, now
from luodi.evidence.outcome import Outcome
from luodi.evidence.suite import Signer
from luodi.landing.bundle.packed import ALLOWED, FORMAT, Manifest, pack
from luodi.landing.bundle.revision import Revision, read_shared, write_shared
from luodi.landing.canonical import content_digest
from luodi.landing.folder import LandingFolder
from luodi.landing.home import Home


@dataclass(frozen=True)
class Exported:
    """A bundle as it was written."""

    path: Path
    revision: str
    files: tuple[str, ...]
    digest: str
    heads: tuple[HeadMark, ...]


def export(
    folder: LandingFolder, chains: Chains, target: Path, *, home: Home, signer: Signer
) -> Outcome[Exported]:
    """Pack the allowed files of a folder into a signed bundle at `target`.

    Raises
    ------
    WrongUse
        ``landing.exists``: a bundle is never overwritten.
    LuodiError
        A file does not read, or the disk says no.
    """
    if target.exists():
        raise WrongUse("landing.exists", {"path": str(target)})
    content = folder.content()
    files = {name: path.read_bytes() for name, path in content.items()}
    revision = Revision(
        files={name: content_digest(files[name], str(path)) for name, path in content.items()}
    )
    heads: list[HeadMark] = []
    for writer in chains.writers():
        head = chains.head(writer)  # before the data: what grows meanwhile is left out
        if head is not None and ALLOWED.fullmatch(f"evidence/{writer}.head"):
            files[f"evidence/{writer}.jsonl"] = chains.data(writer)[: head.size]
            files[f"evidence/{writer}.head"] = encode_head(head)
            heads.append(head.mark)
    project = folder.project
    shared = read_shared(home, project.project)
    manifest = Manifest(
        format=FORMAT,
        project=project.project,
        name=project.name,
        writer=signer.writer,
        made=now(),
        files={name: digest_bytes(data) for name, data in files.items()},
        revision=revision,
        base=shared.taken,
    )
    packed = pack(manifest, files, signer)
    write_atomic(target, packed)
    write_shared(home, project.project, shared.with_given(revision))
    exported = Exported(
        target, revision.id, tuple(sorted(files)), digest_bytes(packed), tuple(heads)
    )
    inputs: tuple[Input, ...] = tuple(
        EvidenceInput(id=f"{mark.writer}:{mark.seq}", digest=mark.digest) for mark in heads
    )
    return Outcome(
        exported,
        subject=f"bundle:{revision.id[:16]}",
        engine="landing",
        verb="export",
        verdict=Verdict.PASS,
        figures=(
            Figure(name="files", value=len(files), unit="file"),
            Figure(name="size", value=len(packed), unit="byte"),
        ),
        inputs=inputs,
        artefacts=(Artefact(name=target.name, digest=exported.digest),),
    )
