"""Deciding, merging, undoing; and what a load is told of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.migration.linkage.model import Class
from luodi.migration.reviewing.decide import decide, look, settle, undo
from luodi.migration.reviewing.model import Act, Item, State
from luodi.migration.reviewing.offer import name_of, offer
from luodi.migration.reviewing.queue import queues
from luodi.migration.reviewing.rows import reviewed, shown
from luodi.migration.workspace import Workspace
from migration.people import stage

ROWS = [
    {"id": "A", "name": "张三", "phone": None, "address": "教工路1号", "note": " "},
    {"id": "B", "name": "张三", "phone": "13900000001", "address": None, "note": "x"},
    {"id": "C", "name": "张叁", "phone": "13900000002", "address": "别处", "note": None},
    {"id": "D", "name": "李四", "phone": None, "address": None, "note": None},
]
PAIRS = {"AB": (1, 2), "BC": (2, 3), "AC": (1, 3), "CD": (3, 4)}


def item(pair, class_=Class.REVIEW):
    left, right = PAIRS[pair]
    return Item(
        id=pair,
        queue="patients",
        system="his",
        table="patient",
        left=pair[0],
        right=pair[1],
        left_ordinal=left,
        right_ordinal=right,
        probability=0.4,
        weight=-0.6,
        class_=class_,
    )


@pytest.fixture
def workspace():
    with Workspace.in_memory() as opened:
        stage(opened, ROWS)
        offer(opened, "patients", "his", "patient", [item(pair) for pair in PAIRS])
        yield opened


@pytest.fixture(scope="module")
def shared():
    """One workspace for all examples of a property: to make one takes longer than the example."""
    with Workspace.in_memory() as opened:
        yield opened


def rows(workspace):
    return workspace.db.execute("SELECT * FROM his.patient ORDER BY _ordinal").fetchall()


def asked(workspace, sql):
    return sorted(workspace.db.execute(sql).fetchall())


def waiting(workspace):
    lines = asked(workspace, reviewed(workspace, "patients", "his").held)
    return [ordinal for _, ordinal in lines]


def say(workspace, pair, act, who="张", **more):
    return decide(workspace, "patients", pair, Act(act), who=who, **more)


def test_it_works(workspace):
    before = rows(workspace)
    found = say(workspace, "AB", "link", reason="同一电话")
    assert found.state["AB"] is State.SETTLED
    assert rows(workspace) == before
    assert asked(workspace, reviewed(workspace, "patients", "his").linked) == [
        ("patient", 1, 1),
        ("patient", 2, 1),
    ]


def test_rows_that_wait_are_held(workspace):
    assert waiting(workspace) == [1, 2, 3, 4]
    for pair in ("AB", "BC", "AC"):
        say(workspace, pair, "different")
    assert asked(workspace, reviewed(workspace, "patients", "his").held) == [
        ("patient", 3),
        ("patient", 4),
    ]
    say(workspace, "CD", "skip")
    assert asked(workspace, reviewed(workspace, "patients", "his").held) == [
        ("patient", 3),
        ("patient", 4),
    ]
    say(workspace, "CD", "link")
    assert waiting(workspace) == []


def test_nobody_looked_for_duplicates():
    with Workspace.in_memory() as empty:
        said = reviewed(empty, "patients", "his")
        for answer in (said.held, said.merged, said.linked):
            assert asked(empty, answer) == []


def test_a_merge_fills_what_the_row_that_stays_lacks(workspace):
    say(workspace, "AB", "merge")
    assert rows(workspace)[0] == (1, "A", "张三", "13900000001", "教工路1号", "x")
    assert rows(workspace)[1] == (2, "B", "张三", "13900000001", None, "x")
    assert asked(workspace, reviewed(workspace, "patients", "his").merged) == [("patient", 2, 1)]


def test_into_the_other_row(workspace):
    say(workspace, "AB", "merge", into=2)
    assert rows(workspace)[0] == (1, "A", "张三", None, "教工路1号", " ")
    assert rows(workspace)[1][4] == "教工路1号"
    assert asked(workspace, reviewed(workspace, "patients", "his").merged) == [("patient", 1, 2)]


def test_a_chain_of_merges_ends_in_one_row(workspace):
    say(workspace, "CD", "merge")
    say(workspace, "BC", "merge")
    say(workspace, "AB", "merge")
    assert asked(workspace, reviewed(workspace, "patients", "his").merged) == [
        ("patient", n, 1) for n in (2, 3, 4)
    ]


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(PAIRS)),
            st.sampled_from(["merge", "link", "different"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_undoing_everything_brings_back_every_row(shared, said):
    """Whatever was merged in whichever order."""
    shared.db.execute("DROP SCHEMA IF EXISTS his CASCADE; DROP SCHEMA IF EXISTS _review CASCADE")
    stage(shared, ROWS)
    offer(shared, "patients", "his", "patient", [item(pair) for pair in PAIRS])
    before = rows(shared)
    for pair, act, right in said:
        into = PAIRS[pair][right] if act == "merge" else None
        say(shared, pair, act, into=into)
    for _ in said:
        undo(shared, "patients", who="张")
    assert rows(shared) == before
    assert asked(shared, reviewed(shared, "patients", "his").merged) == []
    assert set(look(shared, "patients").state.values()) == {State.OPEN}


def test_an_earlier_merge_undone_leaves_the_later_one(workspace):
    say(workspace, "AB", "merge")
    say(workspace, "AC", "merge", who="王")
    undo(workspace, "patients", who="张")
    assert rows(workspace)[0] == (1, "A", "张三", "13900000002", "教工路1号", " ")
    assert asked(workspace, reviewed(workspace, "patients", "his").merged) == [("patient", 3, 1)]


def test_unmerge_by_another_decision(workspace):
    before = rows(workspace)
    say(workspace, "AB", "merge")
    say(workspace, "AB", "reopen", who="王")
    assert rows(workspace) == before
    assert look(workspace, "patients").state["AB"] is State.OPEN


def test_a_row_extracted_anew_is_left_as_the_source_has_it(workspace):
    say(workspace, "AB", "merge")
    workspace.db.execute("UPDATE his.patient SET name = '张三丰' WHERE _ordinal = 1")
    now = rows(workspace)
    undo(workspace, "patients", who="张")
    assert rows(workspace) == now


def test_two_people(workspace):
    two = {"two_person": True}
    before = rows(workspace)
    assert say(workspace, "AB", "merge", **two).state["AB"] is State.AWAITING
    assert rows(workspace) == before
    assert say(workspace, "AB", "merge", who="王", **two).state["AB"] is State.SETTLED
    assert rows(workspace) != before
    assert say(workspace, "AB", "link", who="王", **two).state["AB"] is State.DISPUTED
    assert rows(workspace) == before


def test_one_was_enough_and_now_two_must_say_so(workspace):
    before = rows(workspace)
    say(workspace, "AB", "merge")
    settle(workspace, "patients", two_person=True)
    assert rows(workspace) == before
    settle(workspace, "patients")
    assert rows(workspace) != before


def test_a_contradiction_takes_its_merges_apart(workspace):
    before = rows(workspace)
    say(workspace, "AB", "merge")
    say(workspace, "BC", "link")
    found = say(workspace, "AC", "different")
    assert len(found.contradictions) == 1
    assert rows(workspace) == before
    assert say(workspace, "AC", "link").contradictions == ()
    assert rows(workspace) != before


def test_undo_takes_back_ones_own_only(workspace):
    say(workspace, "AB", "link")
    with pytest.raises(WrongUse) as refused:
        undo(workspace, "patients", who="王")
    assert refused.value.code == "migration.review_nothing_to_undo"
    one, found = undo(workspace, "patients", who="张")
    assert (one.id, found.state["AB"]) == ("AB", State.OPEN)


def test_wrong_words(workspace):
    with pytest.raises(WrongUse) as refused:
        say(workspace, "ZZ", "link")
    assert refused.value.code == "migration.review_no_item"
    with pytest.raises(WrongUse) as refused:
        say(workspace, "AB", "merge", into=9)
    assert refused.value.code == "migration.review_into"
    with pytest.raises(WrongUse) as refused:
        look(workspace, "drugs")
    assert (refused.value.code, refused.value.params["known"]) == (
        "migration.review_no_queue",
        ("patients",),
    )


def test_a_row_that_is_gone(workspace):
    workspace.db.execute("DELETE FROM his.patient WHERE _ordinal = 2")
    with pytest.raises(LuodiError) as refused:
        say(workspace, "AB", "merge")
    assert refused.value.code == "migration.review_row_gone"
    assert look(workspace, "patients").state["AB"] is State.OPEN


def test_found_again_an_item_keeps_its_decisions(workspace):
    say(workspace, "AB", "link")
    offer(workspace, "patients", "his", "patient", [item("CD")])
    found = look(workspace, "patients")
    assert found.state == {"AB": State.SETTLED, "CD": State.OPEN}
    assert queues(workspace) == ("patients",)


def test_a_name_has_no_direction():
    assert name_of("q", "s", "t", "a", "b") == name_of("q", "s", "t", "b", "a")
    assert name_of("q", "s", "t", "a", "b") != name_of("q", "s", "t", "a", "c")


def test_both_rows_are_shown(workspace):
    left, right = shown(workspace, item("AB"))
    assert left == {"id": "A", "name": "张三", "phone": "", "address": "教工路1号", "note": " "}
    assert right["phone"] == "13900000001"
