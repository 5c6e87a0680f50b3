"""What differs between a folder, a bundle, and the revision both came from."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Whose(StrEnum):
    """Whose change a difference is."""

    THEIRS = "theirs"
    MINE = "mine"
    BOTH = "both"


@dataclass(frozen=True)
class Difference:
    """A file that says one thing here and another there.

    ``mine`` and ``theirs`` are digests, empty where the file does not exist; ``lines`` is the
    unified diff from mine to theirs, bundle paths as file names.
    """

    name: str
    whose: Whose
    mine: str
    theirs: str
    lines: tuple[str, ...]


def differences(
    mine: Mapping[str, str],
    theirs: Mapping[str, str],
    base: Mapping[str, str] | None,
    texts: Mapping[str, tuple[str, str]],
) -> tuple[Difference, ...]:
    """Compare three revisions by canonical digest; without a base every difference is both's.

    Parameters
    ----------
    mine, theirs, base : mapping of place to digest
    texts : mapping of place to (my text, their text)
    """
    found = []
    for name in sorted(mine.keys() | theirs.keys()):
        own, other = mine.get(name, ""), theirs.get(name, "")
        if own != other:
            before, after = texts.get(name, ("", ""))
            lines = difflib.unified_diff(
                before.splitlines(), after.splitlines(), f"a/{name}", f"b/{name}", lineterm="", n=1
            )
            found.append(Difference(name, _whose(name, own, other, base), own, other, tuple(lines)))
    return tuple(found)


def _whose(name: str, own: str, other: str, base: Mapping[str, str] | None) -> Whose:
    if base is None:
        return Whose.BOTH
    before = base.get(name, "")
    if before == own:
        return Whose.THEIRS
    return Whose.MINE if before == other else Whose.BOTH
