"""Saying something at a gate: what is kept, and what nobody may say."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from luodi.evidence.canonical import digest_bytes
from luodi.evidence.catalogue import LANGUAGES, Lang, lookup
from luodi.evidence.chain import Keep
from luodi.evidence.errors import WrongUse
from luodi.evidence.gate.answer import Shelf
from luodi.evidence.gate.check import check
from luodi.evidence.gate.sign import Voice, parse_condition, sign
from luodi.evidence.json_lines import JsonLinesLedger
from luodi.evidence.model import (
    Artefact,
    Choice,
    Condition,
    ContentInput,
    EvidenceInput,
    Figure,
    HeadMark,
    Kind,
    Side,
    Verdict,
)
from luodi.evidence.outcome import Author
from luodi.evidence.verify import verify

Make = Callable[..., Any]
SCAN = digest_bytes(b"signed paper")
CONDITION = Condition(text="补标签")


def test_it_works(desk: Any, gate: Make, proof: Make) -> None:
    one = gate({"id": "a"}, {"id": "b", "subject": "x:y"})
    proven = desk.add(proof())
    record = desk.say(one, "finance", "agree", "账已平", name="赵会计")
    decision = record.decision
    assert (record.kind, record.subject, record.verb) == (Kind.DECISION, "gate:review", "sign")
    assert record.verdict is Verdict.PASS
    assert (decision.gate, decision.seat, decision.choice) == ("review", "finance", Choice.AGREE)
    assert (decision.name, decision.reason) == ("赵会计", "账已平")
    assert decision.definition == one.definition()
    assert decision.states == {"a": "pass", "b": "untested"}
    assert record.figures == (
        Figure(name="criteria", value=2, unit="criterion"),
        Figure(name="blocking", value=1, unit="criterion"),
    )
    content, built_on = record.inputs
    assert content == ContentInput(name="gates.toml#review", digest=one.definition())
    assert isinstance(built_on, EvidenceInput)
    assert built_on.id == proven.id
    (vendor,) = desk.verification.chains[1:]
    assert built_on.digest == vendor.walk.digest_at(proven.seq)


@pytest.mark.parametrize(
    ("seat", "choice", "more", "verb", "verdict"),
    [
        ("finance", "agree", {}, "sign", Verdict.PASS),
        ("finance", "agree_if", {"conditions": (CONDITION,)}, "sign", Verdict.WARN),
        ("finance", "disagree", {"reason": "差 3 元"}, "sign", Verdict.FAIL),
        ("hospital_leader", "adopt", {}, "adopt", Verdict.PASS),
        ("hospital_leader", "go", {}, "decide", Verdict.PASS),
        ("hospital_leader", "no_go", {"reason": "台风"}, "decide", Verdict.FAIL),
    ],
)
def test_the_verb_tells_a_decision_from_an_opinion(
    desk: Any,
    gate: Make,
    proof: Make,
    seat: str,
    choice: str,
    more: dict[str, Any],
    verb: str,
    verdict: Verdict,
) -> None:
    desk.add(proof())
    desk.agree(gate())
    record = desk.say(gate(), seat, choice, **more)
    assert (record.verb, record.verdict) == (verb, verdict)


def test_waiving_and_closing_have_verbs_of_their_own(desk: Any, gate: Make) -> None:
    record = desk.say(gate(), "hospital_leader", "waive", "用不到", target="data.rows")
    assert (record.verb, record.verdict, record.decision.target) == (
        "waive",
        Verdict.WARN,
        "data.rows",
    )
    condition = desk.say(gate(), "finance", "agree_if", conditions=(CONDITION,))
    record = desk.say(gate(), "finance", "close", "已补", target=f"{condition.id}#1")
    assert (record.verb, record.verdict) == ("close", Verdict.PASS)


def test_a_paper_goes_with_the_word(desk: Any, gate: Make) -> None:
    record = desk.say(gate(), "finance", "agree", writer="vendor", scan=SCAN)
    assert record.writer == "vendor"
    assert record.artefacts == (Artefact(name="scan", digest=SCAN),)


def test_it_countersigns_the_heads_of_all_other_chains(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    last = desk.add(proof())
    desk.add(proof(), "supervisor")
    desk.add(proof(), "stranger")
    desk.broken.add("stranger")
    desk.say(gate(), "finance", "agree")
    first = desk.chains["hospital"][-1]
    marks = {mark.writer: mark.seq for mark in first.heads}
    assert marks == {"vendor": 2, "supervisor": 1}
    vendor = next(chain for chain in desk.verification.chains if chain.writer == "vendor")
    assert HeadMark(writer="vendor", seq=2, digest=vendor.walk.digest_at(last.seq)) in first.heads
    desk.say(gate(), "finance", "agree")
    assert "hospital" not in {mark.writer for mark in desk.chains["hospital"][-1].heads}


@pytest.mark.usefixtures("swift")
def test_a_signature_keeps_a_chain_from_being_rolled_back(
    tmp_path: Path, vendor: Any, hospital: Any, gate: Make, proof: Make
) -> None:
    """On disk, with real keys: what the hospital signed cannot be taken back by the vendor."""
    folder, one = tmp_path / "evidence", gate()
    sides = {vendor.writer: Side.VENDOR, hospital.writer: Side.HOSPITAL}
    JsonLinesLedger(folder, "p", vendor).append([proof(4)])
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    JsonLinesLedger(folder, "p", vendor).append([proof()])

    def look() -> Any:
        return verify(JsonLinesLedger(folder, "p"), trusted=sides, keep=Keep.ALL).result

    def report(found: Any) -> Any:
        return check(one, found, Shelf(found, ()), sides, proof().finished)

    seen = look()
    voice = Voice("hospital_leader", "院长", Choice.ADOPT)
    outcome = sign(report(seen), voice, seen, hospital.writer, hospital.side)
    author = Author("院长", one.environment)
    draft = outcome.draft(author, report(seen).asked_at)
    JsonLinesLedger(folder, "p", hospital).append([draft])
    assert [reason.code for reason in report(look()).closed] == []

    for name, data in before.items():
        (folder / name).write_bytes(data)
    codes = [finding.code for finding in look().findings]
    assert codes == ["evidence.verify_rolled_back"]
    assert report(look()).answer.value == "no_go"


# --- what is refused ------------------------------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "unknown seat": ({"seat": "mayor"}, "sign_no_seat", ["mayor", "finance"]),
    "another side's key": (
        {"own": Side.VENDOR},
        "sign_other_side",
        ["finance", "hospital", "vendor"],
    ),
    "go by another seat": ({"choice": "go"}, "sign_decider_only", ["hospital_leader", "go"]),
    "no-go by another seat": (
        {"choice": "no_go", "reason": "x"},
        "sign_decider_only",
        ["hospital_leader"],
    ),
    "adopted by another seat": ({"choice": "adopt"}, "sign_decider_only", ["hospital_leader"]),
    "waived by another seat": (
        {"choice": "waive", "target": "soft", "reason": "x"},
        "sign_decider_only",
        ["hospital_leader"],
    ),
    "disagreeing without a reason": ({"choice": "disagree"}, "sign_needs_reason", ["disagree"]),
    "a reason of blanks": (
        {"choice": "disagree", "reason": "  "},
        "sign_needs_reason",
        ["disagree"],
    ),
    "no-go without a reason": (
        {"seat": "hospital_leader", "choice": "no_go"},
        "sign_needs_reason",
        ["no_go"],
    ),
    "waiving without a reason": (
        {"seat": "hospital_leader", "choice": "waive", "target": "soft"},
        "sign_needs_reason",
        ["waive"],
    ),
    "closing without a reason": (
        {"choice": "close", "target": "hospital:1#1"},
        "sign_needs_reason",
        ["close"],
    ),
    "conditional without a condition": (
        {"choice": "agree_if", "reason": "x"},
        "sign_conditions",
        ["agree_if"],
    ),
    "conditions without agree_if": (
        {"conditions": (CONDITION,)},
        "sign_conditions",
        ["agree"],
    ),
    "disagreeing by a condition": (
        {"choice": "disagree", "conditions": (CONDITION,)},
        "sign_conditions",
        ["disagree"],
    ),
    "nobody": ({"name": " "}, "sign_needs_name", ["agree"]),
    "waiving what is not asked": (
        {"seat": "hospital_leader", "choice": "waive", "target": "nothing", "reason": "x"},
        "sign_no_criterion",
        ["review", "nothing"],
    ),
    "waiving a hard stop": (
        {"seat": "hospital_leader", "choice": "waive", "target": "hard", "reason": "x"},
        "sign_hard_stop",
        ["hard"],
    ),
    "waiving what passes": (
        {"seat": "hospital_leader", "choice": "waive", "target": "fine", "reason": "x"},
        "sign_nothing_to_waive",
        ["fine", "review"],
    ),
    "closing what is not open": (
        {"choice": "close", "target": "hospital:9#1", "reason": "x"},
        "sign_no_condition",
        ["hospital:9#1", "hospital:1#1"],
    ),
    "closing another's condition": (
        {"seat": "nursing", "choice": "close", "target": "hospital:1#1", "reason": "x"},
        "sign_not_yours",
        ["hospital:1#1", "finance"],
    ),
    "closing twice": (
        {"choice": "close", "target": "hospital:1#2", "reason": "x"},
        "sign_no_condition",
        ["hospital:1#2", "hospital:1#1"],
    ),
    "a target that means nothing": (
        {"target": "soft"},
        "sign_no_target",
        ["agree", "soft"],
    ),
    "a go against the evidence": (
        {"seat": "hospital_leader", "choice": "go"},
        "sign_not_ready",
        ["review"],
    ),
}

SEATS = [
    {"id": "finance", "side": "hospital"},
    {"id": "nursing", "side": "hospital"},
    {"id": "hospital_leader", "side": "hospital"},
]


def spoken(word: str, lang: Lang) -> str:
    """A word of the model as the reader says it; anything else as it stands."""
    entries = (lookup(f"evidence.word_{group}_{word}") for group in ("choice", "side"))
    return next((entry.text[lang] for entry in entries if entry), word)


@pytest.mark.parametrize(("changes", "code", "named"), REFUSED.values(), ids=REFUSED.keys())
def test_it_refuses(
    desk: Any, gate: Make, proof: Make, changes: dict[str, Any], code: str, named: list[str]
) -> None:
    one = gate(
        {"id": "fine"},
        {"id": "soft", "subject": "x:y"},
        {"id": "hard", "subject": "x:y", "hard_stop": True},
        gate={"seat": SEATS},
    )
    desk.say(one, "finance", "agree_if", conditions=(CONDITION, CONDITION))
    desk.say(one, "finance", "close", "已补", target="hospital:1#2")
    desk.add(proof())
    said = {"seat": "finance", "name": "赵会计", "choice": "agree"} | changes
    own = said.pop("own", Side.HOSPITAL)
    voice = Voice(**said | {"choice": Choice(said["choice"])})
    with pytest.raises(WrongUse) as caught:
        sign(desk.check(one), voice, desk.verification, "hospital", own)
    error = caught.value
    assert error.code == f"evidence.{code}"
    for lang in LANGUAGES:
        text = error.text(lang)
        assert [word for word in named if spoken(word, lang) not in text] == []
        assert "{" not in text + error.next_step(lang)


@pytest.mark.parametrize("missing", ["evidence", "adoption", "a seat", "a fresh signature"])
def test_a_go_follows_from_everything(desk: Any, gate: Make, proof: Make, missing: str) -> None:
    one = gate()
    if missing == "a fresh signature":
        desk.add(proof())
        desk.say(gate(max_age="9d"), "finance", "agree")
    if missing != "evidence":
        desk.add(proof())
    if missing != "adoption":
        desk.say(one, "hospital_leader", "adopt")
    if missing not in ("a seat", "a fresh signature"):
        desk.say(one, "finance", "agree")
    desk.say(one, "project_manager", "agree")
    with pytest.raises(WrongUse) as caught:
        desk.say(one, "hospital_leader", "go")
    assert caught.value.code == "evidence.sign_not_ready"


def test_a_go_does_not_overrule_a_veto(desk: Any, gate: Make, proof: Make) -> None:
    desk.add(proof())
    desk.agree(gate())
    desk.say(gate(), "hospital_leader", "no_go", "台风")
    desk.say(gate(), "finance", "disagree", "预交金差 3 元")
    with pytest.raises(WrongUse, match="Neither evidence nor signatures"):
        desk.say(gate(), "hospital_leader", "go")


# --- a condition as it is typed -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("补标签", Condition(text="补标签")),
        (" 补标签 | 药剂科 李主任 ", Condition(text="补标签", owner="药剂科 李主任")),
        (
            "补标签|药剂科|2027-03-12",
            Condition(text="补标签", owner="药剂科", due=date(2027, 3, 12)),
        ),
        ("补标签||2027-03-12", Condition(text="补标签", due=date(2027, 3, 12))),
    ],
)
def test_a_condition_is_typed(text: str, condition: Condition) -> None:
    assert parse_condition(text) == condition


@pytest.mark.parametrize("text", ["", " |x", "a|b|明天", "a|b|2027-02-30", "a|b|2027-03-12|d"])
def test_a_condition_that_does_not_read_is_refused(text: str) -> None:
    with pytest.raises(WrongUse) as caught:
        parse_condition(text)
    error = caught.value
    assert error.code == "evidence.condition_malformed"
    assert all(text in error.text(lang) and error.next_step(lang) for lang in LANGUAGES)
