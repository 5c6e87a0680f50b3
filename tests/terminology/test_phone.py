import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.terminology.phone import Fault, Phone, PhoneKind, parse, parse_all


def test_it_works():
    assert parse("13812345678") == Phone(kind=PhoneKind.MOBILE, number="13812345678")


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        (" １３８ 1234-5678", PhoneKind.MOBILE, "13812345678"),
        ("+86 138 1234 5678", PhoneKind.MOBILE, "13812345678"),
        ("008613812345678", PhoneKind.MOBILE, "13812345678"),
        ("8613812345678", PhoneKind.MOBILE, "13812345678"),
        ("0411-84691802", PhoneKind.LANDLINE, "0411-84691802"),
        ("(010)62771234", PhoneKind.LANDLINE, "010-62771234"),
        ("04118469180", PhoneKind.LANDLINE, "0411-8469180"),
        ("84691802", PhoneKind.LOCAL, "84691802"),
        ("400-820-8820", PhoneKind.SERVICE, "4008208820"),
        ("+852 9123 4567", PhoneKind.ABROAD, "+85291234567"),
    ],
)
def test_spellings_have_one_form(text, kind, number):
    assert parse(text) == Phone(kind=kind, number=number)


@pytest.mark.parametrize("text", ["0411-84691802转123", "0411-84691802-123", "0411-84691802#123"])
def test_an_extension_is_kept_apart(text):
    assert parse(text) == Phone(kind=PhoneKind.LANDLINE, number="0411-84691802", extension="123")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.EMPTY),
        ("无", Fault.CHARACTERS),
        ("1381234567O", Fault.CHARACTERS),
        ("1381234567", Fault.PREFIX),
        ("12812345678", Fault.PREFIX),
        ("138123456789123", Fault.LENGTH),
        ("110", Fault.LENGTH),
        ("11111111111", Fault.PLACEHOLDER),
        ("12345678", Fault.PLACEHOLDER),
    ],
)
def test_it_says_what_is_wrong(text, fault):
    assert parse(text) == fault


def test_a_field_may_hold_several():
    found = parse_all("13812345678/0411-84691802，无")
    assert [getattr(one, "number", one) for one in found] == [
        "13812345678",
        "0411-84691802",
        Fault.CHARACTERS,
    ]
    assert parse_all(" ") == (Fault.EMPTY,)


@given(st.text(alphabet="0123456789+-() /转#", max_size=24))
def test_any_text_gets_an_answer(text):
    found = parse(text)
    assert isinstance(found, Phone | Fault)
    if isinstance(found, Phone) and not found.extension:
        assert parse(found.number) == found


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_every_mobile_number_is_one(text):
    assert getattr(parse(text), "kind", Fault.PLACEHOLDER) in (PhoneKind.MOBILE, Fault.PLACEHOLDER)
