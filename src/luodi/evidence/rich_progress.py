"""Progress drawn in the terminal by Rich, on standard error so that results stay clean."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from luodi.evidence.catalogue import Lang, Param, say
from luodi.evidence.progress import Cancellation


class RichProgress:
    """One line per stage, with share and time left; a context manager."""

    def __init__(
        self, lang: Lang, console: Console, cancellation: Cancellation | None = None
    ) -> None:
        self.cancellation = cancellation or Cancellation()
        self._lang = lang
        self._task: TaskID | None = None
        self._bars = Bars(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._finish()
        self._bars.stop()

    def stage(self, code: str, total: int | None = None, unit: str = "") -> None:
        self.cancellation.check()
        self._finish()
        self._task = self._bars.add_task(say(code, {}, self._lang), total=total)

    def advance(self, units: int = 1) -> None:
        self.cancellation.check()
        if self._task is not None:
            self._bars.advance(self._task, units)

    def note(self, code: str, params: Mapping[str, Param] | None = None) -> None:
        self.cancellation.check()
        text = say(code, params or {}, self._lang)
        self._bars.console.print(text, highlight=False, markup=False, emoji=False)

    def _finish(self) -> None:
        """A stage without a known total is complete when the next begins."""
        if self._task is None:
            return
        task = self._bars.tasks[self._task]
        if task.total is None:
            self._bars.update(
                self._task, total=max(task.completed, 1), completed=max(task.completed, 1)
            )
