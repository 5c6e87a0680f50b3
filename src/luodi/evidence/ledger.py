"""The ledger: a project's chains of evidence, one chain per writer.

:class:`Chains` is what can be verified and :class:`Ledger` what every store offers; verifying,
merging and gates need no more than that.  The store of a landing folder is
:class:`luodi.evidence.json_lines.JsonLinesLedger`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from luodi.evidence.head import Head
from luodi.evidence.model import Draft, Evidence, Finding


class Chains(Protocol):
    """A project's set of chains, to be read: a ledger, or the copy somebody sent."""

    @property
    def project(self) -> str:
        """Project every record belongs to."""

    def writers(self) -> tuple[str, ...]:
        """Name every chain."""

    def data(self, writer: str) -> bytes:
        """Read a chain's stored bytes: records, each ended by a line feed."""

    def head(self, writer: str) -> Head | None:
        """Read a chain's published head."""

    def announced(self, writer: str) -> Head | None:
        """Read the head announced by an append that has not ended."""


class Ledger(Chains, Protocol):
    """Chains that this installation keeps, and its own one that it writes."""

    def append(self, drafts: Sequence[Draft]) -> tuple[Evidence, ...]:
        """Add records to the own chain: all of them, durable and sealed, or none."""

    def repair(self) -> tuple[Finding, ...]:
        """Mend what a crash left in the own chain, or refuse where no append would be taken.

        Returns
        -------
        tuple of Finding
            What was sealed or set aside.
        """

    def adopt(self, writer: str, data: bytes, head: Head) -> None:
        """Replace a chain by a longer copy that begins with it."""

    def set_aside(self, writer: str, data: bytes, why: str) -> str:
        """Keep bytes that could not become part of a chain, and tell where."""
