"""The landing folder: the truth of a project in folder mode.

::

    landing.toml            the project
    plan.toml               its gates on a time line, backward from go-live
    gates.toml              criteria, thresholds, seats
    mapping/  contracts/    what the engines work from
    evidence/               the ledger, one chain per writer
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.freshness import Present
from luodi.evidence.gate.model import Gate
from luodi.evidence.gate.read import read_gates
from luodi.evidence.head import SeenHeads
from luodi.evidence.ledger import JsonLinesLedger
from luodi.evidence.model import ContentInput, SnapshotInput
from luodi.evidence.shape import shape
from luodi.evidence.suite import Signer
from luodi.landing.canonical import file_digest
from luodi.landing.format import read_file
from luodi.landing.home import Home
from luodi.landing.project import Plan, Project

CONTENT = ("landing.toml", "plan.toml", "gates.toml", "mapping/*", "contracts/*.toml")
"""Files whose content is the project's truth, besides the ledger."""


@dataclass(frozen=True)
class LandingFolder:
    """A folder on disk, opened."""

    path: Path

    @classmethod
    def find(cls, start: Path) -> LandingFolder:
        """Open the landing folder at `start` or above it.

        Raises
        ------
        WrongUse
            ``landing.no_folder``.
        """
        place = start.absolute()
        for candidate in (place, *place.parents):
            if (candidate / "landing.toml").is_file():
                return cls(candidate)
        raise WrongUse("landing.no_folder", {"path": str(place)})

    @cached_property
    def project(self) -> Project:
        """Read ``landing.toml``."""
        table = read_file(self.path, "landing.toml")
        return shape(table, Project, str(self.path / "landing.toml"))

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        """Read ``gates.toml``."""
        return read_gates(read_file(self.path, "gates.toml"), str(self.path / "gates.toml"))

    @cached_property
    def plan(self) -> Plan:
        """Read ``plan.toml``."""
        return shape(read_file(self.path, "plan.toml"), Plan, str(self.path / "plan.toml"))

    def gate(self, gate_id: str) -> Gate:
        """Find a gate.

        Raises
        ------
        WrongUse
            ``landing.no_gate``, with the gates there are.
        """
        for gate in self.gates:
            if gate.id == gate_id:
                return gate
        known = tuple(gate.id for gate in self.gates)
        raise WrongUse("landing.no_gate", {"gate": gate_id, "known": known})

    def ledger(self, home: Home, signer: Signer | None = None) -> JsonLinesLedger:
        """Open the ledger, for writing when a signer is given."""
        project = self.project.project
        return JsonLinesLedger(
            self.path / "evidence",
            project,
            signer,
            seen=SeenHeads(home.state(project) / "seen.json"),
            lock_timeout=home.lock_timeout,
        )

    def content(self) -> dict[str, Path]:
        """Find every content file, by its place in the folder."""
        return {
            path.relative_to(self.path).as_posix(): path
            for pattern in CONTENT
            for path in sorted(self.path.glob(pattern))
            if path.suffix in (".toml", ".tsv") and path.is_file() and not path.is_symlink()
        }

    def digests(self) -> dict[str, str]:
        """Digest the canonical form of every content file."""
        return {name: file_digest(path) for name, path in self.content().items()}

    def resolve(self, item: ContentInput | SnapshotInput) -> Present | None:
        """Answer for inputs that are files of this folder; see `luodi.evidence.freshness`."""
        if not isinstance(item, ContentInput):
            return None
        first = item.name.partition("/")[0]
        if first not in {pattern.partition("/")[0] for pattern in CONTENT}:
            return None
        path = self.path / item.name
        if not path.is_file():
            return Present(gone=True)
        try:
            return Present(digest=file_digest(path))
        except LuodiError:
            return Present(digest="unreadable")  # not what the evidence was made from, at least

    def input(self, name: str) -> ContentInput:
        """Name a file of this folder as an input of evidence, as it stands now."""
        return ContentInput(name=name, digest=file_digest(self.path / name))
