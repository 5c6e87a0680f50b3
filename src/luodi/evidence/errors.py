"""Errors for the person at the keyboard: what was wrong, where, and what to do next.

An error carries a code of the message catalogue and parameters, never a finished sentence, so
that one error reads in Chinese on the ward and in English in a report.  Parameters name a file, a
key, a table and an ordinal; they never hold a patient's data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from luodi.evidence.catalogue import Lang, Param, remedy_of, say


class LuodiError(Exception):
    """The work could not be done.

    Parameters
    ----------
    code : str
        Entry of the message catalogue, ``room.name``.
    params : mapping, optional
        Values for the entry's placeholders.
    remedy : str, optional
        Code of another entry whose remedy fits this case better than the entry's own.
    """

    exit_code: ClassVar[int] = 3

    def __init__(
        self, code: str, params: Mapping[str, Param] | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.params: dict[str, Param] = dict(params or {})
        self.remedy = remedy

    def text(self, lang: Lang) -> str:
        """Say what was wrong and where."""
        return say(self.code, self.params, lang)

    def next_step(self, lang: Lang) -> str:
        """Say what to do now; empty when the catalogue knows nothing better than the text."""
        return remedy_of(self.remedy or self.code, self.params, lang)

    def __str__(self) -> str:
        return self.text("en")


class WrongUse(LuodiError):
    """The command, a setting or a file says something that cannot be meant."""

    exit_code: ClassVar[int] = 2


class Cancelled(LuodiError):
    """Somebody asked the running verb to stop, and it stopped."""

    exit_code: ClassVar[int] = 130

    def __init__(self) -> None:
        super().__init__("evidence.cancelled")
