"""What an app hands to the rest of the workbench, so that core imports no app."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Protocol

from django.apps import apps

from luodi.evidence.catalogue import Param
from luodi.evidence.outcome import Outcome
from luodi.evidence.progress import Progress
from luodi.workbench.core.models import Audience, Office, Project, User


class Group(Enum):
    """The four groups of the menu, in their order."""

    PROJECT = "workbench.core.menu_project"
    WORK = "workbench.core.menu_work"
    GO_LIVE = "workbench.core.menu_go_live"
    HOUSE = "workbench.core.menu_house"


@dataclass(frozen=True)
class MenuEntry:
    """A line of the menu.

    `view` is a URL name that takes the project's code.  `badge` counts what waits for this person
    there, 0 for nothing; it runs on every page and must be one cheap query.
    """

    group: Group
    order: int
    title: str
    view: str
    capability: str
    badge: Callable[[Project, User], int] | None = None


@dataclass(frozen=True)
class OfficeEntry:
    """A line of the menu of those who administer; `view` is a URL name without parts."""

    order: int
    title: str
    view: str
    office: Office


@dataclass(frozen=True)
class Hit:
    """Something that was found: what it is called, what is told of it, where it is."""

    title: str
    note: str
    address: str


@dataclass(frozen=True)
class SearchProvider:
    """What a kind of record answers to a search in a project.

    `find` is given the project, the person and the words, which are not empty, and yields at most
    a handful; it begins with ``visible_to``.
    """

    title: str
    capability: str
    find: Callable[[Project, User, Sequence[str]], Iterable[Hit]]


@dataclass(frozen=True)
class Panel:
    """A part of the cockpit: a template, and the values it is drawn from.

    `values` answers None where there is nothing to say yet; then the panel is left out.
    """

    order: int
    template: str
    capability: str
    values: Callable[[Project, User], dict[str, object] | None]


Parameters = Mapping[str, Param]


@dataclass(frozen=True)
class LongVerb:
    """A verb that runs as a job, in a worker.

    Parameters
    ----------
    engine, verb : str
        As evidence names them; together they are the job's verb, ``evidence.verify``.
    title : str
        Message code.
    capability : str
        What it takes to ask for it.
    subject : callable
        What the evidence of a run that does not come to its end is about.
    run : callable
        Does the work and reports to the progress, where it can be cancelled.  It may be begun
        again after its worker was killed: what it did the first time must not be done twice.
    starts : bool
        Whether the page of jobs offers it as it is, without parameters.
    """

    engine: str
    verb: str
    title: str
    capability: str
    subject: Callable[[Project, Parameters], str]
    run: Callable[[Project, Parameters, Progress], Outcome[Any]]
    audience: Audience = Audience.SHARED
    starts: bool = False

    @property
    def name(self) -> str:
        """The verb's name among all of them."""
        return f"{self.engine}.{self.verb}"


@dataclass(frozen=True)
class NoticeKind:
    """A kind of notification; `title` is a message code."""

    name: str
    title: str


@dataclass(frozen=True)
class Corner:
    """Something in the top bar of every page, such as the bell; `values` is one cheap query."""

    template: str
    values: Callable[[User], dict[str, object]]


class Channel(Protocol):
    """A way for notifications to leave the page, such as the robot of a chat group.

    None is shipped: connections to the outside are opened by whoever runs the site.
    """

    @property
    def name(self) -> str:
        """What deliveries on this way are kept under."""

    def reaches(self, user: User) -> bool:
        """Tell whether this person can be reached on this way."""

    def send(self, notice: Any) -> None:
        """Hand a notice over; whatever is raised means: again later."""


@dataclass(frozen=True)
class Contribution:
    """Everything one app adds to the shell."""

    menu: tuple[MenuEntry, ...] = ()
    panels: tuple[Panel, ...] = ()
    search: tuple[SearchProvider, ...] = ()
    offices: tuple[OfficeEntry, ...] = ()
    verbs: tuple[LongVerb, ...] = ()
    notices: tuple[NoticeKind, ...] = ()
    channels: tuple[Channel, ...] = ()
    corner: tuple[Corner, ...] = ()


@cache
def contributions() -> tuple[Contribution, ...]:
    """What core and the installed apps hand in: ``CONTRIBUTION`` of an app's ``contribution``."""
    found = [importlib.import_module("luodi.workbench.core.own").CONTRIBUTION]
    for config in apps.get_app_configs():
        name = f"{config.name}.contribution"
        if config.label != "core" and _exists(name):
            found.append(importlib.import_module(name).CONTRIBUTION)
    return tuple(found)


def _exists(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
