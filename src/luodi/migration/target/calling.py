"""Databases whose stored procedures can be called; SQLite has none, and cannot say otherwise."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

from luodi.migration.model import Table
from luodi.migration.target.relational import Relational

COMMITS = r"\b(?:COMMIT|ROLLBACK|START\s+TRANSACTION|BEGIN\s+TRAN(?:SACTION)?)\b"
"""Statements that end or begin a transaction in every product."""


class Calling(Relational):
    """A database that takes rows by calls too; ``commits`` finds what ends its transactions."""

    commits: ClassVar[re.Pattern[str]] = re.compile(COMMITS, re.IGNORECASE)

    @abstractmethod
    def procedures(self, names: Iterable[str]) -> dict[str, tuple[Table, str]]:
        """Those of the procedures that exist: parameters as columns, and the text if shown."""

    @abstractmethod
    def call(self, lane: Any, procedure: Table, values: dict[str, object], result: str) -> object:
        """Call a procedure with its parameters by name; give what its output parameter says."""

    def ended(self, lane: Any, *, refused: bool = False) -> bool:
        """Whether the last call ended the transaction, where that is told without asking.

        Parameters
        ----------
        refused : bool
            The call raised an error, which itself tells nothing.
        """
        return False

    def still_one_transaction(self, lane: Any) -> bool:
        """Whether none of the calls ended the transaction."""
        return not self.ended(lane)
