"""What a supervisor of machines asks, without an account."""

from __future__ import annotations

import ipaddress
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse

from luodi.workbench.running.checks import ready
from luodi.workbench.running.metrics import exposition


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer: the process is alive."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when pages and jobs can be served, else 503; the body says what is missing."""
    found = ready()
    return JsonResponse(found, status=200 if all(found.values()) else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with counts, to this machine or to whoever knows the token."""
    if not (_knows_token(request) or _is_local(request)):
        return HttpResponseForbidden()
    return HttpResponse(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _knows_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    return bool(token) and secrets.compare_digest(given.encode(), token.encode())


def _is_local(request: HttpRequest) -> bool:
    """Tell whether it is asked from here; behind a proxy everybody seems to be."""
    if settings.ENCRYPTED or "X-Forwarded-For" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
