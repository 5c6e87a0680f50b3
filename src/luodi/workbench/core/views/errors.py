"""Pages for what cannot be shown: one sentence and the next step."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that this account may not do it, and who can help."""
    return render(request, "core/403.html", status=403)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is no such page for this account."""
    return render(request, "core/404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that the defect is ours; nothing about it leaves the log."""
    return render(request, "core/500.html", status=500)
