"""``luodi version``: which Luodi this is, and what it runs on."""

from __future__ import annotations

import platform
import sys

from luodi import __version__
from luodi.cli.command import verb
from luodi.cli.terminal import Terminal

app = verb("version")


@app.command()
def version() -> None:
    """Say the version of Luodi, of Python and of the platform."""
    terminal = Terminal.current()
    found = {
        "version": __version__,
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
    }
    terminal.finish(found, lambda: terminal.say("cli.version_is", found))
