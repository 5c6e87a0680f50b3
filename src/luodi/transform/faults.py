"""A fault in words that a person who reads the rejects understands."""

from __future__ import annotations

from typing import NamedTuple

from luodi.evidence.catalogue import Lang, say


class Reason(NamedTuple):
    """A fault taken apart: the target column, and the operation that could not do its work."""

    column: str
    operation: str

    def text(self, lang: Lang) -> str:
        """Say it in a sentence."""
        return say(f"transform.fault_{self.operation}", {"column": self.column}, lang)


def reason(fault: str) -> Reason:
    """Read a fault as a program yields it: ``column:operation``."""
    column, _, operation = fault.rpartition(":")
    return Reason(column, operation)
