"""The nouns of evidence: frozen, checked while read, small to store."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.model import (
    Artefact,
    Attestation,
    Choice,
    Condition,
    ContentInput,
    Decision,
    EvidenceInput,
    Figure,
    Finding,
    HeadMark,
    Opening,
    SnapshotInput,
    format_of,
    now,
)
from luodi.evidence.stored import decode, encode


@pytest.fixture
def line(story):
    return story.lines[3]


def test_it_works(line, read_record):
    record = read_record(line)
    assert record.id == f"{record.writer}:4"
    assert record.figure("rows") == Figure(name="rows", value=1003, unit="row")
    assert record.figure("columns") is None
    assert encode(record) == line


def test_every_noun_reads_back(draft, ledger):
    everything = draft(
        inputs=(
            ContentInput(name="mapping/a.toml", digest="a" * 64),
            SnapshotInput(name="his.patients", schema="b" * 64, watermark=7, limit=100),
            EvidenceInput(id="w1:7", digest="c" * 64),
        ),
        artefacts=(Artefact(name="样本.parquet", digest="d" * 64, private=True),),
        attestation=Attestation(
            statement="培训完成",
            scan="e" * 64,
            signer="张护士长",
            countersigner="李工",
            expires=date(2027, 6, 1),
        ),
        decision=Decision(
            gate="cutover",
            definition="f" * 64,
            seat="decider",
            choice=Choice.AGREE_IF,
            name="院长",
            reason="备份先行",
            conditions=(Condition(text="备份", owner="信息科", due=date(2027, 3, 12)),),
            states={"data.rows": "pass"},
        ),
        heads=(HeadMark(writer="w2", seq=3, digest="0" * 64),),
        correlation="job-1",
    )
    (kept,) = ledger.append([everything])
    for name in msgspec.structs.asdict(everything):
        assert getattr(kept, name) == getattr(everything, name)


def test_an_evidence_input_is_named_by_its_record():
    assert EvidenceInput(id="w1:7", digest="c" * 64).name == "w1:7"


@given(st.integers(-(2**63), 2**64 - 1) | st.decimals(allow_nan=False, allow_infinity=False))
def test_a_figure_keeps_its_value(value):
    figure = Figure(name="rows", value=value)
    assert msgspec.json.decode(msgspec.json.encode(figure), type=Figure).value == value


def test_a_figure_keeps_its_zeros():
    figure = Figure(name="amount", value=Decimal("12.50"), unit="CNY")
    assert str(msgspec.json.decode(msgspec.json.encode(figure), type=Figure).value) == "12.50"


def test_a_noun_is_frozen(line, read_record):
    with pytest.raises(AttributeError):
        read_record(line).actor = "路人"


def test_an_empty_field_is_not_stored(line):
    assert b"attestation" not in line
    assert b"correlation" not in line


@pytest.mark.parametrize(
    "changes",
    [
        {"patient": "张三"},
        {"kind": "rumour"},
        {"environment": "prod"},
        {"verdict": None},
        {"seq": 0},
        {"seq": "4"},
        {"started": "2027-03-01T08:30:00"},
        {"finished": "yesterday"},
        {"figures": [{"name": "rows", "value": True}]},
        {"figures": [{"name": "rows"}]},
        {"findings": [{"code": "a.b", "params": {"x": 1.5}}]},
        {"inputs": [{"type": "rumour", "name": "x"}]},
        {"opening": {"suite": "x", "public_key": "", "name": "", "side": "nobody"}},
    ],
    ids=str,
)
def test_what_is_no_record_is_refused(line, edited, changes):
    with pytest.raises(msgspec.ValidationError):
        decode(edited(line, **changes))


@pytest.mark.parametrize("side", ["vendor", "hospital", "third_party", "supervisor"])
def test_every_side_may_open_a_chain(side):
    data = msgspec.json.encode({"suite": "x", "public_key": "", "name": "", "side": side})
    assert msgspec.json.decode(data, type=Opening).side == side


def test_a_finding_is_a_warning_met_once():
    assert (Finding(code="a.b").severity, Finding(code="a.b").count) == ("warn", 1)


@pytest.mark.parametrize(
    ("data", "version"),
    [
        (b'{"format":1}', 1),
        (b'{"format":7,"news":[1]}', 7),
        (b"{}", 0),
        (b"", 0),
        (b"\xff", 0),
        (b'{"format":"7"}', 0),
        (b'{"format":-7}', 0),
        (b'{"format":1e400}', 0),
        (b'{"x":' + b"[" * 100_000, 0),
    ],
    ids=lambda value: str(value)[:24],
)
def test_the_format_of_any_line_is_told(data, version):
    assert format_of(data) == version


def test_now_is_universal():
    assert now().tzinfo is UTC
    assert abs((datetime.now(UTC) - now()).total_seconds()) < 60
