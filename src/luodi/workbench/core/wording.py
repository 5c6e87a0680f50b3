"""The house's catalogue in Django's hands: one catalogue, the language of the page."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import lazy as _lazy
from django.utils.translation import get_language

from luodi.evidence.catalogue import Lang, Param, say
from luodi.evidence.errors import LuodiError
from luodi.evidence.gate.read import role_title


def language() -> Lang:
    """The language this page is written in: Chinese unless the reader chose English."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def worded(code: str, params: Mapping[str, Param] | None = None) -> str:
    """Say a sentence of the catalogue in the language of the page."""
    return say(code, params or {}, language())


def told(error: LuodiError) -> str:
    """What was wrong and what to do now, in the language of the page."""
    return f"{error.text(language())} {error.next_step(language())}".strip()


def lazy(code: str) -> str:
    """The same, said when it is shown: for names of fields and choices."""
    return _later(code)


def role(name: str) -> str:
    """The title of a role of the gates, said when it is shown."""
    return _role(name)


def _title(name: str) -> str:
    return role_title(name)[language()]


_later = _lazy(worded, str)
_role = _lazy(_title, str)
