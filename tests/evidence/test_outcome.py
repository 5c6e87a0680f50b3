"""A verb ends with a result and evidence, however it ends."""

import platform

import pytest

import luodi
from luodi.evidence.chain import Keep
from luodi.evidence.errors import Cancelled, LuodiError
from luodi.evidence.json_lines import JsonLinesLedger
from luodi.evidence.model import (
    Draft,
    Environment,
    Evidence,
    Figure,
    Finding,
    Severity,
    Status,
    Verdict,
    now,
)
from luodi.evidence.outcome import (
    Act,
    Author,
    Outcome,
    finding_params,
    perform,
    verdict_of,
)
from luodi.evidence.verify import verify

ACT = Act("migration", "load", "migration:patients")
PATIENT = "张三 110101199003070000"


@pytest.fixture
def author():
    return Author("王工", Environment.REHEARSAL, correlation="job-7")


def done():
    return Outcome(
        33296,
        subject="migration:patients",
        engine="migration",
        verb="load",
        verdict=Verdict.PASS,
        figures=(Figure(name="rows", value=33296, unit="row"),),
    )


def fail(error):
    def verb():
        raise error

    return verb


def last(ledger):
    return verify(ledger, keep=Keep.ALL).result.chains[0].records[-1]


def test_it_works(ledger, author):
    outcome, evidence = perform(ACT, done, author=author, ledger=ledger)
    assert outcome.result == 33296
    assert isinstance(evidence, Evidence)
    assert last(ledger) == evidence
    assert (evidence.status, evidence.verdict) == (Status.COMPLETED, Verdict.PASS)
    assert (evidence.actor, evidence.environment, evidence.correlation) == (
        "王工",
        "rehearsal",
        "job-7",
    )
    assert (evidence.host, evidence.version) == (platform.node(), luodi.__version__)
    assert evidence.started <= evidence.finished <= evidence.recorded <= now()


def test_without_a_ledger_there_is_a_draft(author):
    outcome, evidence = perform(ACT, done, author=author, ledger=None)
    assert outcome.result == 33296
    assert type(evidence) is Draft
    assert evidence.figures[0].value == 33296


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (LuodiError("evidence.read_only", {"path": "a"}), Status.FAILED, "evidence.read_only"),
        (Cancelled(), Status.CANCELLED, "evidence.cancelled"),
        (KeyboardInterrupt(), Status.CANCELLED, "evidence.cancelled"),
        (ValueError(PATIENT), Status.FAILED, "evidence.defect"),
        (SystemExit(PATIENT), Status.FAILED, "evidence.defect"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_verb_that_does_not_end_is_recorded(ledger, author, error, status, code):
    with pytest.raises(type(error)) as raised:
        perform(ACT, fail(error), author=author, ledger=ledger)
    assert raised.value is error
    record = last(ledger)
    assert (record.status, record.verdict) == (status, Verdict.UNKNOWN)
    assert (record.engine, record.verb, record.subject) == (ACT.engine, ACT.verb, ACT.subject)
    assert [finding.code for finding in record.findings] == [code]
    assert record.findings[0].severity is Severity.ERROR


def test_a_foreign_message_never_enters_the_ledger(ledger, author):
    with pytest.raises(ValueError, match="张三"):
        perform(ACT, fail(ValueError(PATIENT)), author=author, ledger=ledger)
    stored = ledger.data(ledger.signer.writer).decode()
    assert "张三" not in stored
    assert "110101" not in stored
    assert last(ledger).findings[0].params == {"type": "ValueError"}


def test_without_a_ledger_an_error_passes(author):
    with pytest.raises(ValueError, match="x"):
        perform(ACT, fail(ValueError("x")), author=author, ledger=None)


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), Cancelled()], ids=repr)
def test_a_ledger_that_fails_does_not_hide_why_the_verb_did(ledger, author, error, monkeypatch):
    full = fail(LuodiError("evidence.disk_full"))
    monkeypatch.setattr(ledger, "append", lambda drafts: full())
    with pytest.raises(type(error)) as raised:
        perform(ACT, fail(error), author=author, ledger=ledger)
    assert raised.value is error
    assert raised.value.__cause__.code == "evidence.disk_full"


def test_nothing_is_done_that_the_ledger_would_refuse(ledger, author):
    """A vault must not be destroyed when its certificate cannot be kept."""
    reader = JsonLinesLedger(ledger.folder, ledger.project)
    ran = []
    with pytest.raises(LuodiError, match="no signing key"):
        perform(ACT, lambda: ran.append(1) or done(), author=author, ledger=reader)
    assert ran == []


def test_what_a_crash_left_becomes_a_record(ledger, author):
    perform(ACT, done, author=author, ledger=ledger)
    (writer,) = ledger.writers()
    with (ledger.folder / f"{writer}.jsonl").open("ab") as chain:
        chain.write(b'{"half')
    perform(ACT, done, author=author, ledger=ledger)
    *_, mended, last = verify(ledger, keep=Keep.ALL).result.chains[0].records
    assert (mended.verb, mended.verdict, last.verb) == ("repair", Verdict.WARN, ACT.verb)
    assert [finding.code for finding in mended.findings] == ["evidence.report_torn"]


def test_an_error_with_any_parameter_is_recorded(ledger, author):
    """Tuples, truth values, and file names that are no Unicode."""
    error = LuodiError("a.b", {"known": ("甲", "乙"), "flag": True, "path": "\udcc9.csv", "n": 7})
    with pytest.raises(LuodiError):
        perform(ACT, fail(error), author=author, ledger=ledger)
    assert last(ledger).findings[0].params == {
        "known": "甲, 乙",
        "flag": "True",
        "path": "\\udcc9.csv",
        "n": 7,
    }
    assert finding_params({}) == {}


@pytest.mark.parametrize(
    ("severities", "verdict"),
    [
        ((), Verdict.PASS),
        (("info",), Verdict.PASS),
        (("info", "warn"), Verdict.WARN),
        (("warn", "error", "info"), Verdict.FAIL),
    ],
)
def test_the_worst_finding_is_the_verdict(severities, verdict):
    findings = [Finding(code="a.b", severity=Severity(word)) for word in severities]
    assert verdict_of(findings) is verdict


def test_every_part_of_an_outcome_reaches_its_evidence(author):
    started = now()
    draft = done().draft(author, started)
    for name in Outcome.__dataclass_fields__.keys() - {"result"}:
        assert getattr(draft, name) == getattr(done(), name)
    assert draft.started == started <= draft.finished
