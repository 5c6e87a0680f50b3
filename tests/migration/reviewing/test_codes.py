"""Terms that need a code: each one waits for a person, whatever a program is sure of."""

import pytest

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Verdict
from luodi.evidence.progress import Silent
from luodi.migration.linkage.model import Class
from luodi.migration.mapping.model import Book, DictionaryRule, Mapping, Terms, Title
from luodi.migration.review import review
from luodi.migration.reviewing.codes import asked, listed, lists_of, offer_codes, queue_of, search
from luodi.migration.reviewing.decide import decide, look, settle, undo
from luodi.migration.reviewing.model import Act, CodeList, State
from luodi.migration.reviewing.queue import queues_of
from luodi.migration.reviewing.rows import reviewed
from luodi.migration.suggest import Seen, suggest_terms
from luodi.migration.suggesting.sort import Sort
from luodi.migration.workspace import Workspace
from migration.reviewing.drugs import LIST, TARGET_LIST, offer, stage_drugs, term

Q = "drug_codes"


@pytest.fixture
def workspace():
    with Workspace.in_memory() as opened:
        stage_drugs(opened)
        offer(opened)
        yield opened


def names(workspace):
    return {item.left: item.id for item in look(workspace, Q).items.values()}


def say(workspace, value, act, who="王", **more):
    return decide(workspace, Q, names(workspace)[value], Act(act), who=who, **more)


def state(workspace, value, **more):
    return look(workspace, Q, **more).state[names(workspace)[value]]


def test_it_works(workspace):
    found = look(workspace, Q)
    assert {item.left: item.right for item in found.items.values()} == {
        "1001": "XA01",
        "1002": "XN01",
        "1003": "",
    }
    assert set(found.state.values()) == {State.OPEN}  # the surest too
    say(workspace, "1001", "accept")
    say(workspace, "1002", "none", reason="停用")
    found = say(workspace, "1003", "accept", code="XZ09")
    assert set(found.state.values()) == {State.SETTLED}
    codes = {found.items[name].left: code for name, code in found.code.items()}
    assert codes == {"1001": "XA01", "1003": "XZ09"}


def test_it_is_named_by_what_it_holds():
    assert queue_of("yp", Sort.DRUGS) == queue_of("herbs", Sort.DRUGS) == "drug_codes"
    assert queue_of("icd", Sort.DIAGNOSES) == "diagnosis_codes"
    assert queue_of("service", Sort.NAMES) == queue_of("service_codes", Sort.NAMES)
    assert queue_of("service", Sort.NAMES) == "service_codes"
    assert len(queue_of("x" * 63, Sort.NAMES)) <= 63


def test_a_term_without_a_candidate_waits_too(workspace):
    (item,) = [item for item in look(workspace, Q).items.values() if item.left == "1003"]
    assert (item.candidates, item.class_) == ((), Class.REVIEW)
    with pytest.raises(WrongUse) as refused:
        say(workspace, "1003", "accept")
    assert refused.value.code == "migration.review_no_candidate"


def test_several_candidates_are_told_the_likeliest_first(workspace):
    (item,) = [item for item in look(workspace, Q).items.values() if item.left == "1001"]
    assert [one.term.value for one in item.candidates[:2]] == ["XA01", "XA02"]
    assert item.candidates[0].confidence > item.candidates[1].confidence
    assert item.candidates[0].reasons
    found = say(workspace, "1001", "accept", code="XA02")
    assert found.code[item.id] == "XA02"


def test_a_code_that_the_target_does_not_know(workspace):
    with pytest.raises(WrongUse) as refused:
        say(workspace, "1001", "accept", code="QQ")
    assert refused.value.code == "migration.review_code_unknown"
    assert state(workspace, "1001") is State.OPEN


@pytest.mark.parametrize("act", ["link", "merge", "different"])
def test_what_is_said_of_pairs_only(workspace, act):
    with pytest.raises(WrongUse) as refused:
        say(workspace, "1001", act)
    assert refused.value.code == "migration.review_act_unfit"


def test_found_again_it_keeps_its_decisions(workspace):
    say(workspace, "1001", "accept")
    say(workspace, "1003", "none")
    assert offer(workspace) == 3
    assert state(workspace, "1001") is state(workspace, "1003") is State.SETTLED
    assert state(workspace, "1002") is State.OPEN


def test_an_offer_touches_no_other_list_of_the_queue(workspace):
    say(workspace, "1001", "accept")
    offer(workspace, dictionary="to_insurance")
    found = look(workspace, Q)
    assert len(found.items) == 6
    assert [one.dictionary for one in lists_of(workspace, Q)] == ["drug", "to_insurance"]
    assert found.count(State.SETTLED) == 1  # the same drug in another dictionary is another item


@pytest.mark.parametrize("column", ["name", "spec", "maker"])
def test_a_drug_that_is_called_otherwise_is_open_again(workspace, column):
    say(workspace, "1001", "accept")
    workspace.db.execute(f"UPDATE old.yp SET {column} = {column} || '2' WHERE code = '1001'")
    settle(workspace, Q)
    assert state(workspace, "1001") is State.OPEN


def test_what_was_decided_of_a_drug_holds_again_when_it_is_itself_again(workspace):
    say(workspace, "1001", "accept")
    for spec, expected in (("0.5g*24粒/盒", "XA02"), ("0.25g*24粒/盒", "XA01")):
        workspace.db.execute(f"UPDATE old.yp SET spec = '{spec}' WHERE code = '1001'")
        settle(workspace, Q)
        (item,) = [item for item in look(workspace, Q).items.values() if item.left == "1001"]
        assert item.right == expected  # weighed anew
    assert state(workspace, "1001") is State.SETTLED


def test_a_stray_blank_makes_no_other_drug_of_it(workspace):
    say(workspace, "1001", "accept")
    workspace.db.execute("UPDATE old.yp SET name = ' ' || name, spec = '０.25g * 24粒/盒'")
    settle(workspace, Q)
    assert state(workspace, "1001") is State.SETTLED


def test_a_drug_that_is_new_waits_with_its_candidates(workspace):
    for value in ("1001", "1002", "1003"):
        say(workspace, value, "none")
    workspace.db.execute(
        "INSERT INTO old.yp VALUES (4, '1004', '氯化钠注射液', '0.9%100ml', '大冢', '瓶')"
    )
    settle(workspace, Q)
    (waiting,) = look(workspace, Q).unsettled
    assert (waiting.left, waiting.right, waiting.left_ordinal) == ("1004", "XN01", 4)


def test_a_drug_that_is_gone_goes(workspace):
    say(workspace, "1001", "accept")
    workspace.db.execute("DELETE FROM old.yp WHERE code = '1001'")
    workspace.db.execute("UPDATE old.yp SET _ordinal = _ordinal - 1")
    settle(workspace, Q)
    found = look(workspace, Q)
    assert {item.left: item.left_ordinal for item in found.items.values()} == {
        "1002": 1,
        "1003": 2,
    }


def test_two_people(workspace):
    two = {"two_person": True}
    assert say(workspace, "1001", "accept", **two).count(State.AWAITING) == 1
    other = say(workspace, "1001", "accept", who="李", code="XA02", **two)
    assert other.count(State.DISPUTED) == 1  # both accept, but not the same code
    found = say(workspace, "1001", "accept", who="李", **two)
    assert (found.count(State.SETTLED), found.rated_twice, found.kappa) == (1, 1, 1.0)


def test_taken_back(workspace):
    say(workspace, "1001", "accept")
    item, found = undo(workspace, Q, who="王")
    assert (item.left, found.count(State.OPEN)) == ("1001", 3)


def test_rows_of_a_drug_that_waits_are_held_where_a_feed_asks(workspace):
    """Every row that holds the value, not only the first."""
    workspace.db.execute(
        "INSERT INTO old.yp SELECT 4, code, name, spec, maker, unit FROM old.yp WHERE code = '1003'"
    )
    say(workspace, "1001", "accept")
    say(workspace, "1002", "accept")
    held = workspace.db.execute(reviewed(workspace, Q, "old").held).fetchall()
    assert sorted(held) == [("yp", 3), ("yp", 4)]
    assert queues_of(workspace, "old", "yp") == ()  # no pair of rows waits: a load need not ask


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("阿莫西林", ["XA01", "XA02"]),
        ("阿莫西林 0.5g", ["XA02"]),
        ("XN", ["XN01"]),
        ("大冢", ["XN01"]),
        ("青霉素", []),
        (" ", []),
        ("_", []),
    ],
)
def test_looking_for_a_code(workspace, words, codes):
    assert [line.value for line in search(workspace, Q, "drug", words, 9)] == codes


def test_what_the_target_says_of_a_code(workspace):
    assert listed(workspace, Q, "drug", "XA01").specification == "250mg×24粒"
    assert listed(workspace, Q, "drug", "QQ") is None


def test_the_evidence(workspace):
    outcome = review(workspace, Q, asked=["drug"], progress=Silent())
    figures = {one.name: one.value for one in outcome.figures}
    assert outcome.verdict is Verdict.WARN
    assert (figures["open"], figures["items"], figures["without_candidate"]) == (3, 3, 1)
    for value in ("1001", "1002"):
        say(workspace, value, "accept")
    say(workspace, "1003", "none")
    outcome = review(workspace, Q, asked=["drug"], progress=Silent())
    figures = {one.name: one.value for one in outcome.figures}
    assert outcome.verdict is Verdict.PASS
    assert (figures["open"], figures["coded"], figures["without_code"]) == (0, 2, 1)
    assert "linked" not in figures


def test_another_code_is_other_evidence(workspace):
    def digest():
        return review(workspace, Q, progress=Silent()).inputs[-1].digest

    say(workspace, "1001", "accept")
    before = digest()
    say(workspace, "1001", "accept", code="XA02")
    assert digest() != before


def test_a_dictionary_that_was_never_offered_fails(workspace):
    """Else the gate would open over drugs that nobody has looked at."""
    for value in ("1001", "1002", "1003"):
        say(workspace, value, "none")
    outcome = review(workspace, Q, asked=["drug", "herbs"], progress=Silent())
    assert outcome.verdict is Verdict.FAIL
    (finding,) = outcome.findings
    assert (finding.code, finding.params["dictionary"]) == ("migration.review_not_offered", "herbs")


def test_an_empty_list_fails():
    with Workspace.in_memory() as workspace:
        stage_drugs(workspace)
        offer_codes(workspace, Q, LIST, [], [], [])
        outcome = review(workspace, Q, asked=["drug"], progress=Silent())
    assert outcome.verdict is Verdict.FAIL
    assert [finding.code for finding in outcome.findings] == ["migration.review_empty"]


def test_which_dictionaries_a_queue_is_asked_about(workspace):
    rules = tuple(
        DictionaryRule(id=name, source=source, target=TARGET_LIST)
        for name, source in (
            ("drug", LIST.terms),
            ("herbs", LIST.terms),
            ("sex", None),
            ("elsewhere", Terms(table="nowhere", value="x")),
        )
    )
    book = Book(
        mappings=(
            Mapping(
                format=1,
                domain="drugs",
                title=Title(zh="药品", en="Drugs"),
                owner="pharmacy",
                source="old",
                target="new",
                dictionaries=rules,
            ),
        )
    )
    assert asked(workspace, book, Q) == ("drug", "herbs")
    assert asked(workspace, book, "sex_codes") == ()


def test_diagnoses_between_two_editions():
    """The same mechanism: names within the family of the code, decided by a person."""
    with Workspace.in_memory() as workspace:
        from migration.test_suggest import seen

        old = seen(workspace, "old", "dise", ICD=["I10.x00", "A00.051"], name=["高血压病", "霍乱"])
        new = seen(
            workspace,
            "nhsa",
            "diagnosis",
            diagnosis_code=["I10.x00x002", "A00.900"],
            diagnosis_name=["高血压病", "未特指的霍乱"],
        )
        found = suggest_terms(old, new, progress=Silent())
        assert found.sort is Sort.DIAGNOSES
        queue = queue_of("icd", found.sort)
        code_list = CodeList(dictionary="icd", system="old", terms=found.source, sort=found.sort)
        target = [one.listed for one in found.known]
        offer_codes(workspace, queue, code_list, found.terms, found.matches, target)
        item = next(i for i in look(workspace, queue).items.values() if i.left == "I10.x00")
        after = decide(workspace, queue, item.id, Act.ACCEPT, who="病案室 赵")
    assert after.code[item.id] == "I10.x00x002"


def test_terms_keep_their_rows(workspace):
    found = suggest_terms(
        *(Seen(workspace.catalogue(name), workspace) for name in ("old", "new")),
        (LIST.terms, TARGET_LIST),
        progress=Silent(),
    )
    assert [one.ordinal for one in found.terms] == [1, 2, 3]
    assert [one.value for one in found.unmatched] == ["1003"]
    assert found.terms[0].listed == term("1001")
