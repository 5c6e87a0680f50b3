"""What an app hands to the rest of the workbench, so that core imports no app."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

from django.apps import apps

from luodi.workbench.core.models import Office, Project, User

PREFIX = "luodi.workbench."


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

    area: str
    order: int
    template: str
    capability: str
    values: Callable[[Project, User], dict[str, object] | None]


@dataclass(frozen=True)
class Contribution:
    """Everything one app adds to the shell."""

    menu: tuple[MenuEntry, ...] = ()
    panels: tuple[Panel, ...] = ()
    search: tuple[SearchProvider, ...] = ()
    offices: tuple[OfficeEntry, ...] = ()


@cache
def contributions() -> tuple[Contribution, ...]:
    """What the installed apps hand in: ``CONTRIBUTION`` of each app's module ``contribution``."""
    found = []
    for config in apps.get_app_configs():
        name = f"{config.name}.contribution"
        if config.name.startswith(PREFIX) and config.label != "core" and _exists(name):
            found.append(importlib.import_module(name).CONTRIBUTION)
    return tuple(found)


def _exists(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
