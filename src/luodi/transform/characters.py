"""The characters that the operations speak of."""

from __future__ import annotations

from luodi.terminology.text import INVISIBLE, WHITE_SPACE

WHITE = WHITE_SPACE + INVISIBLE
"""What shows as a gap (Unicode's White_Space) or as nothing at all (zero-width marks)."""
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SMALL = CAPITALS.lower()
FULL = "".join(map(chr, range(0xFF01, 0xFF5F))) + "\u3000"
HALF = "".join(map(chr, range(0x21, 0x7F))) + " "
"""Full-width forms, and their ASCII selves."""
