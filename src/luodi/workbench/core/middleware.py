"""What every answer carries, and what is asked of everybody who is signed in."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from luodi.workbench.core.accounts import owes
from luodi.workbench.core.pages import kept

Respond = Callable[[HttpRequest], HttpResponse]

# Nothing runs that did not come from our own files, and nothing leaves: no inline script, no eval,
# no inline style.  Tabler draws its arrows as data: images.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


RENEWED = 60
"""Seconds; a session may end that much before its thirty idle minutes are over."""

_SEEN = "luodi_seen"


class Compressed(GZipMiddleware):
    """Compress what may be compressed: a stream of events would be held back until it ends."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.headers.get("Content-Type", "").startswith("text/event-stream"):
            return response
        return super().process_response(request, response)


class Sessions(SessionMiddleware):
    """Sessions that only a person keeps alive.

    A page that follows a job by itself is nobody's doing: signing out after idleness must not wait
    for it (GB/T 22239-2019 8.1.4.1 b).  A view says so by `request.unattended`.

    A session is renewed once in `RENEWED` seconds, not with every page: on SQLite each renewal is a
    write that the disk has to confirm, and everybody else's pages wait for it.
    """

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        session = request.session
        attended = not getattr(request, "unattended", False)
        if attended and session.accessed and not session.is_empty():
            now = int(time.time())
            if not 0 <= now - session.get(_SEEN, 0) < RENEWED:
                session[_SEEN] = now
        return super().process_response(request, response)


def content_security(respond: Respond) -> Respond:
    """Send the content security policy with every answer."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = respond(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
        )
        return response

    return answer


def chosen_language(respond: Respond) -> Respond:
    """Write pages in Chinese, or in the language the reader chose; browsers are not asked."""

    def answer(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = chosen in dict(settings.LANGUAGES)
        with translation.override(chosen if known else settings.LANGUAGE_CODE):
            response = respond(request)
        response.headers["Content-Language"] = chosen if known else settings.LANGUAGE_CODE
        return response

    return answer


def signed_in(respond: Respond) -> Respond:
    """Ask for what an account still owes (a new password, a second factor) before anything else."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not request.path.startswith(_FREE):
            step = owes(request.user)
            if step is not None:
                return redirect(reverse(step))
        return respond(request)

    return answer


def typed(respond: Respond) -> Respond:
    """Keep what was typed where a session ran out; show a part of a page only to its page."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = respond(request)
        kept.keep(request, response)
        patch_vary_headers(response, ["HX-Request"])
        to = response.headers.get("Location", "")
        if "HX-Request" in request.headers and to.startswith(resolve_url(settings.LOGIN_URL)):
            # The whole page goes to sign in, and comes back to where it was.
            here = urlsplit(request.headers.get("HX-Current-URL", "/"))
            query = urlencode({"next": here.path + (f"?{here.query}" if here.query else "")})
            sign_in = f"{resolve_url(settings.LOGIN_URL)}?{query}"
            return HttpResponse(status=204, headers={"HX-Redirect": sign_in})
        return response

    return answer


_FREE = ("/accounts/", "/language/", "/static/")
