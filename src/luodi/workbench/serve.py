"""Serve the pages: granian, with as many workers as the host has use for."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from contextlib import suppress

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from luodi.evidence.errors import LuodiError, WrongUse
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
    """Refuse an address where passwords would travel in clear, and one that cannot be had.

    Granian lets several processes listen at one address: without asking first, two sites would
    take turns in answering.

    Raises
    ------
    WrongUse
        ``workbench.plain_http``.
    LuodiError
        ``workbench.address_taken``; ``workbench.address_refused``, with the system's reason.
    """
    if settings.plain_http != "anywhere" and not _is_loopback(settings.listens_at[0]):
        raise WrongUse("workbench.plain_http", {"address": settings.listen})
    host, port = settings.listens_at
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name != "nt":  # where it would let another listener's address be taken
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        code = "workbench.address_taken" if taken else "workbench.address_refused"
        reason = error.strerror or type(error).__name__
        raise LuodiError(code, {"address": settings.listen, "reason": reason}) from None


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
