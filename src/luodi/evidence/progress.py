"""Progress of a running verb: three methods, and a way to ask it to stop.

A verb calls :meth:`Progress.stage` when a stage begins, :meth:`Progress.advance` as units are
done, and :meth:`Progress.note` for what a person should read.  Each of the three is also the
place where a cancelled verb stops, so a verb that reports progress can always be cancelled.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from luodi.evidence.catalogue import Param
from luodi.evidence.errors import Cancelled


class Progress(Protocol):
    """What a verb tells whoever is watching."""

    def stage(self, code: str, total: int | None = None, unit: str = "") -> None:
        """Begin a stage named by a message code, of `total` units when that is known."""

    def advance(self, units: int = 1) -> None:
        """Report units done in the present stage."""

    def note(self, code: str, params: Mapping[str, Param] | None = None) -> None:
        """Say something by message code."""


class Cancellation:
    """A request to stop, safe to make from another thread or a signal handler."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def request(self) -> None:
        """Ask the verb to stop at its next report of progress."""
        self._event.set()

    def check(self) -> None:
        """Stop here if somebody asked.

        Raises
        ------
        Cancelled
        """
        if self._event.is_set():
            raise Cancelled


class Silent:
    """Nobody is watching; cancellation still works."""

    def __init__(self, cancellation: Cancellation | None = None) -> None:
        self.cancellation = cancellation or Cancellation()

    def stage(self, code: str, total: int | None = None, unit: str = "") -> None:
        self.cancellation.check()

    def advance(self, units: int = 1) -> None:
        self.cancellation.check()

    def note(self, code: str, params: Mapping[str, Param] | None = None) -> None:
        self.cancellation.check()


@dataclass
class Step:
    """A stage as it was recorded."""

    code: str
    total: int | None
    unit: str
    done: int = 0
    notes: list[tuple[str, dict[str, Param]]] = field(default_factory=list)


class Recording(Silent):
    """Keeps what was reported, for tests and for pages that ask later."""

    def __init__(self, cancellation: Cancellation | None = None) -> None:
        super().__init__(cancellation)
        self.steps: list[Step] = []

    def stage(self, code: str, total: int | None = None, unit: str = "") -> None:
        super().stage(code, total, unit)
        self.steps.append(Step(code, total, unit))

    def advance(self, units: int = 1) -> None:
        super().advance(units)
        self._present().done += units

    def note(self, code: str, params: Mapping[str, Param] | None = None) -> None:
        super().note(code, params)
        self._present().notes.append((code, dict(params or {})))

    def _present(self) -> Step:
        if not self.steps:
            self.steps.append(Step("", None, ""))
        return self.steps[-1]
