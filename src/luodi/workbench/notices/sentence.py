"""A notice in the reader's language."""

from __future__ import annotations

from luodi.evidence.catalogue import Lang, lookup, say
from luodi.workbench.notices.models import Notice


def sentence(notice: Notice, lang: Lang) -> str:
    """Write a notice out; a parameter that is a code itself is said in the same language."""
    params = {
        key: say(value, {}, lang) if isinstance(value, str) and lookup(value) else value
        for key, value in notice.params.items()
    }
    return say(notice.code, params, lang)
