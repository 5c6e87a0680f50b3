"""What a gate says to people and to programs."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from luodi.evidence.catalogue import LANGUAGES, Lang, messages, placeholders
from luodi.evidence.freshness import Present, Standing
from luodi.evidence.gate import answer, check, signatures
from luodi.evidence.gate.answer import Reason, State
from luodi.evidence.gate.check import Answer
from luodi.evidence.gate.explain import (
    account,
    explain,
    found,
    owners,
    required,
    span,
    word,
)
from luodi.evidence.gate.signatures import ConditionState
from luodi.evidence.model import (
    Choice,
    Condition,
    ContentInput,
    Environment,
    Figure,
    Kind,
    Side,
    SnapshotInput,
    Status,
    Verdict,
)

Make = Callable[..., Any]

DEPOSITS = {
    "id": "data.deposits",
    "title": {"zh": "预交金对平", "en": "Deposits balanced"},
    "subject": "balance:deposits",
    "require": [{"figure": "difference", "op": "==", "value": 0, "unit": "CNY"}],
}


@pytest.fixture
def told(desk: Any, gate: Make, proof: Make) -> Any:
    """A gate at which something of everything has happened."""
    one = gate({"max_age": "36h", "owner": {"hospital": "finance"}}, DEPOSITS)
    desk.add(proof())
    desk.say(one, "hospital_leader", "waive", "明早再对", target="data.deposits")
    desk.agree(one)
    desk.say(one, "finance", "agree_if", conditions=(Condition(text="补标签", owner="药剂科"),))
    desk.say(one, "hospital_leader", "go")
    return desk.check(one)


def test_it_works(told: Any) -> None:
    assert [explain(reason, told, "zh") for reason in told.reasons] == [
        "未关闭的条件：补标签。",
        "已豁免：预交金对平。",
    ]
    assert [explain(reason, told, "en") for reason in told.reasons] == [
        "Open conditions: 补标签.",
        "Waived: Deposits balanced.",
    ]
    rows, deposits = told.criteria
    assert required(rows, "zh") == "没有去向 = 0 行；36 小时以内"
    assert required(rows, "en") == "unaccounted for = 0 rows; within 36 h"
    assert found(rows, "zh") == "没有去向 0 行"
    assert found(deposits, "zh") == ""
    assert owners(rows, "zh") == "财务科"
    assert owners(rows, "en") == "Finance"


# --- the account ----------------------------------------------------------------------------------

KEYS = {
    "gate": "",
    "title": "",
    "question": "",
    "environment": "",
    "answer": "",
    "asked_at": "",
    "definition": "",
    "reasons": ["code", "params", "text"],
    "criteria": [
        "id",
        "group",
        "title",
        "state",
        "hard_stop",
        "required",
        "found",
        "age_seconds",
        "evidence",
        "reasons",
        "owner",
        "why",
        "remedy",
    ],
    "signatures": [
        "seat",
        "title",
        "side",
        "veto",
        "optional",
        "choice",
        "name",
        "reason",
        "evidence",
        "scan",
        "counts",
        "reasons",
    ],
    "decision": "",
    "conditions": [
        "id",
        "gate",
        "seat",
        "text",
        "owner",
        "due",
        "state",
        "closed_by",
        "closed_because",
    ],
    "ignored": "",
    "waivers": ["criterion", "evidence", "reason"],
}
"""Programs read these: a key is never renamed, only added."""


def test_the_keys_of_the_account_are_stable(told: Any) -> None:
    said: dict[str, Any] = account(told, "zh")
    assert list(said) == list(KEYS)
    for key, inside in KEYS.items():
        if inside:
            assert {tuple(item) for item in said[key]} == {tuple(inside)}, key
    assert list(said["decision"]) == KEYS["signatures"]
    assert list(said["criteria"][0]["owner"]) == ["vendor", "hospital"]
    assert said["criteria"][0]["reasons"] == []
    assert list(said["criteria"][1]["reasons"][0]) == KEYS["reasons"]


def test_the_account_is_for_programs(told: Any) -> None:
    said: dict[str, Any] = account(told, "en")
    plain = msgspec.json.decode(msgspec.json.encode(said))
    assert plain["answer"] == "go_if"
    assert [item["state"] for item in plain["criteria"]] == ["pass", "waived"]
    assert plain["criteria"][0]["age_seconds"] >= 0
    assert plain["criteria"][1]["age_seconds"] is None
    assert plain["decision"]["choice"] == "go"
    assert [item["choice"] for item in plain["signatures"]] == ["agree", "agree_if", None, None]
    assert [item["veto"] for item in plain["signatures"]] == [False, True, False, True]
    assert [item["optional"] for item in plain["signatures"]] == [False, False, True, False]
    assert plain["conditions"][0]["text"] == "补标签"
    assert plain["conditions"][0]["due"] is None


def test_only_the_sentences_differ_between_languages(told: Any) -> None:
    def bare(value: Any) -> Any:
        words = ("text", "title", "question", "required", "found", "why", "remedy")
        if isinstance(value, dict):
            return {
                k: bare(v)
                for k, v in value.items()
                if k not in words or (k == "text" and "due" in value)
            }
        return [bare(item) for item in value] if isinstance(value, list) else value

    assert bare(account(told, "zh")) == bare(account(told, "en"))


def test_a_gate_nobody_has_touched_is_accounted_for(desk: Any, gate: Make) -> None:
    said: dict[str, Any] = account(desk.check(gate()), "zh")
    assert said["decision"]["choice"] is None
    assert (said["conditions"], said["waivers"]) == ([], [])
    assert said["criteria"][0]["evidence"] == []


# --- every reason, in both languages --------------------------------------------------------------

CONTENT = ContentInput(name="mapping/patients.toml", digest="a" * 64)
SNAPSHOT = SnapshotInput(name="source:his", schema="s", watermark=100, unit="row")

SAID: dict[str, tuple[dict[str, Any], dict[str, Any], Present | None, str, str]] = {
    # what differs in the evidence, in the criterion, what an input is now: the sentences
    "verdict": (
        {"verdict": Verdict.FAIL},
        {},
        None,
        "migration:patients：结论是未过。",
        "migration:patients: the verdict is fail.",
    ),
    "status": (
        {"status": Status.CANCELLED},
        {},
        None,
        "migration:patients：最近一次被取消。",
        "migration:patients: the last run was cancelled.",
    ),
    "figure": (
        {"figures": (Figure(name="unaccounted", value=1234, unit="row"),)},
        {},
        None,
        "migration:patients：没有去向 1,234 行，要求 = 0 行。",
        "migration:patients: unaccounted for 1,234 rows, required = 0 rows.",
    ),
    "cents": (
        {"figures": (Figure(name="difference", value=Decimal("0.004"), unit="CNY"),)},
        {
            "require": [
                {"figure": "difference", "op": "<", "value": Decimal("0.001"), "unit": "CNY"}
            ]
        },
        None,
        "migration:patients：差额 0.004 元，要求 < 0.001 元。",
        "migration:patients: difference 0.004 CNY, required < 0.001 CNY.",
    ),
    "between": (
        {"figures": (Figure(name="duration", value=300, unit="minute"),)},
        {
            "require": [
                {"figure": "duration", "op": "between", "value": [30, 120], "unit": "minute"}
            ]
        },
        None,
        "migration:patients：历时 300 分钟，要求 30–120 分钟。",
        "migration:patients: duration 300 min, required 30–120 min.",
    ),
    "unit": (
        {"figures": (Figure(name="unaccounted", value=0, unit="piece"),)},
        {},
        None,
        "migration:patients：指标 没有去向 的单位是 项，要求 行。",
        "migration:patients: unaccounted for is measured in piece, rows is required.",
    ),
    "no unit": (
        {"figures": (Figure(name="unaccounted", value=0),)},
        {},
        None,
        "migration:patients：指标 没有去向 的单位是 无，要求 行。",
        "migration:patients: unaccounted for is measured in none, rows is required.",
    ),
    "no figure": (
        {"figures": ()},
        {},
        None,
        "migration:patients：证据里没有指标 没有去向。",
        "migration:patients: the evidence has no figure unaccounted for.",
    ),
    "environment": (
        {"environment": Environment.SANDBOX},
        {},
        None,
        "migration:patients：只有沙箱环境的证据，这里至少要彩排环境的。",
        "migration:patients: there is only evidence from sandbox; "
        "rehearsal or more real is required.",
    ),
    "untested": (
        {"subject": "x:y"},
        {},
        None,
        "台账里还没有证据：reconcile migration:patients。",
        "The ledger has no evidence of it yet: reconcile migration:patients.",
    ),
    "expired": (
        {},
        {"max_age": "6h"},
        None,
        "migration:patients：证据已过期，距今7 小时。",
        "migration:patients: the evidence has expired; its age is 7 h.",
    ),
    "changed": (
        {"inputs": (CONTENT,)},
        {},
        Present(gone=True),
        "migration:patients：做证据之后 mapping/patients.toml 改过，需要重跑。",
        "migration:patients: mapping/patients.toml has changed since; run it again.",
    ),
    "cannot tell": (
        {"inputs": (CONTENT,)},
        {},
        None,
        "migration:patients：无法得知 mapping/patients.toml 是否变过。",
        "migration:patients: nobody can tell whether mapping/patients.toml has changed.",
    ),
    "drifted": (
        {"inputs": (SNAPSHOT,)},
        {},
        Present(schema="s", watermark=1300),
        "migration:patients：source:his 之后又增长了 1,200 行。",
        "migration:patients: source:his has grown by 1,200 rows since.",
    ),
}


@pytest.mark.parametrize(
    ("changes", "asked", "present", "zh", "en"), SAID.values(), ids=SAID.keys()
)
def test_a_criterion_explains_itself(
    desk: Any,
    gate: Make,
    proof: Make,
    changes: Any,
    asked: Any,
    present: Present | None,
    zh: str,
    en: str,
) -> None:
    desk.resolvers = (lambda _: present,)
    record = desk.add(proof(**changes))
    report = desk.check(gate(**asked), record.finished + timedelta(hours=7))
    reason = report.criteria[0].reasons[0]
    assert (explain(reason, report, "zh"), explain(reason, report, "en")) == (zh, en)


PARAMS: dict[str, Any] = {
    "seat": "finance",
    "seats": ("finance", "hospital_leader"),
    "criteria": ("data.rows",),
    "conditions": ("补标签",),
    "side": "hospital",
    "status": "failed",
    "verdict": "unknown",
    "environment": "rehearsal",
    "environments": ("sandbox", "test"),
    "figure": "unaccounted",
    "found": 3,
    "required": 0,
    "drift": 5,
    "age": 90000,
    "count": 1,
    "reason": "预交金差 3 元",
    "writer": "w0123",
    "subject": "migration:x",
    "asked": "migration:x",
    "input": "source:x",
    "id": "w0123:4",
}
FITTING: dict[str, dict[str, Any]] = {
    "reason_figure": {"op": "==", "unit": "row"},
    "reason_unit": {"found": "piece", "required": "row"},
    "reason_input_drifted": {"unit": "row"},
}
GROUPS = ("reason_", "gate_chain", "gate_ledger", "gate_hard", "gate_unmet", "gate_not_adopted")
GROUPS += ("gate_changed", "gate_veto", "gate_decided", "gate_awaits", "gate_conditions")
GROUPS += ("gate_waived", "gate_against", "signature_")
REASONS = sorted(name for name in messages("evidence") if name.startswith(GROUPS))
IDS = re.compile(r"migration:x|source:x|w0123(?::4)?")


@pytest.mark.parametrize("name", REASONS)
def test_every_reason_is_said_whole_in_the_readers_language(
    desk: Any, gate: Make, name: str
) -> None:
    named = placeholders(messages("evidence")[name].text.values())
    params = {key: PARAMS[key] for key in named} | FITTING.get(name, {})
    report = desk.check(gate())
    zh, en = (explain(Reason(f"evidence.{name}", params), report, lang) for lang in LANGUAGES)
    assert not re.search(r"[{}]", zh + en)
    assert not re.search("[A-Za-z]", IDS.sub("", zh)), zh
    assert not re.search("[一-鿿]", en.replace("预交金差 3 元", "").replace("补标签", "")), en


def test_every_reason_is_among_them() -> None:
    """What the code can say is what the test above has heard."""
    said = {f"reason_input_{item.value}" for item in Standing} - {"reason_input_same"}
    for module in (answer, check, signatures):
        source = Path(module.__file__).read_text(encoding="utf-8")
        said |= set(re.findall(r'Reason\(\s*"evidence\.(\w+)"', source))
        said |= set(re.findall(r'"evidence\.(reason_(?!input_)\w+)"', source))
    assert sorted(said) == REASONS


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_the_model_is_said(lang: Lang) -> None:
    groups = {
        "verdict": Verdict,
        "environment": Environment,
        "side": Side,
        "status": Status,
        "kind": Kind,
        "state": State,
        "answer": Answer,
        "choice": Choice,
        "condition": ConditionState,
    }
    for group, words in groups.items():
        for item in words:
            assert "evidence." not in word(group, item.value, lang)


# --- the small things -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "zh"),
    [
        (timedelta(seconds=59), "刚刚"),
        (timedelta(), "刚刚"),
        (timedelta(minutes=1), "1 分钟"),
        (timedelta(minutes=90), "90 分钟"),
        (timedelta(hours=24), "1 天"),
        (timedelta(hours=36), "36 小时"),
        (timedelta(days=14), "14 天"),
        (timedelta(days=2, hours=5, seconds=7), "2 天"),
        (timedelta(hours=5, minutes=59, seconds=7), "5 小时"),
    ],
)
def test_a_length_of_time_is_not_rounded_to_another_limit(time: timedelta, zh: str) -> None:
    assert span(time, "zh") == zh


def test_a_long_list_is_counted_out(desk: Any, gate: Make) -> None:
    many = [{"id": f"c{number}", "title": f"第{number}项", "subject": "x:y"} for number in range(9)]
    six, nine = desk.check(gate(*many[:6])), desk.check(gate(*many))
    assert explain(six.closed[0], six, "zh").endswith("第0项、第1项、第2项、第3项、第4项、第5项。")
    assert explain(nine.closed[0], nine, "zh").endswith("第3项、第4项、另有 4 项。")
    assert explain(nine.closed[0], nine, "en").endswith("第3项, 第4项, 4 more.")


def test_what_fails_comes_first(desk: Any, gate: Make, proof: Make) -> None:
    asked = gate(subject="migration:*", at_least=3, max_age="7d")
    for number, unaccounted in enumerate((0, 0, 7, 8, 9)):
        desk.add(proof(unaccounted, subject=f"migration:{number}"))
    (item,) = desk.check(asked).criteria
    assert found(item, "zh") == "没有去向 7 行, 没有去向 8 行 … +2"
    assert required(item, "zh") == "没有去向 = 0 行；至少 3 个；7 天以内"
    assert required(item, "en") == "unaccounted for = 0 rows; at least 3; within 7 d"


def test_without_figures_the_verdict_is_what_is_asked_and_found(
    desk: Any, gate: Make, proof: Make
) -> None:
    desk.add(proof(verdict=Verdict.WARN))
    (item,) = desk.check(gate(require=[], verdicts=["pass", "warn"])).criteria
    assert (required(item, "zh"), found(item, "zh")) == ("通过/警告", "警告")
    assert (required(item, "en"), found(item, "en")) == ("pass/warn", "warn")


def test_a_condition_keeps_its_day(desk: Any, gate: Make, proof: Make) -> None:
    condition = Condition(text="补标签", due=date(2027, 3, 12))
    desk.say(gate(), "finance", "agree_if", conditions=(condition,))
    said: dict[str, Any] = account(desk.check(gate()), "zh")
    assert said["conditions"][0]["due"] == date(2027, 3, 12)
    assert said["conditions"][0]["state"] == "open"
