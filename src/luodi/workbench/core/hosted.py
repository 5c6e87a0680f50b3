"""A project whose truth is the database, for engines and gates that know landing folders.

A run works on a frozen version: the content as it stands is laid out once a revision, under the
run state in ``LUODI_HOME``, and read from there like any landing folder.  The ledger is the
database's.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

from django.db import transaction

from luodi.evidence.errors import WrongUse
from luodi.evidence.files import write_atomic
from luodi.evidence.head import SeenHeads
from luodi.evidence.merge import merge
from luodi.evidence.model import Side
from luodi.evidence.suite import Signer
from luodi.landing.canonical import content_digest
from luodi.landing.folder import LandingFolder
from luodi.landing.home import Home
from luodi.landing.keys import TrustedKey, own_signer, trusted_keys
from luodi.landing.new import new_folder
from luodi.landing.settings import Settings, read_settings
from luodi.landing.site import Site
from luodi.workbench.core.ledger import DatabaseLedger
from luodi.workbench.core.models import ContentFile, Organisation, Project, User


@dataclass(frozen=True, kw_only=True)
class HostedSite(Site):
    """A hosted project with this installation, and the organisation that speaks through it."""

    hosted: Project
    speaker: Signer

    @classmethod
    def of(cls, project: Project, side: Side = Side.VENDOR) -> HostedSite:
        """Sit down at `project`, as the organisation of `side` there."""
        settings = read_settings()
        home = Home.of(settings)
        return cls(
            frozen(project, home),
            home,
            settings,
            hosted=project,
            speaker=speaker(project, side, home, settings),
        )

    @cached_property
    def signer(self) -> Signer:
        return self.speaker

    @cached_property
    def trusted(self) -> Mapping[str, TrustedKey]:
        """Keys this installation trusts, those of the project's own organisations among them."""
        own = (speaker(self.hosted, side, self.home, self.settings) for side in SPEAKING)
        hosted = {
            key.writer: TrustedKey(key.name, key.side, key.suite.name, key.public_key, own=True)
            for key in own
        }
        return {**trusted_keys(self.home), **hosted}

    @cached_property
    def chains(self) -> DatabaseLedger:
        return DatabaseLedger(self.hosted, seen=self._seen)

    @cached_property
    def ledger(self) -> DatabaseLedger:
        return DatabaseLedger(self.hosted, self.speaker, seen=self._seen)

    @property
    def _seen(self) -> SeenHeads:
        return SeenHeads(self.home.state(self.hosted.code) / "seen")


SPEAKING = (Side.VENDOR, Side.HOSPITAL)
"""Sides that have a key of their own here; the others speak by signed papers."""


def speaker(project: Project, side: Side, home: Home, settings: Settings) -> Signer:
    """The key of a side's organisation in `project`, made on first use.

    One installation may host many hospitals: each organisation signs with its own key, and no
    key opens two of them.
    """
    organisation = project.vendor if side is Side.VENDOR else project.hospital
    own = Home(home.path / "organisations" / str(organisation.pk), home.lock_timeout)
    return own_signer(own, replace(settings, actor=organisation.name, side=side))


def frozen(project: Project, home: Home) -> LandingFolder:
    """The content of `project` as it stands now, as a folder that nobody changes any more."""
    place = home.state(project.code) / "content" / str(project.revision)
    if not (place / "landing.toml").is_file():
        with suppress(WrongUse), new_folder(place) as draft:  # another process may be first
            for file in project.content.all():
                write_atomic(draft / file.name, file.text.encode())
    return LandingFolder(place)


def write_content(project: Project, texts: Mapping[str, str], by: User | None) -> None:
    """Make the hosted content of `project` be `texts`, by place in the folder.

    What says the same is left alone; what is not in `texts` is removed.  Every change is a new
    revision, and the old text stays in the history.
    """
    with transaction.atomic():
        standing = {file.name: file for file in project.content.all()}
        changed = False
        for name, text in texts.items():
            file = standing.pop(name, None) or ContentFile(project=project, name=name)
            if file.text != text:
                file.text, file.changed_by = text, by
                file.digest = content_digest(text.encode(), name)
                file.save()
                changed = True
        for file in standing.values():
            file.delete()
            changed = True
        if changed:
            project.revision += 1
            project.save(update_fields=["revision"])


def host(folder: LandingFolder, *, vendor: str) -> Project:
    """Take a landing folder in: from now on its truth is here.

    The folder itself is left as it is.  A folder that is hosted already brings what is new in it.
    """
    described = folder.project
    with transaction.atomic():
        project, _ = Project.objects.get_or_create(
            code=described.project,
            defaults={
                "name": described.name,
                "vendor": _organisation(vendor, Side.VENDOR),
                "hospital": _organisation(described.hospital, Side.HOSPITAL),
                "environment": described.environment.value,
                "go_live": described.go_live,
            },
        )
        texts = {name: path.read_text("utf-8") for name, path in folder.content().items()}
        write_content(project, texts, by=None)
        merge(DatabaseLedger(project), folder.ledger(Home.of(read_settings())))
    return project


def _organisation(name: str, side: Side) -> Organisation:
    found, _ = Organisation.objects.get_or_create(name=name, defaults={"side": side.value})
    return found
