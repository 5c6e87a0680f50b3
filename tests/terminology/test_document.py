from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.terminology.document import Document, DocumentKind, recognise
from luodi.terminology.id_card import Fault, Sex, check_character


def checked(first: str) -> str:
    return first + check_character(first)


def test_it_works():
    assert recognise("11010519491231002X") == Document(
        kind=DocumentKind.ID_CARD,
        number="11010519491231002X",
        birth=date(1949, 12, 31),
        sex=Sex.FEMALE,
    )


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (checked("81000019900101001"), DocumentKind.RESIDENCE_PERMIT),
        (checked("83000019900101001"), DocumentKind.RESIDENCE_PERMIT),
        (checked("91112419810803002"), DocumentKind.FOREIGNER),
        ("CAN110182061501", DocumentKind.FOREIGNER),
        ("H12345678", DocumentKind.MAINLAND_PERMIT),
        ("m1234567801", DocumentKind.MAINLAND_PERMIT),
        ("1234567890(A)", DocumentKind.TAIWAN_PERMIT),
        ("12345678", DocumentKind.TAIWAN_PERMIT),
        ("E12345678", DocumentKind.PASSPORT),
        ("EA1234567", DocumentKind.PASSPORT),
        ("G12345678", DocumentKind.PASSPORT),
        ("K12345678", DocumentKind.PASSPORT),
        ("AB123456", DocumentKind.PASSPORT),
        ("U123456789", DocumentKind.BIRTH_CERTIFICATE),
        ("军字第1234567号", DocumentKind.OFFICER),
        ("南字第01234567号", DocumentKind.OFFICER),
    ],
)
def test_papers_are_kept_apart(number, kind):
    assert recognise(number).kind == kind


def test_a_number_that_several_papers_could_have_is_not_certain():
    assert not recognise("12345678").certain
    assert recognise("H12345678").certain


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("", Fault.EMPTY),
        ("11010519491231002Y", Fault.CHARACTERS),
        ("110105194912310021", Fault.CHECK_DIGIT),
        ("CAN990182061501", Fault.CHARACTERS),
        ("CAN110182131501", Fault.CHARACTERS),
        ("身份证丢失", Fault.LENGTH),
        ("1234567", Fault.LENGTH),
    ],
)
def test_what_no_paper_has_is_a_fault(number, fault):
    assert recognise(number) == fault


@given(st.text())
def test_any_text_gets_an_answer(text):
    assert isinstance(recognise(text), Document | Fault)
