"""Keep the web and a worker running in one terminal, and stop both in time.

The children are ``luodi serve`` and ``luodi worker``, each leading a process group of its own: what
is left of a child that died (the processes that answer, of a server that was killed) goes with it
before another takes its address.  A child ends by itself when its parent is gone, because the
parent's end of its standard input closes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from luodi.evidence.catalogue import Param

PATIENCE = 4.0
"""Seconds that children may take to end; whoever waits for `up` waits for five."""

FIRST, LONGEST = 1.0, 30.0
"""Seconds before a child that crashed is started again: twice as long each time, up to this."""

STEADY = 60.0
"""A child that ran this long begins again with the shortest wait."""

LOOK = 0.2

Say = Callable[[str, Mapping[str, Param]], None]


@dataclass
class Child:
    """One of the two, as it is kept running."""

    name: str
    words: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    wait: float = FIRST
    again: float = field(default=0.0)

    def start(self) -> None:
        """Start it, in a group of its own."""
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "luodi", *self.words],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def ended(self) -> int | None:
        """The exit code of one that ended; None while it runs or waits to be started."""
        return self.process.poll() if self.process else None

    def bury(self) -> None:
        """Remove what is left of it, and decide when it is started again."""
        self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        if self.process and self.process.stdin:
            self.process.stdin.close()
        self.process = None
        if time.monotonic() - self.began > STEADY:
            self.wait = FIRST
        self.again = time.monotonic() + self.wait
        self.wait = min(self.wait * 2, LONGEST)

    def terminate(self) -> None:
        """Ask it to end."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """Make it end, with everything it started."""
        if self.process:
            self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))
            self.process.wait()

    def _signal(self, number: int) -> None:
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, number)
            else:  # Windows: there is no group, and a server takes its own down
                self.process.kill()


class Supervisor:
    """Two children, kept running until somebody says stop."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._stop = threading.Event()
        self.children = (
            Child("web", ("serve", "--supervised")),
            Child("worker", ("worker", "--supervised")),
        )

    def stop(self) -> None:
        """Stop soon; safe in a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Supervise until told to stop; then everything that was started has ended."""
        try:
            for child in self.children:
                child.start()
            while not self._stop.wait(LOOK):
                for child in self.children:
                    self._look_after(child)
        finally:
            self._end()

    def _look_after(self, child: Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.again:
                child.start()
                self._say("workbench.child_started", {"child": child.name})
            return
        code = child.ended()
        if code is None:
            return
        child.bury()
        params: dict[str, Param] = {
            "child": child.name,
            "code": code,
            "seconds": f"{child.again - time.monotonic():.0f}",
        }
        self._say("workbench.child_ended", params)

    def _end(self) -> None:
        for child in self.children:
            child.terminate()
        until = time.monotonic() + PATIENCE
        for child in self.children:
            if child.process is None:
                continue
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, until - time.monotonic()))
            child.kill()


def up(say: Say) -> None:
    """Supervise web and worker until the process is told to end."""
    supervisor = Supervisor(say)

    def stop(signum: int, frame: object) -> None:
        supervisor.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    supervisor.run()


def end_with_parent() -> None:
    """End this process when its parent is gone: the parent holds the other end of the input."""

    def watch() -> None:
        with suppress(OSError, ValueError):
            while os.read(0, 1024):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
