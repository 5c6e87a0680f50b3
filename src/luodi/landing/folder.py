"""The landing folder: the truth of a project in folder mode.

::

    landing.toml            the project
    plan.toml               its gates on a time line, backward from go-live
    gates.toml              criteria, thresholds, seats
    systems.toml            where data comes from and goes to
    totals.toml             what a cutover night hands over, old against new
    review.toml             which decisions of the review desk need a second person
    mapping/  contracts/    what the engines work from
    evidence/               the ledger, one chain per writer
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from luodi.evidence.canonical import digest
from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.freshness import Present
from luodi.evidence.gate.model import Gate
from luodi.evidence.gate.read import read_gates
from luodi.evidence.head import SeenHeads
from luodi.evidence.json_lines import JsonLinesLedger
from luodi.evidence.model import ContentInput, SnapshotInput
from luodi.evidence.shape import shape
from luodi.evidence.suite import Signer
from luodi.landing.canonical import file_digest
from luodi.landing.format import read_file
from luodi.landing.home import Home
from luodi.landing.names import check_project
from luodi.landing.part import PART, part_of
from luodi.landing.project import Plan, Project
from luodi.landing.systems import FILE, Systems, read_systems

_NAME = r"[^./\\:\x00-\x1f][^/\\:\x00-\x1f]*"
CONTENT = re.compile(
    rf"(?:landing|plan|gates|quality|systems|totals|review)\.toml|mapping/{_NAME}\.(?:toml|tsv)|contracts/{_NAME}\.toml"
)
"""Files whose content is the project's truth, besides the ledger; hidden ones are an editor's."""

_PLACES = (
    "landing.toml",
    "plan.toml",
    "gates.toml",
    "quality.toml",
    FILE,
    "totals.toml",
    "review.toml",
    "mapping/*",
    "contracts/*",
)


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
            ``landing.place_absent``, ``landing.no_folder``.
        """
        place = start.resolve()  # above ``../b`` lies what is above b, not the folder one is in
        if not place.exists():
            raise WrongUse("landing.place_absent", {"path": str(place)})
        for candidate in (place, *place.parents):
            if (candidate / "landing.toml").is_file():
                return cls(candidate)
        raise WrongUse("landing.no_folder", {"path": str(place)})

    @cached_property
    def project(self) -> Project:
        """Read ``landing.toml``."""
        where = str(self.path / "landing.toml")
        project = shape(read_file(self.path, "landing.toml"), Project, where)
        try:
            check_project(project.project)  # it names folders under LUODI_HOME
        except WrongUse as error:
            raise WrongUse("landing.project_id", {**error.params, "path": where}) from None
        return project

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        """Read ``gates.toml``."""
        return read_gates(read_file(self.path, "gates.toml"), str(self.path / "gates.toml"))

    @cached_property
    def plan(self) -> Plan:
        """Read ``plan.toml``."""
        return shape(read_file(self.path, "plan.toml"), Plan, str(self.path / "plan.toml"))

    @cached_property
    def systems(self) -> Systems:
        """Read ``systems.toml``."""
        return read_systems(self.path)

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
            seen=SeenHeads(home.state(project) / "seen"),
            lock_timeout=home.lock_timeout,
        )

    def content(self) -> dict[str, Path]:
        """Find every content file, by its place in the folder; links are not followed."""
        found = (path for pattern in _PLACES for path in sorted(self.path.glob(pattern)))
        return {
            name: path
            for path in found
            if CONTENT.fullmatch(name := path.relative_to(self.path).as_posix())
            and self._place(name)
            and path.is_file()
        }

    def _place(self, name: str) -> Path | None:
        """Where a file of that name is or would be; None where a link or ``..`` leads elsewhere."""
        path = self.path / name
        try:
            straight = path.resolve() == self.path.resolve() / name
        except (OSError, ValueError, RuntimeError):  # no name at all; links in a circle
            return None
        return path if straight else None

    def digests(self) -> dict[str, str]:
        """Digest the canonical form of every content file."""
        return {name: file_digest(path) for name, path in self.content().items()}

    def resolve(self, item: ContentInput | SnapshotInput) -> Present | None:
        """Answer for inputs that are files of this folder; see `luodi.evidence.freshness`."""
        if not isinstance(item, ContentInput):
            return None
        if PART.fullmatch(item.name):
            return self._part(item.name)
        first = item.name.partition("/")[0]
        path = self._place(item.name)
        if path is None or first not in {pattern.partition("/")[0] for pattern in _PLACES}:
            return None
        try:
            return Present(digest=file_digest(path))
        except LuodiError as error:
            if error.code == "evidence.toml_missing":
                return Present(gone=True)
            return Present(digest="unreadable")  # not what the evidence was made from, at least

    def _part(self, name: str) -> Present:
        try:
            part = part_of(self.path, name)
        except LuodiError:
            return Present(digest="unreadable")
        return Present(gone=True) if part is None else Present(digest=digest(part))

    def input(self, name: str) -> ContentInput:
        """Name a file of this folder as an input of evidence, as it stands now."""
        return ContentInput(name=name, digest=file_digest(self.path / name))
