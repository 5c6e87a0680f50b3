"""Serve the pages: granian, with as many workers as the host has use for."""

from __future__ import annotations

import ipaddress
import os
from contextlib import suppress

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from luodi.evidence.errors import WrongUse
from luodi.landing.settings import Settings
from luodi.workbench.core.streaming import ending_mark

KILL_AFTER = 3
"""Seconds that open streams are waited for; granian waits for ever unless told."""


class Server(Granian):  # type: ignore[misc, valid-type]  # chosen when granian is imported
    """Granian that tells the streams before it asks its processes to end."""

    def shutdown(self, exit_code: int = 0) -> None:
        mark = ending_mark(os.getpid())
        with suppress(OSError):
            mark.touch()
        try:
            super().shutdown(exit_code)
        finally:
            mark.unlink(missing_ok=True)


def check(settings: Settings) -> None:
    """Refuse an address where passwords would travel in clear.

    Raises
    ------
    WrongUse
        ``workbench.plain_http``.
    """
    if settings.plain_http != "anywhere" and not _is_loopback(settings.listens_at[0]):
        raise WrongUse("workbench.plain_http", {"address": settings.listen})


def address(settings: Settings) -> str:
    """What to type into a browser on this machine."""
    return f"http://{settings.listen}/"


def serve(settings: Settings) -> None:
    """Answer requests until somebody stops the process.

    Raises
    ------
    WrongUse
        As `check`.
    """
    check(settings)
    host, port = settings.listens_at
    Server(
        "luodi.workbench.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=min(2, os.cpu_count() or 1),
        workers_kill_timeout=KILL_AFTER,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        websockets=False,
    ).serve()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
