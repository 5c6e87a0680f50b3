"""Server-sent events (WHATWG HTML 9.2): how they are written, and when every stream has to end."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

from django.http import StreamingHttpResponse

from luodi.landing.home import Home
from luodi.landing.settings import read_settings


def stream(events: AsyncIterator[bytes], status: int = 200) -> StreamingHttpResponse:
    """Answer with a stream of events that nothing on the way may hold back."""
    return StreamingHttpResponse(
        events,
        status=status,
        content_type="text/event-stream; charset=utf-8",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def event(name: str, data: str) -> bytes:
    """Write one event; data of many lines becomes as many fields."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n".encode()


def ending_mark(server: int) -> Path:
    """The file by which a server tells its processes that it is going home.

    The processes that answer are its children; the server's own way of telling them reaches no
    stream, and would wait for every one of them.
    """
    return Home.of(read_settings()).path / "state" / f"web-{server}.ending"


def is_ending() -> bool:
    """Tell whether streams have to end now."""
    return ending_mark(os.getppid()).exists()
