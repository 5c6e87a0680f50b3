"""帮助: the handbook, to read and to search."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from luodi.workbench.core import handbook
from luodi.workbench.core.pages import Crumb
from luodi.workbench.core.wording import language, worded

FOUND = 30


@login_required
def help_home(request: HttpRequest) -> HttpResponse:
    """List the pages of the handbook, or what was found in them."""
    lang, asked = language(), request.GET.get("q", "")[:100]
    shown = {
        "chapters": handbook.chapters(lang),
        "asked": asked,
        "found": handbook.search(asked.split(), lang, FOUND),
        "crumbs": (Crumb(worded("workbench.core.help")),),
    }
    return render(request, "core/help.html", shown)


@login_required
def help_page(request: HttpRequest, name: str) -> HttpResponse:
    """Show a page of the handbook."""
    found = handbook.chapter(name, language())
    if found is None:
        raise Http404(name)
    shown = {
        "chapters": handbook.chapters(language()),
        "chapter": found,
        "html": mark_safe(found.html),  # cleaned by the handbook
        "crumbs": (Crumb(worded("workbench.core.help"), "/help/"), Crumb(found.title)),
    }
    return render(request, "core/help.html", shown)


@login_required
def help_picture(request: HttpRequest, name: str) -> HttpResponse:
    """Send a picture of the handbook."""
    data = handbook.picture(name)
    if data is None:
        raise Http404(name)
    return HttpResponse(data, content_type="image/svg+xml")
