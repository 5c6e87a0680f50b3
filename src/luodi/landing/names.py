"""What may be a name: of a project, which becomes a folder, and of a person or office."""

from __future__ import annotations

import re
import unicodedata

from luodi.evidence.errors import WrongUse

LONGEST = 80
"""Longest name, in characters; in UTF-8 it still fits into one file name."""

_FORBIDDEN = frozenset('<>:"/\\|?*')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def check_project(name: str) -> str:
    """Return `name` if it can name a folder on Linux and on Windows.

    Raises
    ------
    WrongUse
        ``landing.project_name``.
    """
    if (
        not is_plain(name)
        or name != unicodedata.normalize("NFC", name)
        or _FORBIDDEN.intersection(name)
        or name[0] in ".~-"
        or name[-1] == "."
        or len(name.encode()) > 200
        or _DEVICES.fullmatch(name)
    ):
        raise WrongUse("landing.project_name", {"name": visible(name), "longest": LONGEST})
    return name


def is_plain(name: str, longest: int = LONGEST) -> bool:
    """Tell whether a name is one line of visible text without blanks around it.

    Private-use and unassigned characters pass: rare characters of Chinese names are often there.
    """
    return (
        0 < len(name) <= longest
        and name == name.strip()
        and all(unicodedata.category(sign) not in _INVISIBLE for sign in name)
    )


def visible(value: str) -> str:
    """Write a wrong value so that it can be seen, control characters too, and not at length."""
    shown = "".join(
        sign if unicodedata.category(sign) not in _INVISIBLE else f"\\u{ord(sign):04x}"
        for sign in value
    )
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
