"""dedupe on everybody that a registration desk gets wrong, kind by kind, with known truth.

Every kind is made from people drawn with a seed; all of them stand in one table, which is looked
through once.
"""

import random
from itertools import combinations

import pytest

from migration.people import found, id_card, people, person

SEED = 20_261_124
EACH = 4
"""People of every kind."""
HOSPITAL = "0571-87021234"
HOMOPHONES = {"王": "汪", "张": "章", "徐": "许", "吴": "武"}
TRADITIONAL = {"刘": "劉", "陈": "陳", "张": "張", "杨": "楊", "赵": "趙", "孙": "孫", "马": "馬"}
TOGETHER = ("certain", "link")


def somebody(draw, **facts):
    """A person unlike all others."""
    one = person(draw.randrange(10_000, 400_000))
    return {**one, "phone": f"15{draw.randrange(10**9):09}", **facts}


def name_with(draw, surnames):
    return draw.choice(surnames) + "".join(draw.sample("博雨桐轩浩涵思远晓珍俊凯琳", 2))


def swapped(text, place):
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def unlike(text, first):
    """The place of two neighbours that differ, from `first` on."""
    return next(n for n in range(first, len(text) - 1) if text[n] != text[n + 1])


def card_of(one, sequence):
    return id_card(330105, one["birth"].replace("-", ""), sequence)


# --- one person -----------------------------------------------------------------------------------


def homophone(draw):
    one = somebody(draw, name=name_with(draw, tuple(HOMOPHONES)), id_card=None)
    return one, {**one, "name": HOMOPHONES[one["name"][0]] + one["name"][1:]}


def traditional(draw):
    one = somebody(draw, name=name_with(draw, tuple(TRADITIONAL)), phone=None)
    return one, {**one, "name": TRADITIONAL[one["name"][0]] + one["name"][1:]}


def card_of_15_digits(draw):
    one = somebody(draw, birth=f"19{draw.randrange(30, 90)}-04-17")
    card = card_of(one, draw.randrange(990))
    return {**one, "id_card": card}, {**one, "id_card": card[:6] + card[8:17], "phone": None}


def digits_of_the_card_swapped(draw):
    one = somebody(draw)
    return one, {**one, "id_card": swapped(one["id_card"], unlike(one["id_card"], 10))}


def digits_of_the_phone_swapped(draw):
    one = somebody(draw, id_card=None)
    return one, {**one, "phone": swapped(one["phone"], unlike(one["phone"], 4))}


def digits_of_the_birth_swapped(draw):
    one = somebody(draw, id_card=None, birth=f"19{draw.randrange(40, 99)}-0{draw.randint(1, 9)}-12")
    return one, {**one, "birth": one["birth"][:8] + "21"}


def month_and_day_swapped(draw):
    one = somebody(draw, id_card=None, birth=f"19{draw.randrange(40, 99)}-05-0{draw.randint(6, 9)}")
    return one, {**one, "birth": one["birth"][:5] + one["birth"][8:] + "-05"}


def another_phone(draw):
    one = somebody(draw)
    return one, {**one, "phone": f"17{draw.randrange(10**9):09}"}


def another_surname(draw):
    one = somebody(draw, sex="2", name="赵" + "".join(draw.sample("秀英桂兰春梅", 2)))
    return one, {**one, "name": "钱" + one["name"][1:]}


def rare_character(draw):
    one = somebody(draw, name=draw.choice("王李张") + "䶮" + draw.choice("远思文"))
    return one, {**one, "phone": None, "address": None}


def rare_character_lost(draw):
    one = somebody(draw, name=draw.choice("王李张") + draw.choice("䶮㛃䴖"))
    return one, {**one, "name": one["name"][0] + "?"}


def dot_in_the_name(draw):
    given = draw.choice(("阿依古丽", "热依汗", "努尔古丽")) + draw.choice(("木", "娜", "汗"))
    one = somebody(draw, name=f"{given}·买买提{draw.choice('江明')}", id_card=None)
    return one, {**one, "name": one["name"].replace("·", draw.choice(("", ".", "•", "．")))}


def passport_in_both_orders(draw):
    given, surname = draw.choice(("John", "Mary", "Pavel")), draw.choice(("Novak", "Okafor"))
    card = f"E{draw.randrange(10**8):08}"
    one = somebody(draw, name=f"{surname.upper()}, {given} Q", id_card=card)
    return one, {**one, "name": f"{given} Q {surname}", "phone": None}


SAME = (
    homophone,
    traditional,
    card_of_15_digits,
    digits_of_the_card_swapped,
    digits_of_the_phone_swapped,
    digits_of_the_birth_swapped,
    month_and_day_swapped,
    another_phone,
    another_surname,
    rare_character,
    rare_character_lost,
    dot_in_the_name,
    passport_in_both_orders,
)

# --- several people -------------------------------------------------------------------------------


def twins(draw):
    one = somebody(draw, name="孙" + "".join(draw.sample("博雨桐轩", 2)), id_card=None)
    one["id_card"] = card_of(one, 101)
    return one, {
        **one,
        "name": "孙" + "".join(draw.sample("凯琳俊珍", 2)),
        "id_card": card_of(one, 103),
    }


def twins_of_like_names(draw):
    one = somebody(draw, name="周子" + draw.choice("轩涵"), id_card=None)
    return one, {**one, "name": "周子" + draw.choice("博琳")}


def twins_whose_cards_differ_in_a_digit(draw):
    """The second card has the next number and the first one's check digit."""
    one = somebody(draw, name="周子" + draw.choice("轩涵"))
    wrong = one["id_card"][:16] + str((int(one["id_card"][16]) + 2) % 10) + one["id_card"][17]
    return one, {**one, "name": "周子" + draw.choice("博琳"), "id_card": wrong}


def father_and_son(draw):
    one = somebody(draw, sex="1", birth=f"19{draw.randint(50, 69)}-07-21", id_card=None)
    name = one["name"][0] + "".join(draw.sample("俊凯琳珍", 2))
    return one, {**one, "name": name, "birth": f"{int(one['birth'][:4]) + 27}-11-02"}


def father_and_son_of_like_names(draw):
    """Born on one day of the year."""
    day = f"{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
    one = somebody(draw, name="吴建" + draw.choice("国军"), sex="1", id_card=None)
    one["birth"] = f"1961-{day}"
    return one, {**one, "name": "吴建" + draw.choice("平民"), "birth": f"1988-{day}"}


def brothers_with_one_card(draw):
    one = somebody(draw, name="吴建" + draw.choice("国军"), sex="1")
    return one, {**one, "name": "吴建" + draw.choice("平民"), "birth": "1999-09-28"}


def couple_with_passports_of_one_series(draw):
    number = draw.randrange(10**7, 10**8 - 2)
    one = somebody(draw, name="SILVA, Ana", sex="2", id_card=f"P{number}")
    other = {**one, "name": "MOREIRA, Rui", "sex": "1", "birth": "1961-12-30"}
    return one, {**other, "id_card": f"P{number + 1}"}


def newborns(*names):
    def of_one_mother(draw):
        mother = somebody(draw, sex="2", birth="1994-05-06", id_card=None)
        mother["id_card"] = card_of(mother, 200 + 2 * draw.randrange(300))
        child = {**mother, "birth": "2024-02-29", "id_card": None}
        sexes = ["1" if "子" in name else "2" for name in names]
        babies = [
            {**child, "name": mother["name"] + name, "sex": sex}
            for name, sex in zip(names, sexes, strict=True)
        ]
        return mother, *babies

    of_one_mother.__name__ = "_".join(names)
    return of_one_mother


def newborn_with_its_mothers_facts(draw):
    """The desk copied card and birth from the mother's file."""
    mother = somebody(draw, sex="2")
    return mother, {**mother, "name": mother["name"] + "之女"}


def nobody(draw):
    one = somebody(draw, id_card=None)
    return tuple({**one, "name": name} for name in ("无名氏", "无名氏", "未知", "未知"))


def borrowed_card(draw):
    one, other = somebody(draw), somebody(draw)
    other["sex"] = "12"[one["sex"] == "1"]
    return one, {**other, "id_card": one["id_card"]}


def permits_of_the_same_digits(draw):
    digits = f"{draw.randrange(10**8):08}"
    one = somebody(draw, name="陳大文", id_card=f"H{digits}")
    others = (("M" + digits, "1979-03-05"), (digits, "1968-11-30"), ("E" + digits, "1990-06-07"))
    return one, *({**one, "id_card": card, "birth": birth} for card, birth in others)


def residence_permits(draw):
    one = somebody(draw, name="李嘉明", birth="1985-08-08")
    areas = (810000, 820000, 830000)
    cards = [id_card(area, "19850808", draw.randrange(999)) for area in areas]
    return tuple({**one, "id_card": card} for card in cards)


def placeholders(draw):
    """Two people of one common name, whose card, phone, birth and address are the desk's own."""
    nothing = {
        "id_card": draw.choice(("111111111111111111", "123456789012345678", "000000000000000000")),
        "phone": draw.choice(("13800000000", "13800138000", "12345678901")),
        "birth": "1900-01-01",
        "address": draw.choice(("不详", "无")),
    }
    return somebody(draw, name="王芳", **nothing), somebody(draw, name="王芳", **nothing)


def one_name_and_birthday(draw):
    """Two people; the number of the second has lost a digit."""
    one, other = somebody(draw), somebody(draw)
    other["id_card"] = card_of(other, draw.randrange(900))[:-1]
    return one, {**other, **{field: one[field] for field in ("name", "sex", "birth")}}


def like_names_and_birthdays(draw):
    """Without a card, and at home elsewhere."""
    one = somebody(draw, name="李佳" + draw.choice("怡颖"), birth="1991-04-11", id_card=None)
    other = somebody(draw, name="李嘉" + one["name"][2], sex=one["sex"], id_card=None)
    return one, {**other, "birth": draw.choice(("1991-04-11", "1991-11-04", "1991-04-12"))}


def phone_of_the_hospital(draw):
    one = somebody(draw, name="王芳", phone=HOSPITAL, id_card=None, address=None, birth=None)
    return one, {**one, "birth": f"19{draw.randint(40, 99)}-03-04"}


APART = (
    twins,
    twins_of_like_names,
    twins_whose_cards_differ_in_a_digit,
    father_and_son,
    father_and_son_of_like_names,
    brothers_with_one_card,
    couple_with_passports_of_one_series,
    newborns("之子", "之女"),
    newborns("之长子", "之次子"),
    newborns("大双", "小双"),
    newborns("之大双", "之小双"),
    newborns("之女", "BB"),
    newborn_with_its_mothers_facts,
    nobody,
    borrowed_card,
    permits_of_the_same_digits,
    residence_permits,
    placeholders,
    one_name_and_birthday,
    like_names_and_birthdays,
    phone_of_the_hospital,
)


@pytest.fixture(scope="module")
def looked():
    """Everybody at once: the rows of each kind by its name, and what was found."""
    draw = random.Random(SEED)
    rows = [{**one, "phone": HOSPITAL} if n % 4 == 0 else one for n, one in enumerate(people(600))]
    groups = {}
    for kind in (*SAME, *APART):
        for number in range(EACH):
            made = [
                {**one, "id": f"{kind.__name__}-{number}-{n}"} for n, one in enumerate(kind(draw))
            ]
            groups.setdefault(kind.__name__, []).append([one["id"] for one in made])
            rows += made
    draw.shuffle(rows)
    return groups, found(rows)


def pairs_of(result):
    return {frozenset((p.left, p.right)): p for p in (*result.pairs, *result.kept_apart)}


@pytest.mark.parametrize("kind", SAME, ids=lambda kind: kind.__name__)
def test_one_person(looked, kind):
    groups, result = looked
    pairs = pairs_of(result)
    got = [pairs.get(frozenset(ids)) for ids in groups[kind.__name__]]
    assert [pair and str(pair.class_) in TOGETHER for pair in got] == [True] * EACH


@pytest.mark.parametrize("kind", APART, ids=lambda kind: kind.__name__)
def test_several_people(looked, kind):
    groups, result = looked
    people_of = {member: n for n, one in enumerate(result.clusters) for member in one.members}
    pairs = pairs_of(result)
    for ids in groups[kind.__name__]:
        for two in combinations(ids, 2):
            pair = pairs.get(frozenset(two))
            assert pair is None or str(pair.class_) in ("review", "different"), pair
        in_clusters = [people_of[one] for one in ids if one in people_of]
        assert len(set(in_clusters)) == len(in_clusters)


def test_nobody_else_is_linked(looked):
    groups, result = looked
    truth = {frozenset(ids) for kind in SAME for ids in groups[kind.__name__]}
    linked = {two for two, pair in pairs_of(result).items() if str(pair.class_) in TOGETHER}
    assert linked - truth == set()


def test_what_everybody_has_says_nothing(looked):
    _, result = looked
    assert result.crowded == 1
    assert result.pairs
    agreed = {one.level for p in result.pairs for one in p.explanation if one.field == "phone"}
    assert "exact" in agreed


def test_one_card_of_two_people_is_told(looked):
    """They differ in everything else, so nothing but the card would bring them together."""
    groups, result = looked
    pairs = pairs_of(result)
    told = [pairs[frozenset(ids)] for ids in groups["borrowed_card"]]
    assert {guard for pair in told for guard in pair.guards} == {"id_card_of_another"}
