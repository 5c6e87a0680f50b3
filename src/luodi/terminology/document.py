"""Papers that a patient shows, told apart by their numbers.

Only some carry a check character.  A number that other papers could have as well is recognised as
what a hospital meets most, and ``certain`` is false.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

import msgspec

from luodi.terminology import area, id_card
from luodi.terminology.text import clean, half_width


class DocumentKind(StrEnum):
    """Kinds of paper, as 国家卫生健康委 forms list them."""

    ID_CARD = "id_card"
    """居民身份证"""
    RESIDENCE_PERMIT = "residence_permit"
    """港澳台居民居住证, numbers that begin with 81, 82 and 83"""
    FOREIGNER = "foreigner"
    """外国人永久居留身份证, the present form of 18 characters and the old one of 15"""
    MAINLAND_PERMIT = "mainland_permit"
    """港澳居民来往内地通行证"""
    TAIWAN_PERMIT = "taiwan_permit"
    """台湾居民来往大陆通行证"""
    PASSPORT = "passport"
    BIRTH_CERTIFICATE = "birth_certificate"
    """出生医学证明"""
    OFFICER = "officer"
    """军官证, 武警警官证 and their like"""


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A number and the paper it is of; birth and sex where the number tells them."""

    kind: DocumentKind
    number: str
    birth: date | None = None
    sex: id_card.Sex | None = None
    certain: bool = True


_OFFICER = re.compile(r"[\u4e00-\u9fff]{1,6}字第?[0-9A-Z]{4,12}号?|[\u4e00-\u9fff]字第?\d+号?")
_SHAPES: tuple[tuple[re.Pattern[str], DocumentKind, bool], ...] = tuple(
    (re.compile(pattern), kind, certain)
    for pattern, kind, certain in (
        # Since 2013 without, before with the two digits that count the renewals.
        (r"[HM]\d{8}(?:\d{2})?", DocumentKind.MAINLAND_PERMIT, True),
        # G and E ordinary, EA and on since 2017, D and S and P official; K, MA and MB are SARs'.
        (r"G\d{8}|E[0-9A-HJ-NP-Z]\d{7}|[DSP]E?\d{7,8}|1[45]\d{7}", DocumentKind.PASSPORT, True),
        (r"K\d{8}|K[A-HJ-NP-Z]\d{7}|M[ABE]\d{7}", DocumentKind.PASSPORT, True),
        (r"[A-Z]\d{9}", DocumentKind.BIRTH_CERTIFICATE, True),
        (r"\d{8}|\d{10}(?:\(?[A-Z]\)?)", DocumentKind.TAIWAN_PERMIT, False),
        (r"(?=.*\d)[A-Z]{1,3}\d{5,9}[A-Z]?|\d{9}", DocumentKind.PASSPORT, False),
    )
)
_OLD_FOREIGNER = re.compile(r"[A-Z]{3}(\d{4})(\d{2})(\d{2})(\d{2})\d{2}")


def recognise(text: str, *, today: date | None = None) -> Document | id_card.Fault:
    """Tell which paper a number is of.

    Returns
    -------
    Document or Fault
        A number of 15 or 18 characters that is no right number of its kind, or one that no
        paper has, comes back as what is wrong with it as a 居民身份证.
    """
    number = id_card.normal(text)
    if _OFFICER.fullmatch(half_width(clean(text)).replace(" ", "")):
        return Document(kind=DocumentKind.OFFICER, number=number)
    card = id_card.parse(text, today=today)
    if isinstance(card, id_card.IdCard):
        return Document(
            kind=_carded(card.number), number=card.number, birth=card.birth, sex=card.sex
        )
    if _is_old_foreigner(number):
        return Document(kind=DocumentKind.FOREIGNER, number=number)
    for shape, kind, certain in _SHAPES:
        if shape.fullmatch(number):
            return Document(kind=kind, number=number, certain=certain)
    return card


def _carded(number: str) -> DocumentKind:
    if number[0] == id_card.FOREIGNER:
        return DocumentKind.FOREIGNER
    if number[:6] in ("810000", "820000", "830000"):
        return DocumentKind.RESIDENCE_PERMIT
    return DocumentKind.ID_CARD


def _is_old_foreigner(number: str) -> bool:
    """Country, province and city, birth in six digits, sequence and check (GA 609-2006)."""
    match = _OLD_FOREIGNER.fullmatch(number)
    if match is None or not area.has_province(match[1][:2]):
        return False
    return 1 <= int(match[3]) <= 12 and 1 <= int(match[4]) <= 31
