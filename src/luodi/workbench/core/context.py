"""What the shell around every page shows: the menu, the project, who is signed in."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from luodi.workbench.core.access import signed_in
from luodi.workbench.core.capabilities import may
from luodi.workbench.core.contribution import Group, contributions
from luodi.workbench.core.models import Project, User
from luodi.workbench.core.wording import language, worded


@dataclass(frozen=True)
class Line:
    """A line of the menu as this person sees it."""

    title: str
    address: str
    here: bool
    badge: int


@dataclass(frozen=True)
class Section:
    """A group of the menu."""

    title: str
    lines: tuple[Line, ...]


def shell(request: HttpRequest) -> dict[str, object]:
    """Give every template the menu of its project, and where its assets are."""
    project = getattr(request, "project", None)
    menu = _menu(request, project) if project is not None else _offices(request)
    return {
        "project": project,
        "menu": menu,
        "corner": _corner(request),
        "assets": settings.STATIC_URL,
        "lang": _LANGUAGES[language()],
        "layout": "core/drawer.html" if "HX-Request" in request.headers else "core/page.html",
    }


_LANGUAGES = {
    "zh": {"html": "zh-Hans", "other": "en", "other_name": "English"},
    "en": {"html": "en", "other": "zh-hans", "other_name": "中文"},
}


def _corner(request: HttpRequest) -> tuple[str, ...]:
    """What the apps put into the top bar, drawn."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return ()
    parts = (part for each in contributions() for part in each.corner)
    return tuple(render_to_string(part.template, part.values(user)) for part in parts)


def _menu(request: HttpRequest, project: Project) -> tuple[Section, ...]:
    user = signed_in(request)
    entries = sorted(
        (entry for each in contributions() for entry in each.menu), key=lambda entry: entry.order
    )
    allowed = [entry for entry in entries if may(user, project, entry.capability)]
    sections = (
        Section(
            worded(group.value),
            tuple(
                _line(request.path, entry.title, reverse(entry.view, args=[project.code]), badge)
                for entry in allowed
                if entry.group is group
                for badge in [entry.badge(project, user) if entry.badge else 0]
            ),
        )
        for group in Group
    )
    return tuple(section for section in sections if section.lines)


def _offices(request: HttpRequest) -> tuple[Section, ...]:
    """What somebody administers, outside of projects."""
    office = getattr(request.user, "office", "")
    if not office:
        return ()
    entries = [
        entry for each in contributions() for entry in each.offices if entry.office == office
    ]
    entries.sort(key=lambda entry: entry.order)
    lines = [_line(request.path, entry.title, reverse(entry.view), 0) for entry in entries]
    return (Section(worded("workbench.core.menu_office"), tuple(lines)),) if lines else ()


def _line(path: str, title: str, address: str, badge: int) -> Line:
    # /p/<code>/ begins every address of the project
    home = address.startswith("/p/") and address.count("/") == 3
    here = path == address if home else path.startswith(address)
    return Line(worded(title), address, here, badge)
