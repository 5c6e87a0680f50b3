"""Compare a figure with what a gate requires."""

from __future__ import annotations

from luodi.evidence.gate.model import Op, Requirement
from luodi.evidence.model import Number


def meets(found: Number, item: Requirement) -> bool:
    """Tell whether `found` meets the comparison; exact, whole numbers and decimals alike."""
    match item.op:
        case Op.EQ:
            return found == item.value
        case Op.NE:
            return found != item.value
        case Op.LT:
            return found < item.value
        case Op.LE:
            return found <= item.value
        case Op.GT:
            return found > item.value
        case Op.GE:
            return found >= item.value
        case Op.BETWEEN:
            return item.high is not None and item.value <= found <= item.high
