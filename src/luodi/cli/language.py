"""Which language the reader reads: asked for, set, or told by the system; else Chinese."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Mapping, Sequence
from typing import cast

from luodi.evidence.catalogue import LANGUAGES, Lang

_PRIMARY_LANGUAGE = 0x3FF
_CHINESE = 0x04  # LANG_CHINESE, [MS-LCID] 2.1


def language(asked: Lang | None, environ: Mapping[str, str], encoding: str) -> Lang:
    """Choose ``--lang``, else ``LUODI_LANG``, else the locale, else Chinese.

    A console that cannot show Chinese gets English, unless somebody asked for Chinese.
    """
    for known in LANGUAGES:
        if known == (asked or environ.get("LUODI_LANG", "").strip()):
            return known
    if not shows_chinese(encoding):
        return "en"
    name = locale_name(environ)
    if name in ("", "C", "POSIX") or name.startswith(("C.", "zh")):
        return "zh"
    return "en"


def locale_name(environ: Mapping[str, str]) -> str:
    """Name the locale of messages by POSIX precedence (XBD 8.2), on Windows the one of its UI."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(variable):
            return environ[variable]
    if sys.platform == "win32":
        import ctypes

        ui = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        return "zh" if ui & _PRIMARY_LANGUAGE == _CHINESE else "en"
    return ""


def shows_chinese(encoding: str) -> bool:
    """Tell whether Chinese can be written in this encoding."""
    try:
        "落地".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def foretold(words: Sequence[str]) -> tuple[bool, Lang | None]:
    """Look ahead for ``--json`` and ``--lang``.

    A line that cannot be read is answered in the form and the language it asked for.
    """
    json, lang = False, None
    for word, following in itertools.pairwise([*words, ""]):
        if word == "--":
            break
        json = json or word == "--json"
        name, equals, value = word.partition("=")
        if name == "--lang" and (value if equals else following) in LANGUAGES:
            lang = cast(Lang, value if equals else following)
    return json, lang
