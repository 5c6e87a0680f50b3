"""A person's name as hospital systems hold it: 张三1, 张三(作废), 王丽之子, Mr SMITH, John."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import cache

import msgspec

from luodi.terminology.pinyin import folded_all, pinyin, surname_pinyin, surnames
from luodi.terminology.tables import rows
from luodi.terminology.text import clean, half_width, simplify


class NameKind(StrEnum):
    """What a name says about who is meant.

    PERSON a name; NEWBORN the mother's name instead of the child's own; PARTIAL a surname with a
    title or 某; PLACEHOLDER nobody is named (无名氏, 测试, 未知); EMPTY nothing is there.
    """

    PERSON = "person"
    NEWBORN = "newborn"
    PARTIAL = "partial"
    PLACEHOLDER = "placeholder"
    EMPTY = "empty"


class Name(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A name taken apart.

    ``key`` is its normal form: simplified, half-width, small letters, without gaps, dots, titles
    and remarks; two ways of writing one name have one key.  ``surname`` is empty where a name has
    none.  Of a newborn, ``key`` and the parts are the mother's name, ``sex`` is what 之子 and 之女
    say (GB/T 2261.1) and ``rank`` which child of the birth it is, 0 where it is not said.
    ``remark`` is what stood behind the name: ``1``, ``作废``.
    """

    kind: NameKind
    key: str = ""
    surname: str = ""
    given: str = ""
    chinese: bool = False
    sex: str = ""
    rank: int = 0
    remark: str = ""

    @property
    def pinyin(self) -> str:
        """The spelling, with the surname read as a surname."""
        if not self.chinese:
            return self.key
        parts = (surname_pinyin(self.surname) if self.surname else "", pinyin(self.given))
        return " ".join(filter(None, parts))

    @property
    def sound(self) -> str:
        """The spelling with near homophones made one; see `pinyin.folded`."""
        return folded_all(self.pinyin) if self.chinese else self.key

    @property
    def shape(self) -> str:
        """The key with characters that look alike made one."""
        return self.key.translate(_look_alike()) if self.chinese else self.key


_HAN = "\u3400-\u9fff\uf900-\ufaff〇\U00020000-\U0003ffff"
_DOTS = "·•．。.‧∙・･⋅●▪﹒＊*_'’`´-—－"
_BRACKETS = re.compile(r"[(\[{<（【〔《「].*?(?:[)\]}>）】〕》」]|$)")
_NUMBER = re.compile(r"[-_#No号.]*(?:\d+|[①-⑳])[号#]?$")
_CHINESE = re.compile(f"[{_HAN}]")
_PLAIN = re.compile("[\u4e00-\u9fff]+")
"""Most names: nothing to be cleaned, and no compatibility character."""
_SIGNS = re.compile(f"[{_HAN}{re.escape(_DOTS)}]+")
_SIGNS_OR_LATIN = re.compile(f"[{_HAN}{re.escape(_DOTS)}a-zA-Z0-9]+")
_BETWEEN = re.compile(f"[{re.escape(_DOTS)}]+")
_BABY = re.compile(f"(?<=[{_HAN}]{{2}})[之的]?(?:baby|bb) ?(?=[a-c1-3]?$)", re.IGNORECASE)
_LATIN_WORD = re.compile("[a-zA-Z]{2}")
_EDGE = re.compile(r"^[^\w*]+|[^\w*]+$|_+$")
_NOT_LETTER = re.compile(r"[^\w]+")


def parse(text: str) -> Name:
    """Take a name apart.

    >>> parse("張三（作废）").key, parse("欧阳娜娜").surname, parse("王丽之长女").sex
    ('张三', '欧阳', '2')
    """
    if not _PLAIN.fullmatch(text):
        text = half_width(clean(unicodedata.normalize("NFC", text)))
    written = simplify(text)
    if not any(character.isalnum() for character in written):
        # "***" and "???" were put there so that the field is not empty.
        return Name(kind=NameKind.PLACEHOLDER if written else NameKind.EMPTY)
    if _is_placeholder(written):
        return Name(kind=NameKind.PLACEHOLDER, key=_letters(written))
    bare, remark = _without_remark(written)
    if bare != written and (not bare or _is_placeholder(bare)):
        return Name(kind=NameKind.PLACEHOLDER, key=_letters(written), remark=remark)
    if _CHINESE.search(bare):
        return _chinese(bare, remark)
    return _foreign(bare, remark)


# --- Chinese --------------------------------------------------------------------------------------


def _chinese(text: str, remark: str) -> Name:
    text = _BABY.sub("之婴", text)
    # 张三 Zhang San, 张三/ZHANGSAN: the Chinese name counts.
    twice = len(_CHINESE.findall(text)) >= 2 and _LATIN_WORD.search(text)
    together = "".join((_SIGNS if twice else _SIGNS_OR_LATIN).findall(text))
    born = _newborn(together, remark)
    if born is not None:
        mother, sex, rank = born
        surname, given = split(mother)
        return Name(
            kind=NameKind.NEWBORN,
            key=mother,
            surname=surname,
            given=given,
            chinese=True,
            sex=sex,
            rank=rank,
            remark=remark,
        )
    titled = _without_title(together)
    parts = [part for part in _BETWEEN.split(titled) if part]
    key = "".join(parts).lower()
    if not key:
        return Name(kind=NameKind.PLACEHOLDER, remark=remark)
    if len(parts) > 1:  # 阿依古丽·买买提: the given name, then the father's
        return Name(kind=NameKind.PERSON, key=key, given=key, chinese=True, remark=remark)
    surname, given = split(key)
    nameless = not given or set(given) <= set("某xX*")
    kind = NameKind.PARTIAL if nameless else NameKind.PERSON
    return Name(kind=kind, key=key, surname=surname, given=given, chinese=True, remark=remark)


def split(name: str) -> tuple[str, str]:
    """Split a Chinese name into surname and given name.

    A surname of several characters counts where something is left behind it.  Names of more than
    four characters that begin with none are names of peoples without surnames.

    >>> split("欧阳修"), split("单雄信"), split("阿卜杜热合曼")
    (('欧阳', '修'), ('单', '雄信'), ('', '阿卜杜热合曼'))
    """
    for length in (4, 2):
        if len(name) > length and name[:length] in surnames():
            return name[:length], name[length:]
    if len(name) > 4:
        return "", name
    return name[:1], name[1:]


def _newborn(text: str, remark: str) -> tuple[str, str, int] | None:
    """The mother, the child's sex and its rank, where a text says whose child is meant."""
    found = _child_pattern().fullmatch(text)
    if found is None:
        return None
    mother = re.sub("(双胞胎|双胎|龙凤胎|多胎)$", "", _together(found["mother"]))
    if mother in surnames():  # 欧阳小双 is a name
        return None
    child = found["child"] or found["alone"] or found["counted"] or ""
    said = ("rank", "only", "first", "twin", "behind")
    rank = next(filter(None, (found[part] for part in said)), remark)
    return mother, _words("child").get(child, "").strip("0"), int(_words("rank").get(rank, 0))


@cache
def _child_pattern() -> re.Pattern[str]:
    longest_first = sorted(_words("child"), key=len, reverse=True)
    ranks = "".join(_words("rank"))
    alone = "|".join(word for word in longest_first if len(word) > 1)
    return re.compile(
        f"(?P<mother>[{_HAN}{re.escape(_DOTS)}]{{2,}}?)"
        f"(?:[之的](?P<rank>[{ranks}])?(?P<child>{'|'.join(longest_first)})"
        f"|[之的](?P<only>[{ranks}])|(?P<alone>{alone})"
        f"|(?P<first>[长次幼])(?P<counted>[子女])|(?P<twin>[大小])双)(?P<behind>[{ranks}])?"
    )


# --- other scripts --------------------------------------------------------------------------------


def _foreign(text: str, remark: str) -> Name:
    plain = _unaccented(text).lower()
    titles = _words("title")
    surname_first = "," in plain
    parts = [
        [word for word in _NOT_LETTER.sub(" ", part).split() if word not in titles]
        for part in plain.replace("'", "").replace("’", "").split(",", 1)
    ]
    surname, given = (parts[0], parts[1]) if surname_first else (parts[0][-1:], parts[0][:-1])
    words = [*given, *surname]
    if not words:
        return Name(kind=NameKind.PLACEHOLDER, remark=remark)
    return Name(
        kind=NameKind.PERSON if len(words) > 1 or len(words[0]) > 1 else NameKind.PARTIAL,
        key=" ".join(words),
        surname=" ".join(surname),
        given=" ".join(given),
        remark=remark,
    )


def _unaccented(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


# --- what stands around a name --------------------------------------------------------------------


def _is_placeholder(text: str) -> bool:
    together = _letters(text.lower())
    whole, beginnings = _placeholders()
    if together in whole or together.startswith(beginnings) or together.isdigit():
        return True
    same = len(together) > 1 and len(set(together)) == 1
    return same and not _CHINESE.match(together)  # xxx, but 丹丹 is a name


@cache
def _placeholders() -> tuple[frozenset[str], tuple[str, ...]]:
    """Placeholders as whole names, and as beginnings."""
    words = [word.replace(" ", "").replace("/", "") for word in _words("placeholder")]
    beginnings = tuple(word[:-1] for word in words if word.endswith("*"))
    return frozenset(word for word in words if not word.endswith("*")), beginnings


def _without_remark(text: str) -> tuple[str, str]:
    """A name without what was put behind it so that the file could be told apart."""
    bare = text
    remarks: list[str] = []
    while True:
        shorter = bare if bare.isalpha() else _BRACKETS.sub("", bare, count=1)
        if shorter == bare and not bare.isalpha():
            shorter = _EDGE.sub("", _NUMBER.sub("", _EDGE.sub("", bare)))
        if shorter == bare:
            shorter = _void_pattern().sub("", bare)
        if shorter == bare:
            return bare.strip(), "".join(remarks)
        remarks.append(_letters(bare.replace(shorter, "", 1)))
        bare = shorter.strip()


@cache
def _void_pattern() -> re.Pattern[str]:
    words = "|".join(word for word in _words("void") if len(word) > 1)
    return re.compile(f"(?<=..)(?:{words})$")


def _without_title(text: str) -> str:
    rest = _title_pattern().sub("", text)
    return rest if rest == text or len(rest) > 1 else rest + "某"


@cache
def _title_pattern() -> re.Pattern[str]:
    return re.compile(f"(?<=.)(?:{'|'.join(_words('title'))})$")


def _together(text: str) -> str:
    return _BETWEEN.sub("", text)


def _letters(text: str) -> str:
    return (
        text if text.isalnum() else "".join(character for character in text if character.isalnum())
    )


@cache
def _look_alike() -> Mapping[int, str]:
    groups = [characters for (characters,) in rows("look_alike.tsv")]
    return {ord(character): group[0] for group in groups for character in group}


@cache
def _words(use: str) -> Mapping[str, str]:
    return {word: code for kind, word, code in rows("name_words.tsv") if kind == use}
