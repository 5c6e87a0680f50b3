"""A line per request, under an id that the answer carries: route, status, time; never a value."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from luodi.workbench.running.logs import CORRELATION

LOG = logging.getLogger("luodi.request")


def recorded(
    respond: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Log every request.  The route is logged, not the address: an address may hold a name."""

    def answer(request: HttpRequest) -> HttpResponse:
        number = secrets.token_hex(8)
        token = CORRELATION.set(number)
        began = time.monotonic()
        try:
            response = respond(request)
            response.headers["X-Request-ID"] = number
            fields = {
                "method": request.method,
                "route": getattr(request.resolver_match, "route", ""),
                "status": response.status_code,
                "milliseconds": round((time.monotonic() - began) * 1000),
                "user": request.user.pk if hasattr(request, "user") else None,
            }
            LOG.info("request", extra={"fields": fields})
            return response
        finally:
            CORRELATION.reset(token)

    return answer
