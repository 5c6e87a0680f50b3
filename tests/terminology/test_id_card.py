import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.terminology.id_card import (
    Fault,
    IdCard,
    Sex,
    check_character,
    extend,
    faults,
    normal,
    parse,
)

RIGHT = "11010519491231002X"  # the example of GB 11643-1999, annex A


def test_it_works():
    card = parse(RIGHT)
    assert card == IdCard(number=RIGHT, birth=date(1949, 12, 31), sex=Sex.FEMALE)
    assert card.area == "110105"


def test_the_second_example_of_the_standard():
    assert parse("440524188001010014") == IdCard(
        number="440524188001010014", birth=date(1880, 1, 1), sex=Sex.MALE
    )


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 110105 19491231 002X ",
        "110105-19491231-002X",
        "\ufeff11010519491231002X\u3000",
    ],
)
def test_it_reads_what_people_type(text):
    assert parse(text).number == RIGHT


def test_it_extends_a_number_of_15_digits():
    card = parse("110105491231002")
    assert card == IdCard(number=RIGHT, birth=date(1949, 12, 31), sex=Sex.FEMALE, extended=True)
    assert extend("110105491231002") == RIGHT
    assert extend(RIGHT) is None
    assert extend("110105491331002") is None


def test_a_centenarian_of_the_first_generation_was_born_in_18xx():
    assert parse("110105931231997").birth == date(1893, 12, 31)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.EMPTY),
        ("\u3000", Fault.EMPTY),
        ("无", Fault.LENGTH),
        ("1101051949123100", Fault.LENGTH),
        ("1101051949123100２XX", Fault.LENGTH),
        ("11010519491231002Y", Fault.CHARACTERS),
        ("1101051949123１0O2X", Fault.CHARACTERS),
        ("11010549123100X", Fault.CHARACTERS),
        ("110105٤94912310020", Fault.CHARACTERS),  # digits, but Arabic ones
        ("990105194912310021", Fault.AREA),
        ("110105194913310026", Fault.BIRTH),
        ("110105190002290028", Fault.BIRTH),  # 1900 was no leap year
        ("110105000000000028", Fault.BIRTH),
        ("110105194912310021", Fault.CHECK_DIGIT),
    ],
)
def test_it_says_what_is_wrong(text, fault):
    assert parse(text) == fault


def test_nobody_is_born_tomorrow():
    first = "11010520300101001"
    number = first + check_character(first)
    assert parse(number, today=date(2029, 12, 31)) == Fault.BIRTH
    assert parse(number, today=date(2030, 1, 1)).birth == date(2030, 1, 1)


def test_it_tells_everything_that_is_wrong():
    assert faults("990105194913310020") == (Fault.AREA, Fault.BIRTH, Fault.CHECK_DIGIT)


days = st.dates(date(1900, 1, 1), date(2020, 1, 1))


@st.composite
def numbers(draw):
    area = draw(st.sampled_from(["110105", "659004", "220621", "830000"]))
    first = f"{area}{draw(days):%Y%m%d}{draw(st.integers(0, 999)):03}"
    return first + check_character(first)


@given(numbers())
def test_a_right_number_is_read_whole(number):
    card = parse(number, today=date(2020, 1, 1))
    assert card.number == number
    assert f"{card.birth:%Y%m%d}" == number[6:14]
    assert card.sex == ("1" if int(number[16]) % 2 else "2")
    assert faults(number, today=date(2020, 1, 1)) == ()


@given(numbers(), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number, place, more):
    wrong = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    assert isinstance(parse(wrong), Fault)


@given(numbers(), st.integers(0, 15))
def test_two_neighbours_that_changed_places_are_always_noticed(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert swapped == number or isinstance(parse(swapped), Fault)


@given(st.text())
def test_any_text_gets_an_answer(text):
    assert isinstance(parse(text), IdCard | Fault)


@given(days.filter(lambda day: day < date(2000, 1, 1)), st.integers(0, 995))
def test_a_short_number_and_its_long_form_say_the_same(day, sequence):
    short = f"110105{day:%y%m%d}{sequence:03}"
    long = extend(short)
    assert re.fullmatch(r"\d{17}[\dX]", long)
    assert parse(long).birth == parse(short).birth == day
    assert normal(long) == long
