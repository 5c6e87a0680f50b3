"""One record: its facts, what can be done with it, its history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from luodi.workbench.core.pages.columns import Column
from luodi.workbench.core.pages.crumbs import Crumb
from luodi.workbench.core.pages.history import changes
from luodi.workbench.core.wording import worded


@dataclass(frozen=True)
class Button:
    """Where one goes from a page; the filled one is the next step."""

    title: str
    address: str
    filled: bool = False

    @property
    def said(self) -> str:
        """What it says, in the reader's language."""
        return worded(self.title)


@dataclass(frozen=True)
class DetailPage:
    """A page of one record; in a drawer where htmx asks for it.

    Parameters
    ----------
    facts : tuple of Column
        What is told of it.
    crumbs : callable
        The line of pages above it, itself left out.
    buttons : callable
        Where this reader may go from here.
    """

    facts: tuple[Column, ...]
    crumbs: Callable[[Any, Any], tuple[Crumb, ...]]
    buttons: Callable[[Any, Any], tuple[Button, ...]] = lambda request, record: ()
    template: str = "core/pages/detail.html"

    def answer(self, request: Any, record: Any, **more: object) -> HttpResponse:
        """Show a record that this reader may see."""
        shown = {
            "record": record,
            "title": str(record),
            "facts": [(each.heading(type(record)), each.html(record)) for each in self.facts],
            "crumbs": (*self.crumbs(request, record), Crumb(str(record))),
            "buttons": self.buttons(request, record),
            "has_history": hasattr(record, "history"),
            "changes": changes(record) if "history" in request.GET else (),
        }
        return render(request, self.template, {**shown, **more})
