"""The database's ledger against the folder's: the same bytes, the same alarms."""

import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.head import SeenHeads
from luodi.evidence.json_lines import JsonLinesLedger
from luodi.evidence.merge import Union, merge
from luodi.evidence.model import Environment, Side, Verdict
from luodi.evidence.outcome import Author, Outcome
from luodi.evidence.suite import new_signer
from luodi.evidence.verify import verify
from luodi.workbench.core.ledger import DatabaseLedger
from luodi.workbench.core.models import Chain, StoredRecord

SIGNER = new_signer("张工", Side.VENDOR)


def draft(subject: str = "migration:patients"):
    outcome = Outcome(None, subject=subject, engine="demo", verb="reconcile", verdict=Verdict.PASS)
    author = Author("张工", Environment.SANDBOX)
    from luodi.evidence.model import now

    return outcome.draft(author, now())


@pytest.fixture
def seen(tmp_path):
    return SeenHeads(tmp_path / "seen")


@pytest.fixture
def ledger(project, seen):
    return DatabaseLedger(project, SIGNER, seen=seen)


def refusal(ledger) -> str:
    with pytest.raises(LuodiError) as caught:
        ledger.append([draft()])
    return caught.value.code


def test_it_works(ledger):
    first, second = ledger.append([draft(), draft("gate:kickoff")])
    assert (first.seq, second.seq) == (2, 3)  # the opening record is the first
    third = ledger.append([draft()])[0]
    assert third.seq == 4
    verified = verify(ledger, trusted={SIGNER.writer: Side.VENDOR}).result
    assert verified.verdict is Verdict.PASS
    assert verified.count == 4


def test_what_is_searched_for_is_what_the_record_says(ledger):
    ledger.append([draft("gate:kickoff")])
    row = StoredRecord.objects.get(subject="gate:kickoff")
    assert (row.verb, row.verdict, row.environment) == ("reconcile", "pass", "sandbox")


def test_no_drafts_make_no_chain(ledger):
    assert ledger.append([]) == ()
    assert ledger.writers() == ()


def test_without_a_key_it_is_read_only(project):
    assert refusal(DatabaseLedger(project)) == "evidence.no_key"


def test_a_chain_goes_out_and_comes_back_unchanged(ledger, project, tmp_path):
    ledger.append([draft(), draft()])
    copy = JsonLinesLedger(tmp_path / "evidence", project.code, new_signer("另一台", Side.HOSPITAL))
    merge(copy, ledger)
    assert copy.data(SIGNER.writer) == ledger.data(SIGNER.writer)
    copy.append([draft()])
    merged = merge(ledger, copy).result
    assert {item.union for item in merged} == {Union.SAME, Union.ADDED}
    for writer in copy.writers():
        assert copy.data(writer) == ledger.data(writer)
        assert copy.head(writer) == ledger.head(writer)
    assert verify(ledger).result.verdict is verify(copy).result.verdict


def test_a_fork_is_kept_aside(ledger, project, tmp_path):
    ledger.append([draft()])
    other = JsonLinesLedger(tmp_path / "evidence", project.code, SIGNER)
    other.append([draft("gate:other")])
    (item,) = merge(ledger, other).result
    assert item.union is Union.FORKED
    assert project.aside.get().writer == SIGNER.writer


def test_an_edited_record_is_noticed(ledger):
    ledger.append([draft(), draft()])
    row = StoredRecord.objects.get(seq=2)
    row.line = bytes(row.line).replace(b'"pass"', b'"fail"')
    row.save()
    assert verify(ledger).result.verdict is Verdict.FAIL


def test_an_edited_end_takes_no_more(ledger):
    ledger.append([draft()])
    row = StoredRecord.objects.get(seq=2)
    row.line = bytes(row.line).replace(b'"pass"', b'"fail"')
    row.save()
    assert refusal(ledger) == "evidence.altered"


def test_a_lost_head_takes_no_more(ledger):
    ledger.append([draft()])
    Chain.objects.update(head=b"")
    assert refusal(ledger) == "evidence.head_missing"


def test_a_head_of_another_key_takes_no_more(ledger, project, seen):
    ledger.append([draft()])
    other = new_signer("别人", Side.VENDOR)
    strange = DatabaseLedger(project, other)
    strange.append([draft()])
    foreign = Chain.objects.get(writer=other.writer).head
    Chain.objects.filter(writer=SIGNER.writer).update(head=foreign)
    assert refusal(ledger) == "evidence.head_foreign"


def test_a_database_put_back_from_an_old_backup_takes_no_more(ledger):
    ledger.append([draft()])
    old = Chain.objects.values("seq", "size", "digest", "head").get()
    ledger.append([draft()])
    StoredRecord.objects.filter(seq=3).delete()
    Chain.objects.update(**old)
    assert refusal(ledger) == "evidence.rolled_back"


def test_a_chain_that_is_gone_does_not_begin_anew(ledger):
    ledger.append([draft()])
    Chain.objects.all().delete()
    assert refusal(ledger) == "evidence.chain_lost"


def test_repair_refuses_what_append_would(ledger):
    ledger.append([draft()])
    Chain.objects.update(head=b"")
    with pytest.raises(LuodiError):
        ledger.repair()


def test_asking_for_repair_begins_no_chain(ledger):
    ledger.repair()
    assert ledger.writers() == ()
    assert verify(ledger).result.verdict is Verdict.PASS


def test_what_is_no_continuation_is_not_adopted(ledger):
    ledger.append([draft()])
    head = ledger.head(SIGNER.writer)
    with pytest.raises(LuodiError) as caught:
        ledger.adopt(SIGNER.writer, b"{}\n", head)
    assert caught.value.code == "evidence.not_a_continuation"
