from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from luodi.evidence.catalogue import LANGUAGES
from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.gate.model import CannotTell, Gate
from luodi.evidence.gate.read import both, read_gates, role_title
from luodi.evidence.model import Environment, Verdict
from luodi.evidence.shape import parse_toml
from luodi.landing.format import read_file

Table = dict[str, Any]
WHERE = "东江 项目/gates.toml"


def test_it_works(table: Callable[..., Table]) -> None:
    asked = table(
        {"id": "a"},
        {"id": "b", "hard_stop": True, "max_age": "36h", "owner": {"hospital": "finance"}},
        gate={
            "offset_days": -3,
            "override": {"a": {"environment": "production", "verdicts": ["pass", "warn"]}},
        },
    )
    (gate,) = read_gates(asked, WHERE)
    first, second = gate.criteria
    assert (gate.offset_days, gate.environment) == (-3, Environment.REHEARSAL)
    assert (first.environment, second.environment) == (
        Environment.PRODUCTION,
        Environment.REHEARSAL,
    )
    assert first.verdicts == (Verdict.PASS, Verdict.WARN)
    assert second.max_age == timedelta(hours=36)
    assert (first.cannot_tell, second.cannot_tell) == (CannotTell.WARN, CannotTell.STALE)
    assert second.hospital_owner == "finance"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
        ("", None),
    ],
)
def test_an_age_has_four_units(gate: Any, text: str, length: timedelta | None) -> None:
    assert gate(max_age=text).criteria[0].max_age == length


def test_an_override_replaces_what_it_names_and_nothing_else(table: Any) -> None:
    other = [{"figure": "unaccounted", "op": "<=", "value": 3, "unit": "row"}]
    asked = table(
        {"hard_stop": True, "max_age": "7d"},
        gate={"override": {"data.rows": {"require": other, "max_age": ""}}},
    )
    (criterion,) = read_gates(asked, WHERE)[0].criteria
    assert [item.value for item in criterion.require] == [3]
    assert criterion.max_age is None
    assert criterion.hard_stop


def test_a_criterion_says_itself_what_cannot_tell_means(gate: Any) -> None:
    assert gate(hard_stop=True, cannot_tell="warn").criteria[0].cannot_tell is CannotTell.WARN
    assert gate(cannot_tell="stale").criteria[0].cannot_tell is CannotTell.STALE


def test_words_in_one_language_serve_for_both() -> None:
    assert both("试点") == {"zh": "试点", "en": "试点"}
    assert both({"en": "pilot"}) == {"zh": "pilot", "en": "pilot"}
    assert both({"zh": "试点", "en": ""}) == {"zh": "试点", "en": "试点"}


def test_an_unknown_role_keeps_its_name() -> None:
    assert role_title("finance")["zh"] == "财务科"
    assert role_title("器械科") == {"zh": "器械科", "en": "器械科"}


# --- what is refused ------------------------------------------------------------------------------


def rows(op: str, value: object, unit: str = "row") -> Table:
    return {"figure": "unaccounted", "op": op, "value": value, "unit": unit}


def require(*items: Table) -> Table:
    return {"require": list(items)}


def override(**fields: object) -> Table:
    return {"gate": {"override": {"data.rows": fields}}}


LEADER = {"id": "hospital_leader", "side": "hospital"}

BAD: dict[str, tuple[Table, str, list[str]]] = {
    # what is written: code, and what the sentence names besides the file
    "unknown field": (
        {"hardstop": True},
        "field_unknown_near",
        ["criterion 1 (data.rows)", "hardstop", "hard_stop"],
    ),
    "unknown field near nothing": (
        {"xyzzy": True},
        "field_unknown",
        ["criterion 1 (data.rows)", "xyzzy"],
    ),
    "unknown field of a comparison": (
        require({**rows("==", 0), "vaule": 1}),
        "field_unknown_near",
        ["criterion 1 (data.rows) › require 1", "vaule", "value"],
    ),
    "unknown field of a gate": (
        {"gate": {"desider": "x"}},
        "field_unknown_near",
        ["gate 1 (review)", "desider", "decider"],
    ),
    "unknown field of an override": (
        override(max_ages="7d"),
        "field_unknown_near",
        ["gate 1 (review) › override", "max_ages", "max_age"],
    ),
    "missing field": (
        require({"figure": "unaccounted", "op": "=="}),
        "field_missing",
        ["criterion 1 (data.rows) › require 1", "value"],
    ),
    "missing side": (
        {"gate": {"seat": [{"id": "hospital_leader"}]}},
        "field_missing",
        ["gate 1 (review) › seat 1 (hospital_leader)", "side"],
    ),
    "wrong type": (
        {"hard_stop": "yes"},
        "value_type",
        ["criterion 1 (data.rows) › hard_stop", "true"],
    ),
    "text for a number": (
        require(rows("==", "none")),
        "value_wrong",
        ["criterion 1 (data.rows) › require 1 › value"],
    ),
    "truth for a number": (
        require(rows("==", True)),
        "value_type",
        ["criterion 1 (data.rows) › require 1 › value"],
    ),
    "bad comparison": (require(rows("=>", 0)), "value_unknown", ["require 1 › op", "=>"]),
    "bad environment": ({"environment": "live"}, "value_unknown", ["environment", "live"]),
    "bad kind": ({"kind": "rumour"}, "value_unknown", ["kind", "rumour"]),
    "bad verdict": ({"verdicts": ["passed"]}, "value_unknown", ["verdicts 1", "passed"]),
    "bad side": (
        {"gate": {"seat": [{"id": "hospital_leader", "side": "clinic"}]}},
        "value_unknown",
        ["seat 1 (hospital_leader) › side", "clinic"],
    ),
    "bad language": ({"title": {"fr": "Lignes"}}, "value_unknown", ["title", "fr"]),
    "two equals": (
        require(rows("==", 0), rows("==", 1)),
        "gate_impossible",
        ["review › data.rows", "unaccounted", "== 0 row", "== 1 row"],
    ),
    "crossed bounds": (
        require(rows(">=", 100), rows("<", 100)),
        "gate_impossible",
        ["review › data.rows", ">= 100 row", "< 100 row"],
    ),
    "reversed between": (
        require(rows("between", [9, 3])),
        "gate_impossible",
        ["review › data.rows", "between [9, 3] row"],
    ),
    "impossible override": (
        override(require=[rows(">", 5), rows("<", 5)]),
        "gate_impossible",
        ["review › data.rows", "> 5 row"],
    ),
    "between with one number": (
        require(rows("between", 3)),
        "gate_between",
        ["review › data.rows", "unaccounted"],
    ),
    "between with three numbers": (
        require(rows("between", [1, 2, 3])),
        "gate_between",
        ["review › data.rows", "unaccounted"],
    ),
    "two numbers for one": (
        require(rows("<=", [1, 2])),
        "gate_single",
        ["review › data.rows", "unaccounted", "<="],
    ),
    "units that differ": (
        require(rows(">=", 1), rows("<=", 9, "piece")),
        "gate_units",
        ["review › data.rows", "unaccounted"],
    ),
    "unknown criterion": (
        {"gate": {"criteria": ["data.rows", "data.raws"]}},
        "gate_no_criterion",
        ["review", "data.raws"],
    ),
    "override of another criterion": (
        {"gate": {"override": {"data.raws": {"max_age": "1d"}}}},
        "gate_no_criterion",
        ["review", "data.raws"],
    ),
    "decider without a seat": (
        {"gate": {"decider": "mayor"}},
        "gate_no_seat",
        ["review", "mayor"],
    ),
    "criterion asked twice": (
        {"gate": {"criteria": ["data.rows", "data.rows"]}},
        "gate_twice",
        ["review", "data.rows"],
    ),
    "seat twice": (
        {"gate": {"seat": [LEADER, LEADER]}},
        "gate_twice",
        ["review", "hospital_leader"],
    ),
    "sandbox evidence": (
        {"environment": "sandbox"},
        "gate_sandbox",
        ["review › data.rows"],
    ),
    "sandbox evidence by override": (
        override(environment="sandbox"),
        "gate_sandbox",
        ["review › data.rows"],
    ),
    "an age without unit": ({"max_age": "7"}, "gate_age", ["review › data.rows", "7"]),
    "an age of nothing": ({"max_age": "0d"}, "gate_age", ["review › data.rows", "0d"]),
    "an age of two": ({"max_age": "1d12h"}, "gate_age", ["review › data.rows", "1d12h"]),
    "an age below zero": ({"max_age": "-1d"}, "gate_age", ["review › data.rows", "-1d"]),
    "an age beyond the calendar": (
        {"max_age": "99999999999999w"},
        "gate_age",
        ["review › data.rows", "99999999999999w"],
    ),
    "an age by override": (override(max_age="soon"), "gate_age", ["review › data.rows", "soon"]),
    "a failure that passes": (
        {"verdicts": ["pass", "fail"]},
        "gate_accepts_failure",
        ["review › data.rows"],
    ),
    "an unknown that passes": (
        {"verdicts": ["unknown"]},
        "gate_accepts_failure",
        ["review › data.rows"],
    ),
    "no verdict that passes": ({"verdicts": []}, "gate_accepts_failure", ["review › data.rows"]),
    "a failure that passes by override": (
        override(verdicts=["fail"]),
        "gate_accepts_failure",
        ["review › data.rows"],
    ),
    "any subject": ({"subject": "*"}, "gate_subject", ["review › data.rows", "*"]),
    "no subject": ({"subject": ""}, "gate_subject", ["review › data.rows"]),
    "star in the middle": (
        {"subject": "migration:*:x"},
        "gate_subject",
        ["review › data.rows", "migration:*:x"],
    ),
    "at least none": (
        {"subject": "migration:*", "at_least": 0},
        "gate_at_least",
        ["review › data.rows"],
    ),
    "at least two of one": ({"at_least": 2}, "gate_at_least", ["review › data.rows"]),
    "countersigned machine": (
        {"countersigned": True},
        "gate_countersigned",
        ["review › data.rows"],
    ),
    # ways to a go that nobody deserves
    "the vendor decides": (
        {"gate": {"decider": "project_manager"}},
        "gate_vendor_decides",
        ["review", "project_manager"],
    ),
    "nobody decides": ({"gate": {"decider": ""}}, "gate_no_seat", ["review"]),
    "nothing is asked": ({"gate": {"criteria": []}}, "field_missing", ["review", "criteria"]),
    "any word of a gate for its go": (
        {"kind": "decision", "subject": "gate:freeze", "verb": "", "require": []},
        "field_missing",
        ["review › data.rows", "verb"],
    ),
}


@pytest.mark.parametrize(("changes", "code", "named"), BAD.values(), ids=BAD.keys())
def test_it_refuses(table: Any, changes: Table, code: str, named: list[str]) -> None:
    with pytest.raises(WrongUse) as caught:
        read_gates(table(**changes), WHERE)
    error = caught.value
    assert error.code == f"evidence.{code}"
    for lang in LANGUAGES:
        text = error.text(lang)
        assert [word for word in [WHERE, *named] if word not in text] == []
        assert error.next_step(lang)
        assert "{" not in text + error.next_step(lang)


@pytest.mark.parametrize("number", ["inf", "-inf", "nan", "1e30", "9223372036854775808"])
@pytest.mark.parametrize("op", ["<=", "!=", "between"])
def test_a_threshold_is_a_number_that_can_be_met_and_missed(
    table: Any, number: str, op: str
) -> None:
    value = f"[0, {number}]" if op == "between" else number
    item = parse_toml(f'figure = "unaccounted"\nunit = "row"\nop = "{op}"\nvalue = {value}', WHERE)
    with pytest.raises(WrongUse) as caught:
        read_gates(table(require=[item]), WHERE)
    assert caught.value.code == "evidence.value_unknown"
    assert "review › data.rows" in caught.value.text("zh")


def test_a_gate_without_a_decider_is_refused(table: Any) -> None:
    asked = table()
    del asked["gate"][0]["decider"]
    with pytest.raises(WrongUse) as caught:
        read_gates(asked, WHERE)
    assert caught.value.text("zh") == f"{WHERE}：gate 1 (review) 缺少字段 decider。"


@pytest.mark.parametrize("kind", ["criterion", "gate"])
def test_an_id_is_given_once(table: Any, kind: str) -> None:
    asked = table()
    asked[kind] *= 2
    with pytest.raises(WrongUse) as caught:
        read_gates(asked, WHERE)
    assert caught.value.code == "evidence.gate_twice"


def test_an_override_of_what_the_gate_does_not_ask_is_refused(table: Any) -> None:
    asked = table({"id": "a"}, {"id": "b"}, gate={"criteria": ["a"], "override": {"b": {}}})
    with pytest.raises(WrongUse) as caught:
        read_gates(asked, WHERE)
    assert caught.value.code == "evidence.gate_no_criterion"


def test_a_sandbox_gate_may_read_the_sandbox(gate: Any) -> None:
    one: Gate = gate(gate={"environment": "sandbox"})
    assert one.criteria[0].environment is Environment.SANDBOX


# --- the file -------------------------------------------------------------------------------------

WHOLE = """
format = 1
[[criterion]]
id = "a"
group = "数据"
title = "每一行都有去向"
why = "少一行就少一位患者"
remedy = "重新对账"
kind = "machine"
subject = "migration:患者"
[[gate]]
id = "review"
title = "评审"
environment = "test"
criteria = ["a"]
decider = "hospital_leader"
[[gate.seat]]
id = "hospital_leader"
side = "hospital"
"""


def read(folder: Path, data: bytes) -> tuple[Gate, ...]:
    (folder / "gates.toml").write_bytes(data)
    return read_gates(read_file(folder, "gates.toml"), str(folder / "gates.toml"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "东江 HIS").mkdir()
    return tmp_path / "东江 HIS"


def test_a_mark_in_front_changes_nothing(folder: Path) -> None:
    plain = read(folder, WHOLE.encode())
    marked = read(folder, b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert marked[0].definition() == plain[0].definition()


@pytest.mark.parametrize(
    ("data", "code", "named"),
    [
        (WHOLE.encode()[:-20], "evidence.toml_broken", "18"),
        (WHOLE.encode("gbk"), "evidence.toml_not_text", "5"),
        (WHOLE.replace("format = 1", "format = 2").encode(), "evidence.format_newer", "2"),
        (WHOLE.replace("format = 1", "").encode(), "landing.format_missing", ""),
        (WHOLE.replace("format = 1", "format = true").encode(), "landing.format_missing", ""),
    ],
    ids=["half-written", "GBK", "newer", "no format", "truth for a format"],
)
def test_a_file_that_cannot_be_read_is_no_wrong_use(
    folder: Path, data: bytes, code: str, named: str
) -> None:
    with pytest.raises(LuodiError) as caught:
        read(folder, data)
    error = caught.value
    assert (error.code, error.exit_code) == (code, 3)
    for lang in LANGUAGES:
        assert str(folder / "gates.toml") in error.text(lang)
        assert named in error.text(lang).replace(str(folder), "")
        assert error.next_step(lang)
        assert "{" not in error.text(lang) + error.next_step(lang)
