"""A value that was read, and the one that is at fault where nothing could be read."""

from __future__ import annotations

from typing import NamedTuple

from luodi.transform.work import Rest, Value, Work, Worked


class Read(NamedTuple):
    """``value`` names what was read, ``given`` what it was read from, NULL where nothing was."""

    value: str
    given: str

    @classmethod
    def of(cls, given: Value, sql: str, work: Work) -> Read:
        """A value that was read from the whole of another."""
        return cls(work.let(sql), work.named(given).sql)

    @classmethod
    def first(cls, rest: Rest, otherwise: str, work: Work) -> Read:
        """What the short cut read, or what was read of the rest."""
        sql = f"COALESCE({rest.quick}, {otherwise})" if rest.quick else otherwise
        return cls(work.let(sql), rest.text)

    def worked(self, result: Value, work: Work) -> Worked:
        """What an operation makes of it: a fault where something was given and nothing is left."""
        found = work.named(result)
        some = f"({self.given} IS NOT NULL OR {self.value} IS NOT NULL)"
        return Worked(found, f"({found.sql} IS NULL AND {some})")
