"""Search: pages, records one may see, and the handbook, by a few words.

A word is looked for with ``LIKE``: it finds 医嘱, which trigrams do not (DESIGN §6), on SQLite and
PostgreSQL alike, and needs no second copy of anything.  ``benchmarks/list_page.py`` measures it
over 100,000 rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from luodi.workbench.core import handbook
from luodi.workbench.core.capabilities import may
from luodi.workbench.core.contribution import Hit, contributions
from luodi.workbench.core.models import Project, User
from luodi.workbench.core.wording import language, worded

WORDS = 5
LONGEST = 60
"""Signs that are looked at; what is longer is no search."""
PAGES = 8
CHAPTERS = 5


@dataclass(frozen=True)
class Group:
    """What one kind of thing answered."""

    title: str
    hits: tuple[Hit, ...]


def find(project: Project | None, user: User, asked: str) -> tuple[Group, ...]:
    """Everything that holds all of the words, as far as this person may see it."""
    words = asked.replace("\0", "")[:LONGEST].split()[:WORDS]
    if not words:
        return ()
    groups = [Group(worded("workbench.core.search_pages"), tuple(_pages(project, user, words)))]
    if project is None:
        groups.append(Group(worded("workbench.core.projects"), tuple(_projects(user, words))))
    else:
        groups += [
            Group(worded(provider.title), tuple(provider.find(project, user, words)))
            for each in contributions()
            for provider in each.search
            if may(user, project, provider.capability)
        ]
    groups.append(Group(worded("workbench.core.help"), tuple(_chapters(words))))
    return tuple(group for group in groups if group.hits)


def _pages(project: Project | None, user: User, words: list[str]) -> Iterator[Hit]:
    if project is None:
        lines = [
            (entry.title, reverse(entry.view))
            for each in contributions()
            for entry in each.offices
            if entry.office == user.office
        ]
    else:
        lines = [
            (entry.title, reverse(entry.view, args=[project.code]))
            for each in contributions()
            for entry in each.menu
            if may(user, project, entry.capability)
        ]
    named = [(worded(title), address) for title, address in lines]
    for title, address in named[:200]:
        if all(word.casefold() in title.casefold() for word in words):
            yield Hit(title, "", address)


def _projects(user: User, words: list[str]) -> Iterator[Hit]:
    found = Project.objects.visible_to(user).select_related("hospital")
    for word in words:
        found = found.filter(name__icontains=word) | found.filter(hospital__name__icontains=word)
    for each in found[:PAGES]:
        yield Hit(each.name, each.hospital.name, f"/p/{each.code}/")


def _chapters(words: list[str]) -> Iterator[Hit]:
    for each in handbook.search(words, language(), CHAPTERS):
        anchor = f"#{each.section.anchor}" if each.section.anchor else ""
        address = reverse("help-page", args=[each.chapter.name]) + anchor
        yield Hit(f"{each.chapter.title} · {each.section.heading}", each.excerpt, address)
