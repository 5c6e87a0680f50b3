"""dedupe: who is one person, who only looks like it, and what bad tables are told."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Verdict
from luodi.evidence.progress import Cancellation, Cancelled, Silent
from luodi.migration.dedupe import dedupe
from luodi.migration.linkage.bind import bind
from luodi.migration.linkage.model import FieldKind
from luodi.migration.linkage.prepare import Side
from luodi.migration.workspace import Workspace
from migration.people import (
    changed,
    classes,
    found,
    id_card,
    look_through,
    people,
    person,
    stage,
)

ONE = person(7)
BABY = {
    "id": "B1",
    "name": "王丽之子",
    "sex": "1",
    "birth": "2024-05-06",
    "phone": "13912345670",
    "address": "浙江省杭州市西湖区学院路8号2幢301室",
}
MOTHER = {**BABY, "id": "M1", "name": "王丽", "sex": "2", "birth": "1995-03-04"}


def pair_of(first, second):
    """What becomes of two rows among 300 other people: class and guards."""
    result = found([*people(), {**first, "id": "X"}, {**second, "id": "Y"}])
    for pair in (*result.pairs, *result.kept_apart):
        if {pair.left, pair.right} == {"X", "Y"}:
            return str(pair.class_), pair.guards
    return "nothing", ()


def without(one, *fields):
    return {key: value for key, value in one.items() if key not in fields}


STRANGER = {
    "name": "欧阳靖雯",
    "sex": "2",
    "birth": "1987-10-23",
    "id_card": id_card(440106, "19871023", 128),
    "phone": "18666012345",
    "address": "广东省广州市天河区体育东路5号1201室",
}


def test_it_works():
    with Workspace.in_memory() as workspace:
        again = changed(ONE, id="P90001", phone="15800001111")
        outcome = look_through(workspace, [*people(), again])
    result = outcome.result
    assert [(pair.left, pair.right, str(pair.class_)) for pair in result.pairs] == [
        ("P00007", "P90001", "certain")
    ]
    assert [cluster.members for cluster in result.clusters] == [("P00007", "P90001")]
    assert (result.records, result.per_10000) == (301, 0.0)
    assert (outcome.subject, outcome.verb, outcome.verdict) == (
        "migration:patients",
        "dedupe",
        Verdict.PASS,
    )
    figures = {figure.name: figure.value for figure in outcome.figures}
    assert (figures["pairs"], figures["certain"], figures["review"]) == (1, 1, 0)
    levels = {one.field: one.level for one in result.pairs[0].explanation}
    assert (levels["name"], levels["phone"]) == ("exact", "different")


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        {"name": "欧陽靖雯"},
        {"name": " 欧阳 靖雯(作废)"},
        {"name": "欧阳静文"},
        {"name": "欧阳婧雯"},
        {"name": "欧阳靖文"},
        {"birth": "1987-10-24"},
        {"birth": "1987/10/23"},
        {"birth": "1987年10月23日", "sex": "女"},
        {"id_card": STRANGER["id_card"][:4] + "16" + STRANGER["id_card"][6:]},
        {"id_card": None},
        {"id_card": None, "phone": "13300001111"},
        {"id_card": None, "phone": None},
        {"phone": "18666012354"},
        {"phone": "+86 186-6601-2345"},
        {"address": "广州市天河区体育东路5号1201室"},
        {"address": "北京市海淀区中关村大街1号"},
        {"name": "欧阳曼曼"},
    ],
)
def test_one_person_all_the_same(change):
    assert pair_of(STRANGER, {**STRANGER, **change})[0] in ("link", "certain")


def test_the_15_digit_form_of_the_identity_card():
    whole = STRANGER["id_card"]
    assert pair_of(STRANGER, {**STRANGER, "id_card": whole[:6] + whole[8:17]})[0] == "certain"


TWIN = {**STRANGER, "name": "欧阳思哲", "id_card": id_card(440106, "19871023", 146)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("second", "guard"),
    [
        (TWIN, "two_id_cards"),
        ({**without(TWIN, "id_card"), "sex": "1"}, "twins_of_two_sexes"),
        (
            {**STRANGER, "name": "欧阳德海", "birth": "1956-02-11", "sex": "1", "id_card": None},
            "relatives",
        ),
        ({**STRANGER, "name": "欧阳靖雪", "birth": "1991-01-30", "id_card": None}, "relatives"),
        (
            {**STRANGER, "name": "李翠花", "birth": "1960-03-09", "phone": "13011112222"},
            "id_card_of_another",
        ),
    ],
)
def test_people_who_are_kept_apart(second, guard):
    assert pair_of(STRANGER, second) == ("different", (guard,))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second", "guard"),
    [
        (without(STRANGER, "id_card"), without(TWIN, "id_card"), "twins"),
        (STRANGER, {**STRANGER, "name": "李翠花", "phone": None, "address": None}, "borrowed_card"),
        (STRANGER, {**STRANGER, "id_card": id_card(440106, "19871023", 146)}, "two_id_cards_alike"),
        (BABY, {**BABY}, "newborn_twins"),
        (
            BABY,
            {**BABY, "name": "李天佑", "phone": "13500001111", "address": None},
            "newborn_named_later",
        ),
    ],
)
def test_what_only_a_person_may_decide(first, second, guard):
    assert pair_of(first, second) in (("review", (guard,)), ("nothing", ()))
    if guard != "newborn_named_later":
        assert pair_of(first, second) == ("review", (guard,))


FATHER = {
    **without(person(618), "id_card"),
    "name": "王建国",
    "sex": "1",
    "birth": "1960-03-04",
}


@pytest.mark.slow
def test_father_and_son_born_on_one_day_of_the_year():
    """One home, one phone, a name that differs in one character: no slip of the pen in the year."""
    son = {**FATHER, "name": "王建军", "birth": "1988-03-04"}
    assert pair_of(FATHER, son) == ("review", ("generations",))
    assert pair_of(FATHER, {**FATHER, "birth": "1966-03-04"})[0] == "link"


@pytest.mark.slow
def test_nothing_but_a_name():
    bare = without(person(609), "id_card", "phone", "address", "birth", "sex")
    assert pair_of(bare, bare) == ("review", ("name_alone",))
    assert pair_of(bare, person(609)) == ("review", ("name_alone",))


@pytest.mark.slow
@pytest.mark.parametrize(
    "second",
    [
        MOTHER,
        {**BABY, "name": "王丽之女", "sex": "2"},
        {**BABY, "name": "王丽之次子"},
    ],
)
def test_newborns_are_neither_their_mother_nor_one_another(second):
    first = {**BABY, "name": "王丽之长子"} if "次" in second["name"] else BABY
    assert pair_of(first, second)[0] == "different"


def test_a_newborn_that_was_named_later():
    named = {**BABY, "name": "李天佑", "id_card": id_card(330106, "20240506", 117)}
    assert pair_of(BABY, named)[0] == "link"


def test_a_named_child_of_two_newborn_twins_is_given_to_neither():
    twins = [
        {**BABY, "id": "T1", "name": "王丽之长子"},
        {**BABY, "id": "T2", "name": "王丽之次子"},
        {**BABY, "id": "N", "name": "李天佑"},
    ]
    result = found([*people(), *twins])
    assert {str(p.class_) for p in result.pairs} == {"review"}
    assert {guard for p in result.pairs for guard in p.guards} == {"fits_two"}
    assert result.clusters == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["无名氏", "测试", "未知", "***"])
def test_nobody_is_linked_to_nobody(name):
    first = {**without(STRANGER, "id_card"), "name": name}
    assert pair_of(first, dict(first))[0] in ("different", "nothing")


def test_two_people_of_one_name_and_birthday():
    other = {
        **STRANGER,
        "id_card": id_card(330105, "19871023", 222),
        "phone": "13700009999",
        "address": "浙江省杭州市上城区平安街9号",
    }
    assert pair_of(STRANGER, other)[0] in ("different", "nothing")


def test_passports_of_two_people():
    first = {**STRANGER, "name": "SMITH, JOHN", "id_card": "E12345678", "phone": None}
    second = {**first, "id_card": "G87654321", "address": None}
    assert pair_of(first, second)[0] in ("different", "nothing")
    assert pair_of(first, {**first, "name": "John Smith"})[0] in ("link", "certain")


def test_a_travel_permit_that_was_renewed():
    first = {**STRANGER, "name": "陳大文", "id_card": "H0123456701"}
    assert pair_of(first, {**first, "id_card": "H0123456702"})[0] in ("link", "certain")


def test_a_cluster_never_joins_two_that_are_kept_apart():
    """A record that lacks what would tell is like both twins."""
    both = without(STRANGER, "id_card", "name")
    rows = [
        {**STRANGER, "id": "A"},
        {**TWIN, "id": "B"},
        {**both, "id": "C", "name": STRANGER["name"]},
    ]
    result = found([*people(), *rows])
    assert [cluster.members for cluster in result.clusters] == [("A", "C")]
    assert classes(result)[frozenset("AB")] == "different"


def test_three_rows_of_one_person_are_one_cluster():
    rows = [
        {**STRANGER, "id": "A"},
        {**STRANGER, "id": "B", "phone": None, "address": None},
        {**STRANGER, "id": "C", "id_card": None, "birth": None},
    ]
    result = found([*people(), *rows])
    assert [cluster.members for cluster in result.clusters] == [("A", "B", "C")]
    assert len(result.pairs) == 3


@pytest.mark.slow
def test_two_files():
    old = people(200)
    new = [changed(one, id=f"N{n}") for n, one in enumerate(people(250)[150:])]
    result = found(old, new)
    assert {(pair.left, pair.right) for pair in result.pairs} == {
        (f"P{150 + n:05}", f"N{n}") for n in range(50)
    }


@pytest.mark.slow
def test_western_names_in_two_columns():
    draw = random.Random(3)
    syllables = ["an", "be", "cor", "di", "el", "fay", "gre", "ham", "il", "jo", "ka", "lu"]

    def word():
        return "".join(draw.choices(syllables, k=3))

    rows = [
        {
            "id": str(n),
            "given_name": word(),
            "surname": word(),
            "date_of_birth": str(draw.randint(1920, 2010) * 10000 + draw.randint(101, 128)),
            "soc_sec_id": str(draw.randint(1000000, 9999999)),
            "postcode": str(draw.randint(2000, 9999)),
        }
        for n in range(200)
    ]
    rows.append({**rows[3], "id": "typo", "given_name": rows[3]["given_name"] + "h"})
    rows.append(
        {
            **rows[9],
            "id": "swapped",
            "given_name": rows[9]["surname"],
            "surname": rows[9]["given_name"],
        }
    )
    linked = {
        pair for pair, class_ in classes(found(rows)).items() if class_ in ("link", "certain")
    }
    assert linked == {frozenset(("3", "typo")), frozenset(("9", "swapped"))}


DRUGS = [
    {
        "drug_id": str(n),
        "drug_name": ["阿莫西林胶囊", "头孢克肟片", "氯化钠注射液", "奥美拉唑肠溶胶囊"][n % 4],
        "specification": f"{[0.25, 0.1, 0.5, 0.2, 0.05][n % 5]}g*{12 + n // 4}片",
        "manufacturer": f"{'华北东北西南江南'[n % 4 * 2 :][:2]}制药有限公司",
        "approval": f"国药准字H{20040000 + n * 37}",
    }
    for n in range(40)
]


def test_drugs():
    same = {
        **DRUGS[0],
        "drug_id": "same",
        "specification": "250mg×12片/盒",
        "manufacturer": "华北制药",
    }
    other = {**DRUGS[1], "drug_id": "other", "specification": "1g*12片", "approval": None}
    with Workspace.in_memory() as workspace:
        outcome = look_through(workspace, [*DRUGS, same, other], id="drug_id")
    assert outcome.subject == "migration:drugs"
    decided = classes(outcome.result)
    assert decided[frozenset(("0", "same"))] in ("link", "certain")
    assert decided.get(frozenset(("1", "other")), "different") == "different"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("阿莫西林胶囊 ", "link"),
        ("阿莫西林胶囊（甲）", "link"),
        ("阿莫西林胶囊剂", "review"),
        ("阿莫西林克拉维酸钾胶囊", "different"),
        ("头孢拉定胶囊", "different"),
        ("10%阿莫西林胶囊", "different"),
    ],
)
def test_drugs_of_one_maker_and_strength(name, expected):
    first = {**DRUGS[0], "specification": "0.5g*10粒", "approval": None}
    rows = [*DRUGS, {**first, "drug_id": "X"}, {**first, "drug_id": "Y", "drug_name": name}]
    assert classes(found(rows, id="drug_id")).get(frozenset("XY"), "different") == expected


# --- what must not matter -------------------------------------------------------------------------


def sample():
    rows = people(150)
    rows += [changed(person(n), id=f"D{n}", phone=f"1580000{n:04}") for n in range(0, 150, 9)]
    rows += [changed(person(n), id=f"E{n}", id_card=None) for n in range(0, 150, 11)]
    return rows


@pytest.mark.slow
@settings(max_examples=3)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_matter(order):
    rows, columns = sample(), list(person(0))
    expected = found(sample())
    order.shuffle(rows)
    order.shuffle(columns)
    again = found([{column: row[column] for column in columns} for row in rows])
    assert sorted(map(shown, again.pairs)) == sorted(map(shown, expected.pairs))
    assert [c.members for c in again.clusters] == [c.members for c in expected.clusters]


def shown(pair):
    return (pair.left, pair.right, pair.class_, pair.probability, pair.weight, pair.guards)


def test_the_same_twice_is_the_same():
    assert list(map(shown, found(sample()).pairs)) == list(map(shown, found(sample()).pairs))


def test_a_row_more_changes_no_class():
    """The weights move a little, as the new row is part of the population; the classes stay."""
    before = classes(found(sample()))
    after = classes(found([*sample(), {**STRANGER, "id": "new"}]))
    assert after == before


@pytest.mark.slow
def test_swapping_the_two_of_a_pair_changes_nothing():
    first, second = (
        {**STRANGER, "id": "X"},
        {**STRANGER, "id": "Y", "name": "欧阳静文", "phone": None},
    )
    one = found([*people(), first, second])
    two = found([*people(), {**second, "id": "X"}, {**first, "id": "Y"}])
    assert [shown(p)[2:] for p in one.pairs] == [shown(p)[2:] for p in two.pairs]


@pytest.mark.slow
@pytest.mark.parametrize(
    "kept", [("name", "birth"), ("id_card",), ("name", "phone"), ("phone", "birth", "sex")]
)
def test_any_columns_will_do(kept):
    rows = [{"id": row["id"], **{field: row[field] for field in kept}} for row in sample()]
    result = found(rows)
    assert {binding.field for binding in result.fields} == set(kept)


# --- bad tables -----------------------------------------------------------------------------------


def refused(*tables, **options):
    with pytest.raises(WrongUse) as refusal:
        found(*tables, **options)
    return refusal.value


def test_an_id_that_is_not_unique():
    error = refused([*people(5), person(2)])
    assert error.code == "migration.dedupe_id_not_unique"
    assert error.params["ordinals"] == ("3", "6")
    assert "P00002" not in str(error.params)


def test_an_id_that_is_absent():
    error = refused([*people(5), {**person(9), "id": None}])
    assert (error.code, error.params["ordinals"]) == ("migration.dedupe_id_absent", ("6",))


@pytest.mark.parametrize("blank", ["", " ", "\u3000"])
def test_an_id_that_is_blank(blank):
    error = refused([*people(5), {**person(9), "id": blank}])
    assert (error.code, error.params["ordinals"]) == ("migration.dedupe_id_absent", ("6",))


def test_a_column_that_is_absent_is_answered_with_those_near():
    error = refused(people(5), given={FieldKind.PHONE: ("phnoe",)})
    assert (error.code, error.params["near"]) == ("migration.dedupe_column_absent", ("phone",))


def test_an_empty_table():
    with Workspace.in_memory() as workspace:
        workspace.db.execute("CREATE TABLE t (_ordinal BIGINT, id VARCHAR, name VARCHAR)")
        side = Side("t", "t", "id", "_ordinal", bind(["name"], {}, table="t"))
        with pytest.raises(WrongUse) as refusal:
            dedupe(workspace, (side,), progress=Silent())
    assert refusal.value.code == "migration.dedupe_empty"


def test_columns_that_say_nothing():
    assert refused([{"id": "1", "name": None}, {"id": "2", "name": " "}]).code == (
        "migration.dedupe_all_null"
    )
    assert refused([{"id": "1", "x": "a"}]).code == "migration.dedupe_no_field"
    assert refused(people(3), [{"id": "1", "drug_name": "a"}]).code == (
        "migration.dedupe_nothing_common"
    )


def test_one_column_of_many_is_empty():
    rows = [{**row, "phone": None} for row in sample()]
    assert "phone" not in {binding.field for binding in found(rows).fields}


@pytest.mark.slow
@pytest.mark.parametrize(
    "rows", [[person(1)], [person(1), person(2)], [person(1), changed(person(1), id="X")]]
)
def test_very_few_rows(rows):
    result = found(rows)
    assert result.records == len(rows)
    assert len(result.pairs) == (len(rows) > 1 and rows[1]["id"] == "X")


@pytest.mark.slow
def test_ten_thousand_rows_all_the_same():
    """Paired in full they would be fifty million."""
    rows = [{**STRANGER, "id": f"{n:05}"} for n in range(10_000)]
    result = found([*people(50), *rows])
    assert len(result.pairs) == 9_999
    assert max(len(cluster.members) for cluster in result.clusters) == 10_000
    assert result.blocking[0].blocks_cut == 1


def test_many_of_whom_nothing_but_a_name_is_known():
    """A rare name twice is worth a look, a common one says nothing."""
    rows = [{"id": row["id"], "name": row["name"]} for row in people()]
    rows += [{"id": f"W{n}", "name": "王芳"} for n in range(300)]
    result = found([*rows, {"id": "again", "name": rows[7]["name"]}])
    assert classes(result) == {frozenset((rows[7]["id"], "again")): "review"}


@pytest.mark.slow
def test_a_phone_that_everybody_has():
    rows = [{**row, "phone": "0571-8888999"} for row in people(900)]
    result = found(rows)
    assert (result.pairs, result.crowded) == ((), 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "value", ["\x00", "'; DROP TABLE t; --", "𠮷野家", "％_％", "\u202e", "a" * 5000]
)
def test_values_of_any_kind(value):
    rows = [*people(20), {**dict.fromkeys(STRANGER, value), "id": "odd"}]
    assert found(rows).records == 21


def test_it_can_be_stopped():
    stop = Cancellation()
    stop.request()
    with Workspace.in_memory() as workspace:
        columns = stage(workspace, people(5))
        fields = bind([c for c in columns if c != "id"], {}, table="patient")
        side = Side("his.patient", "patient", "id", "_ordinal", fields)
        with pytest.raises(Cancelled):
            dedupe(workspace, (side,), progress=Silent(stop))


def test_the_engines_own_sentences_are_not_repeated():
    """They quote values."""
    from luodi.evidence.errors import LuodiError

    with Workspace.in_memory() as workspace:
        workspace.db.execute(
            "CREATE VIEW t AS SELECT 1::BIGINT AS _ordinal, '1' AS id, error('张三') AS name"
        )
        side = Side("t", "t", "id", "_ordinal", bind(["name"], {}, table="t"))
        with pytest.raises(LuodiError) as refusal:
            dedupe(workspace, (side,), progress=Silent())
    assert refusal.value.code == "migration.engine_failed"
    assert (refusal.value.__cause__, "张三" in str(refusal.value.params)) == (None, False)


def test_ids_in_any_order_name_the_left_row_first():
    rows = sample()
    random.Random(1).shuffle(rows)
    assert all(pair.left < pair.right for pair in found(rows).pairs)
