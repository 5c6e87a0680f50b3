"""A database that somebody else holds: said in one sentence, written again, nothing lost.

SQLite has one writer at a time.  Whoever waits longer than ``LUODI_LOCK_TIMEOUT`` is told, and what
they sent is offered to be sent again; a transaction that did not come about left nothing behind.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from luodi.evidence.errors import LuodiError

T = TypeVar("T")

TRIES = 5
"""How often something is written that must not be lost."""

SECRET = ("password", "csrfmiddlewaretoken", "code")
"""Parts of names of fields that no page repeats."""


def is_busy(error: BaseException) -> bool:
    """Tell whether somebody else only held the database for longer than one waits."""
    return isinstance(error, OperationalError) and any(
        word in str(error) for word in ("locked", "busy")
    )


def explained(error: OperationalError) -> LuodiError:
    """Say what the database refused, without its own words."""
    if is_busy(error):
        return LuodiError("workbench.core.database_busy")
    return LuodiError("workbench.core.database_gone", {"type": type(error).__name__})


def persistently(write: Callable[[], T]) -> T:
    """Write, and again where the database was busy.

    Raises
    ------
    OperationalError
        It stayed busy.
    """
    for left in reversed(range(TRIES)):
        try:
            return write()
        except OperationalError as error:
            if left == 0 or not is_busy(error):
                raise
            time.sleep(0.2)
    raise AssertionError("the last try returns or raises")


class Busy:
    """Answers 503 where the database was busy, with what was sent, to be sent again."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.respond(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Take the answer's place where it could not be given."""
        if not is_busy(error):
            return None
        sent = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if not any(part in name for part in SECRET)
        ]
        page = {"sent": sent, "again": request.method == "POST"}
        response = render(request, "core/busy.html", page, status=503)
        response.headers["Retry-After"] = "5"
        return response
