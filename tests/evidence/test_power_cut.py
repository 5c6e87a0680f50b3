"""The power fails at any instant of an append: nothing acknowledged is lost, nobody is accused.

What the disk may hold then: the head file that is being written is torn at any byte, from either
end, while its twin is whole; the chain is longer than before only once the announcement is whole.
"""

import itertools

import pytest

from luodi.evidence import json_lines, twin_heads
from luodi.evidence.errors import LuodiError
from luodi.evidence.head import HEAD_WIDTH, SeenHeads, encode_head
from luodi.evidence.json_lines import JsonLinesLedger
from luodi.evidence.model import Severity, Verdict
from luodi.evidence.verify import verify

PROJECT = "同济-his-2027"
KINDS = ("head", "next")

EVERY = pytest.mark.parametrize("stride", [41, pytest.param(1, marks=pytest.mark.slow)])
"""Tear at every byte, or at some of each field when time is short."""


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch, swift):
    monkeypatch.setattr("time.sleep", lambda seconds: None)


@pytest.fixture(scope="session")
def told(tell, vendor, draft):
    """Short records; the last append is of two, so that a part of it may be a whole record."""
    short = {"figures": (), "findings": (), "inputs": ()}
    return tell(vendor, [draft(number, **short) for number in range(1, 6)])


@pytest.fixture
def moment(told, vendor, draft, tmp_path, copied):
    """An append of two records to a chain of six: its files before and after, to be torn."""
    folder = tmp_path / "evidence"
    told.end.put(folder)
    short = draft(6, figures=(), findings=(), inputs=())
    JsonLinesLedger(folder, PROJECT, vendor).append([short, short])
    return Moment(vendor, folder, told.copies[-2], told.end, copied(folder), tmp_path / "seen")


class Moment:
    def __init__(self, signer, folder, earlier, before, after, home):
        self.signer, self.folder, self.home = signer, folder, home
        self.chain = f"{signer.writer}.jsonl"
        self.earlier, self.before, self.after = (
            copy.files[f"{signer.writer}.head"] for copy in (earlier, before, after)
        )
        self.whole = after.files[self.chain]
        self.size = len(before.files[self.chain])
        self.sealed = after.head(signer.writer).seq
        self.stood = before.head(signer.writer).seq
        self.marks = (before.head(signer.writer).mark, after.head(signer.writer).mark)

    def open(self, heads, chain, *marks):
        for old in (*self.folder.glob("w*"), *self.home.glob("w*")):
            old.unlink()
        for kind, data in heads.items():
            (self.folder / f"{self.signer.writer}.{kind}").write_bytes(data)
        (self.folder / self.chain).write_bytes(chain)
        seen = SeenHeads(self.home)
        seen.remember(*marks)
        return JsonLinesLedger(self.folder, PROJECT, self.signer, seen=seen)

    def goes_on(self, ledger, draft, expected):
        """Nobody is accused, an append puts all right, and every record that stood is there."""
        writer = self.signer.writer
        found = verify(JsonLinesLedger(self.folder, PROJECT)).findings
        assert [item for item in found if item.severity is Severity.ERROR] == []
        (record,) = ledger.append([draft])
        assert record.seq == expected + 1
        kept = self.whole if expected == self.sealed else self.whole[: self.size]
        assert ledger.data(writer).startswith(kept)
        assert verify(ledger).findings == ()
        files = {(self.folder / f"{writer}.{kind}").read_bytes() for kind in KINDS}
        assert len(files) == 1


def torn(old, new, stride):
    """Every mixture of two contents: from the front, from the back, and with nothing written."""
    places = sorted({*range(0, HEAD_WIDTH + 1, stride), 512, len(new.rstrip()), HEAD_WIDTH})
    mixed = [(new[:at] + old[at:], old[:at] + new[at:]) for at in places]
    blank = [new[:at] + bytes(HEAD_WIDTH - at) for at in places[::9]]
    return list(dict.fromkeys([*itertools.chain.from_iterable(mixed), *blank, b""]))


@pytest.mark.parametrize("copy", KINDS)
@EVERY
def test_while_it_is_announced(moment, draft, copy, stride):
    (twin,) = set(KINDS) - {copy}
    for old in (moment.earlier, moment.before):
        for data in torn(old, moment.after, stride):
            heads = {copy: data, twin: moment.before}
            ledger = moment.open(heads, moment.whole[: moment.size], moment.marks[0])
            moment.goes_on(ledger, draft(), moment.stood)


@pytest.mark.parametrize("copy", KINDS)
@EVERY
def test_while_the_chain_grows(moment, draft, copy, stride):
    (twin,) = set(KINDS) - {copy}
    heads = {copy: moment.after, twin: moment.before}
    for end in {*range(moment.size, len(moment.whole), stride), len(moment.whole) - 1}:
        ledger = moment.open(heads, moment.whole[:end], moment.marks[0])
        moment.goes_on(ledger, draft(), moment.stood)
    for mark in moment.marks:
        moment.goes_on(moment.open(heads, moment.whole, mark), draft(), moment.sealed)


@pytest.mark.parametrize("copy", KINDS)
@EVERY
def test_while_it_is_published(moment, draft, copy, stride):
    (twin,) = set(KINDS) - {copy}
    for data in torn(moment.before, moment.after, stride):
        heads = {copy: moment.after, twin: data}
        for mark in moment.marks:
            moment.goes_on(moment.open(heads, moment.whole, mark), draft(), moment.sealed)


@pytest.mark.parametrize("torn_too", [False, True])
@EVERY
def test_no_mixture_whatever_seals_what_was_not_announced(moment, draft, torn_too, stride):
    """States no power cut leaves may stop appending; they change no record and forge none."""
    heads = [moment.earlier, moment.before, moment.after, None]
    if torn_too:
        heads = [None, *torn(moment.before, moment.after, stride * 7)]
    ends = {0, moment.size, moment.size + 9, len(moment.whole) - 1, len(moment.whole)}
    ends |= {moment.size + moment.whole[moment.size :].index(b"\n") + 1}  # one of the two
    pairs = (
        zip(heads, reversed(heads), strict=True) if torn_too else itertools.product(heads, heads)
    )
    for pair, end in itertools.product(list(pairs), ends):
        stored = {kind: data for kind, data in zip(KINDS, pair, strict=True) if data is not None}
        ledger = moment.open(stored, moment.whole[:end], moment.marks[0])
        try:
            ledger.append([draft()])
        except LuodiError:
            assert ledger.data(moment.signer.writer) == moment.whole[:end]
            continue
        assert ledger.data(moment.signer.writer).startswith(moment.whole[: moment.size])
        announced = moment.after in stored.values()
        sealed = ledger.data(moment.signer.writer).startswith(moment.whole)
        assert sealed <= (announced and end == len(moment.whole))
        assert verify(ledger).verdict is Verdict.PASS


def test_a_power_cut_while_it_recovers_is_recovered_from(moment, draft, monkeypatch):
    """Each step of mending is on the disk before the next: the cut, the head, its twin."""
    heads = {"head": moment.before, "next": moment.after}
    one = moment.size + moment.whole[moment.size :].index(b"\n") + 1
    ledger = moment.open(heads, moment.whole[: one + 5], moment.marks[0])
    steps = []
    for module, name in ((json_lines, "shorten"), (twin_heads, "overwrite")):
        real = getattr(module, name)

        def step(path, *args, real=real, **more):
            steps.append(path.suffix)
            return real(path, *args, **more)

        monkeypatch.setattr(module, name, step)
    ledger.repair()
    assert steps == [".jsonl", ".head", ".next"]


def test_a_head_is_written_only_while_its_twin_is_on_the_disk(tmp_path, vendor, draft, monkeypatch):
    """Whatever two processes append, and though a third one fails."""
    dirty, real, announced = set(), twin_heads.overwrite, []

    def write(path, data, width, *, durable=True):
        twin = path.with_suffix(".next" if path.suffix == ".head" else ".head")
        same = path.exists() and path.read_bytes().rstrip() == data.rstrip() and path not in dirty
        assert same or twin not in dirty, "a power cut now would leave neither"
        real(path, data, width, durable=durable)
        (dirty.discard if durable else dirty.add)(path)
        announced.append(path.suffix)

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("luodi.evidence.twin_heads.overwrite", write)
    first, second = (JsonLinesLedger(tmp_path / "evidence", PROJECT, vendor) for _ in range(2))
    for number, ledger in enumerate((first, first, first, second, first, first, second, second)):
        ledger.append([draft()])
        if number % 3 == 1:
            with monkeypatch.context() as patch:
                patch.setattr("luodi.evidence.json_lines.extend", fail)
                with pytest.raises(LuodiError):
                    ledger.append([draft()])
    assert announced[:4] == [".next", ".head", ".head", ".next"], "every append the other way round"
    assert verify(first).findings == ()


# --- somebody without the key ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_one_older_head_hides_nothing(moment, draft, kind):
    """Put back beside its newer twin: the chain as it stands is sealed again, records and all."""
    for marks in ((), moment.marks):
        heads = {**dict.fromkeys(KINDS, moment.after), kind: moment.before}
        moment.goes_on(moment.open(heads, moment.whole, *marks), draft(), moment.sealed)


def test_an_older_head_does_not_make_a_cut_look_like_a_crash(told, vendor, tmp_path, draft, codes):
    """The newest head followed another one: a chain cut between the two was not cut by a crash."""
    writer = vendor.writer
    for kind, kept in itertools.product(KINDS, (3, 4, 5)):
        folder = tmp_path / f"{kind}-{kept}"
        cut = told.with_lines(told.lines[:kept])
        cut.having(f"{writer}.{kind}", told.copies[0].files[f"{writer}.head"]).put(folder)
        ledger = JsonLinesLedger(folder, PROJECT, vendor)
        found = verify(ledger)
        assert "verify_unsigned" in codes(found.findings)
        assert found.verdict is Verdict.FAIL
        with pytest.raises(LuodiError) as refused:
            ledger.append([draft()])
        assert refused.value.code == "evidence.unsigned_tail"
        assert ledger.data(writer) == cut.data(writer)


def test_both_older_heads_are_an_alarm(moment, draft, codes):
    heads = dict.fromkeys(KINDS, moment.before)
    ledger = moment.open(heads, moment.whole)
    assert codes(verify(ledger).findings) == ["verify_unsigned"]
    with pytest.raises(LuodiError) as refused:
        ledger.append([draft()])
    assert refused.value.code == "evidence.unsigned_tail"


def test_a_forged_head_beside_a_true_one_changes_nothing(moment, draft):
    """Without the key it is not signed: as good as half-written."""
    for kind in KINDS:
        forged = moment.after.replace(b'"size":', b'"size":9')
        heads = {**dict.fromkeys(KINDS, moment.after), kind: forged}
        moment.goes_on(moment.open(heads, moment.whole), draft(), moment.sealed)


# --- heads that do not fit ------------------------------------------------------------------------


def test_a_head_longer_than_its_place_is_kept_all_the_same(tmp_path, vendor, draft):
    project = "某某市第一人民医院" * 60
    ledger = JsonLinesLedger(tmp_path / "evidence", project, vendor)
    for number in range(1, 5):
        assert ledger.append([draft()])[0].seq == number + 1
        ledger = JsonLinesLedger(tmp_path / "evidence", project, vendor)
        assert verify(ledger).findings == ()
    head = encode_head(ledger.head(vendor.writer))
    assert len(head) > HEAD_WIDTH
    assert {(ledger.folder / f"{vendor.writer}.{kind}").read_bytes() for kind in KINDS} == {head}


def test_a_head_that_was_sent_is_one_line_and_reads(moment, draft):
    """As export and a bundle have it: unpadded, and without its twin."""
    line = moment.after.rstrip() + b"\n"
    moment.goes_on(moment.open({"head": line}, moment.whole), draft(), moment.sealed)
    ledger = JsonLinesLedger(moment.folder, PROJECT)
    assert encode_head(ledger.head(moment.signer.writer)).count(b" ") == 0


# --- merging ------------------------------------------------------------------------------------


@pytest.mark.parametrize("own", range(5))
def test_a_power_cut_while_a_longer_copy_is_adopted(
    told, vendor, tmp_path, monkeypatch, draft, own
):
    """Stop before every step: the old copy or the new stands, for its writer and for readers."""

    class Cut(BaseException):
        pass

    writer, end = vendor.writer, told.end
    for stop in range(1, 5):
        folder = tmp_path / f"stop-{stop}"
        told.copies[own].put(folder)
        steps = itertools.count(1)
        with monkeypatch.context() as patch:
            for module, name in ((twin_heads, "overwrite"), (json_lines, "write_atomic")):
                real = getattr(module, name)

                def step(*args, real=real, steps=steps, stop=stop, **more):
                    if next(steps) == stop:
                        raise Cut
                    return real(*args, **more)

                patch.setattr(module, name, step)
            with pytest.raises(Cut):
                JsonLinesLedger(folder, PROJECT).adopt(writer, end.data(writer), end.head(writer))
        found = verify(JsonLinesLedger(folder, PROJECT)).findings
        assert [item for item in found if item.severity is Severity.ERROR] == []
        ledger = JsonLinesLedger(folder, PROJECT, vendor)
        assert ledger.append([draft()])[0].seq in (own + 3, told.last + 1)
        assert verify(ledger).findings == ()
