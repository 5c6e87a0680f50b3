"""What every answer carries, and what is asked of everybody who is signed in."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation

from luodi.workbench.core.accounts import owes

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


_FREE = ("/accounts/", "/language/", "/static/")
