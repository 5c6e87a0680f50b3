"""What a crash leaves is sealed or set aside; what nobody announced is left for a person to see."""

import msgspec
import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.head import SeenHeads, seal
from luodi.evidence.json_lines import JsonLinesLedger
from luodi.evidence.model import Severity, Verdict
from luodi.evidence.verify import verify

PROJECT = "同济-his-2027"


EVERY = pytest.mark.parametrize("stride", [7, pytest.param(1, marks=pytest.mark.slow)])
"""Cut at every byte, or at every seventh when time is short."""


@pytest.fixture(scope="session")
def story(tell, vendor, draft):
    """The vendor's chain, of short records: there are many places to cut."""
    short = {"figures": (), "findings": (), "inputs": ()}
    return tell(vendor, [draft(number, **short) for number in range(1, 8)])


@pytest.fixture
def crash(story, tmp_path, swift):
    """The last append of the story, cut after some of its bytes; the announcement may be lost."""
    before, after, writer = story.copies[5], story.end, story.writer
    size = len(before.data(writer))
    folder = tmp_path / "evidence"

    def cut(written, announced=True, tail=b""):
        state = before.having(f"{writer}.jsonl", after.data(writer)[: size + written] + tail)
        if announced:
            state = state.having(f"{writer}.next", after.files[f"{writer}.head"])
        for old in folder.glob("w*"):
            old.unlink()
        state.put(folder)
        return JsonLinesLedger(folder, PROJECT, story.signer)

    cut.size = len(after.data(writer)) - size
    return cut


def aside(ledger):
    return [path.read_bytes() for path in (ledger.folder / "aside").glob("*")]


def twins(ledger):
    return {
        path.read_bytes() for kind in ("head", "next") for path in ledger.folder.glob(f"*.{kind}")
    }


def alarms_of(ledger):
    return [item for item in verify(ledger).findings if item.severity is Severity.ERROR]


def test_it_works(crash, story, codes, draft):
    ledger = crash(crash.size)
    assert codes(verify(ledger).findings) == ["verify_unsealed"]
    assert ledger.append([draft()])[0].seq == 9
    assert codes(ledger.reports) == ["report_sealed"]
    assert (ledger.reports[0].params["first"], ledger.reports[0].params["last"]) == (8, 8)
    assert verify(ledger).verdict is Verdict.PASS


@EVERY
def test_an_append_cut_anywhere_is_set_aside(crash, story, codes, draft, stride):
    for written in range(0, crash.size, stride):
        ledger = crash(written)
        assert alarms_of(ledger) == []
        findings = ledger.repair()
        assert codes(findings) == (["report_cut_append"] if written else [])
        if written:
            assert story.end.data(story.writer)[-crash.size :][:written] in aside(ledger)
        assert ledger.announced(story.writer) is None
        assert twins(ledger) == {story.copies[5].files[f"{story.writer}.head"]}
        assert verify(ledger).verdict is Verdict.PASS
        assert ledger.head(story.writer) == story.copies[5].head(story.writer)
        assert ledger.append([draft()])[0].seq == 8


@EVERY
def test_an_append_of_many_cut_anywhere_is_set_aside(
    tmp_path, vendor, draft, copied, swift, codes, stride
):
    """Whole records of an append that did not end have not taken effect either."""
    folder = tmp_path / "evidence"
    ledger = JsonLinesLedger(folder, PROJECT, vendor)
    ledger.append([draft()])
    before = copied(folder)
    ledger.append([draft(number) for number in range(3)])
    after = copied(folder)
    name, size = f"{vendor.writer}.jsonl", len(before.data(vendor.writer))
    announced = before.having(f"{vendor.writer}.next", after.head(vendor.writer))
    for end in range(size + 1, len(after.files[name]), 3 * stride):
        announced.having(name, after.files[name][:end]).put(folder)
        again = JsonLinesLedger(folder, PROJECT, vendor)
        assert codes(verify(again).findings) == ["verify_unfinished"]
        assert codes(again.repair()) == ["report_cut_append"]
        assert again.data(vendor.writer) == before.data(vendor.writer)


@EVERY
def test_a_first_append_cut_anywhere_begins_anew(story, tmp_path, swift, draft, stride):
    first, folder = story.copies[0], tmp_path / "evidence"
    whole = first.data(story.writer)
    announced = first.without(f"{story.writer}.head").having(
        f"{story.writer}.next", first.head(story.writer)
    )
    for written in (*range(0, len(whole), stride), len(whole)):
        for old in folder.glob("w*"):
            old.unlink()
        announced.having(f"{story.writer}.jsonl", whole[:written]).put(folder)
        ledger = JsonLinesLedger(folder, PROJECT, story.signer)
        (record,) = ledger.append([draft()])
        assert record.seq == (3 if written == len(whole) else 2)
        assert verify(ledger).verdict is Verdict.PASS


@EVERY
def test_a_torn_line_without_an_announcement_is_set_aside(crash, codes, stride):
    for written in range(1, crash.size, stride):
        ledger = crash(written, announced=False)
        assert codes(verify(ledger).findings) == ["verify_torn"]
        (finding,) = ledger.repair()
        assert finding.code == "evidence.report_torn"
        assert (finding.params["seq"], finding.params["bytes"]) == (7, written)
        assert verify(ledger).verdict is Verdict.PASS


def test_a_torn_line_behind_announced_records_is_set_aside(crash, codes):
    ledger = crash(crash.size, tail=b'{"actor":')
    assert codes(ledger.repair()) == ["report_sealed", "report_torn"]
    assert aside(ledger) == [b'{"actor":']
    assert verify(ledger).verdict is Verdict.PASS


def test_remembered_records_are_sealed_without_an_announcement(crash, story, tmp_path, codes):
    seen = SeenHeads(tmp_path / "seen")
    seen.remember(story.end.head(story.writer).mark)
    ledger = crash(crash.size, announced=False)
    ledger.seen = seen
    assert codes(ledger.repair()) == ["report_sealed"]
    assert ledger.head(story.writer).seq == 8
    assert verify(ledger).verdict is Verdict.PASS


@pytest.mark.parametrize("forged", [0, 1, 3])
def test_the_remembered_record_put_in_again_vouches_for_nothing(story, tmp_path, forged):
    """Without the key anybody can add lines and a copy of the last one behind them."""
    story.end.put(tmp_path / "evidence")
    path = tmp_path / "evidence" / f"{story.writer}.jsonl"
    last = path.read_bytes().splitlines()[-1]
    number = story.end.head(story.writer).seq
    lines = [
        last.replace(b'"seq":%d' % number, b'"seq":%d' % (number + place)).replace(b"pass", b"fail")
        for place in range(1, forged + 1)
    ]
    with path.open("ab") as chain:
        chain.write(b"".join(line + b"\n" for line in (*lines, last)))
    seen = SeenHeads(tmp_path / "seen")
    seen.remember(story.end.head(story.writer).mark)
    ledger = JsonLinesLedger(tmp_path / "evidence", PROJECT, story.signer, seen=seen)
    assert refusal(ledger).code == "evidence.unsigned_tail"
    assert ledger.head(story.writer) == story.end.head(story.writer), "nothing was signed"


def refusal(ledger):
    with pytest.raises(LuodiError) as refused:
        ledger.repair()
    return refused.value


def test_records_nobody_announced_stay_for_a_person_to_see(crash, story):
    ledger = crash(crash.size, announced=False)
    before = ledger.data(story.writer)
    error = refusal(ledger)
    assert (error.code, error.params["seq"], error.params["count"]) == (
        "evidence.unsigned_tail",
        7,
        1,
    )
    assert ledger.data(story.writer) == before


def test_forged_records_behind_a_forged_announcement_stay_too(crash, story, thief, draft):
    ledger = crash(crash.size)
    own = story.end.head(story.writer)
    forged = msgspec.structs.replace(
        seal(thief, PROJECT, own.seq, own.size, own.digest, after=own.after), writer=story.writer
    )
    path = ledger.folder / f"{story.writer}.next"
    path.write_bytes(msgspec.json.encode(forged))
    assert refusal(ledger).code == "evidence.unsigned_tail"


def test_an_announcement_of_other_records_vouches_for_none(crash, story, edited):
    ledger = crash(0)
    forged = edited(story.lines[-1], actor="路人")  # as long as the true one
    path = ledger.folder / f"{story.writer}.jsonl"
    path.write_bytes(path.read_bytes() + forged + b"\n")
    assert refusal(ledger).code == "evidence.unsigned_tail"


def test_a_cut_behind_the_head_is_refused(story, tmp_path):
    folder = tmp_path / "evidence"
    story.with_lines(story.lines[:-2]).put(folder)
    error = refusal(JsonLinesLedger(folder, PROJECT, story.signer))
    assert (error.code, error.params["seq"]) == ("evidence.truncated", 8)
    missing = sum(len(line) + 1 for line in story.lines[-2:])
    assert error.params["lost"] == missing


def test_an_altered_last_record_is_refused(story, tmp_path, edited):
    folder = tmp_path / "evidence"
    story.with_lines([*story.lines[:-1], edited(story.lines[-1], actor="路人")]).put(folder)
    error = refusal(JsonLinesLedger(folder, PROJECT, story.signer))
    assert (error.code, error.params["seq"]) == ("evidence.altered", 8)


def test_the_head_renamed_as_an_announcement_drops_no_history(story, tmp_path, codes):
    """Without its head and shorter than announced, a chain looks like a first append cut short."""
    folder = tmp_path / "evidence"
    cut = story.with_lines(story.lines[:3]).without(f"{story.writer}.head")
    cut.having(f"{story.writer}.next", story.end.head(story.writer)).put(folder)
    seen = SeenHeads(tmp_path / "seen")
    seen.remember(story.end.head(story.writer).mark)
    ledger = JsonLinesLedger(folder, PROJECT, story.signer, seen=seen)
    assert refusal(ledger).code == "evidence.head_missing"
    assert ledger.data(story.writer).count(b"\n") == 3


def test_a_first_head_alone_drops_no_history(story, tmp_path):
    """Nor does the announcement of the very first append, kept and put back."""
    folder = tmp_path / "evidence"
    first = story.copies[0].files[f"{story.writer}.next"]
    posing = story.with_lines(story.lines[:3]).without(f"{story.writer}.head")
    posing.having(f"{story.writer}.next", first).put(folder)
    ledger = JsonLinesLedger(folder, PROJECT, story.signer)
    assert refusal(ledger).code == "evidence.unsigned_tail"
    story.with_lines([story.lines[0]]).without(f"{story.writer}.head").having(
        f"{story.writer}.next", first
    ).put(folder)
    seen = SeenHeads(tmp_path / "seen")
    seen.remember(story.end.head(story.writer).mark)
    ledger = JsonLinesLedger(folder, PROJECT, story.signer, seen=seen)
    assert refusal(ledger).code == "evidence.rolled_back"


def test_repairing_where_nothing_is_says_nothing(tmp_path, vendor):
    assert JsonLinesLedger(tmp_path / "evidence", PROJECT, vendor).repair() == ()
