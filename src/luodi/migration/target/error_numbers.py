"""What a product's error numbers mean, where it has numbers of its own and no SQLSTATE."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from luodi.evidence.errors import LuodiError
from luodi.migration.target.protocol import Refused


@dataclass(frozen=True)
class ErrorNumbers:
    """Numbers of one product.

    ``refused``: a row that will not do; ``raised``: what triggers and procedures raise, which
    refuses a row too; ``lost``: the connection is gone; ``rights``: the account may not; ``full``:
    no room.
    """

    refused: Container[int]
    raised: Container[int]
    lost: Container[int]
    rights: Container[int]
    full: Container[int]

    def told(self, number: int, target: str) -> Exception:
        """What to raise for a number; 0 is an error of the driver itself, a broken connection."""
        params: dict[str, str | int] = {"target": target, "state": str(number)}
        if number in self.refused or number in self.raised:
            return Refused(str(number))
        if number in self.lost or not number:
            return LuodiError("migration.target_lost", params)
        if number in self.rights:
            return LuodiError("migration.target_rights", params)
        if number in self.full:
            return LuodiError("migration.target_full", params)
        return LuodiError("migration.target_failed", params)
