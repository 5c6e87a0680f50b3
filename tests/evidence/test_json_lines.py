"""One chain per writer, durable and sealed; whatever goes wrong is said and nothing is lost."""

import ast
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from filelock import FileLock

import luodi.evidence
from luodi.evidence import files
from luodi.evidence.chain import Keep
from luodi.evidence.errors import LuodiError
from luodi.evidence.head import HEAD_WIDTH, SeenHeads, encode_head
from luodi.evidence.json_lines import JsonLinesLedger
from luodi.evidence.model import Figure, Finding, Severity, Verdict
from luodi.evidence.verify import verify

PROJECT = "同济-his-2027"
APPENDS = Path(__file__).with_name("appends.py")


def start(*words, **more):
    return subprocess.Popen(
        [sys.executable, APPENDS, *map(str, words)], stdout=subprocess.PIPE, **more
    )


def acknowledged(process):
    told, _ = process.communicate(timeout=60)
    return [int(line) for line in told.splitlines() if line.isdigit()]


def heads_of(ledger):
    """Both head files of the own chain."""
    return [ledger.folder / f"{ledger.signer.writer}.{kind}" for kind in ("head", "next")]


def tampering(ledger):
    return [item for item in verify(ledger).findings if item.severity is Severity.ERROR]


@pytest.fixture
def seen(tmp_path):
    return SeenHeads(tmp_path / "home" / "seen")


@pytest.fixture
def remembering(ledger, vendor, seen):
    """The vendor's ledger with a memory outside its folder."""
    return lambda **more: JsonLinesLedger(ledger.folder, PROJECT, vendor, seen=seen, **more)


@pytest.fixture
def chain(ledger, vendor):
    """File of the vendor's chain."""
    return ledger.folder / f"{vendor.writer}.jsonl"


def refusal(ledger, drafts):
    with pytest.raises(LuodiError) as refused:
        ledger.append(drafts)
    return refused.value.code


def test_it_works(ledger, vendor, draft, chain):
    first = ledger.append([draft(1), draft(2)])
    (third,) = ledger.append([draft(3)])
    assert [record.id for record in (*first, third)] == [
        f"{vendor.writer}:{seq}" for seq in (2, 3, 4)
    ]
    lines = chain.read_bytes().splitlines()
    assert third.previous == vendor.suite.digest(lines[2])
    assert ledger.writers() == (vendor.writer,)
    assert ledger.head(vendor.writer).seq == 4
    assert verify(ledger).verdict is Verdict.PASS


def test_the_first_record_opens_the_chain(ledger, vendor, draft, read_record, chain):
    ledger.append([draft()])
    opening = read_record(chain.read_bytes().splitlines()[0])
    assert (opening.verb, opening.seq, opening.previous) == ("open", 1, "0" * 64)
    assert opening.opening.suite == "ed25519-sha256"
    assert opening.opening.public_key == vendor.public_key.hex()


def test_what_is_returned_is_what_is_stored(ledger, draft, read_record, chain):
    kept = ledger.append([draft(1), draft(2)])
    assert tuple(map(read_record, chain.read_bytes().splitlines()[1:])) == kept


def test_an_append_leaves_no_draft_behind(ledger, draft):
    ledger.append([draft()])
    ledger.append([draft()])
    assert {path.suffix for path in ledger.folder.iterdir()} <= {
        ".jsonl",
        ".head",
        ".next",
        ".lock",
    }
    assert len(list(ledger.folder.glob("w*"))) <= 4
    assert len({path.read_bytes() for path in heads_of(ledger)}) == 1
    assert {path.stat().st_size for path in heads_of(ledger)} == {HEAD_WIDTH}


def test_nothing_is_appended_for_nothing(ledger):
    assert ledger.append([]) == ()
    assert ledger.writers() == ()


def test_a_ledger_opened_again_goes_on(ledger, vendor, draft):
    ledger.append([draft(1)])
    again = JsonLinesLedger(ledger.folder, PROJECT, vendor)
    assert again.append([draft(2)])[0].seq == 3
    assert ledger.append([draft(3)])[0].seq == 4  # it notices that another has written
    assert verify(ledger).verdict is Verdict.PASS


def test_each_key_writes_its_own_chain(ledger, hospital, draft):
    ledger.append([draft()])
    JsonLinesLedger(ledger.folder, PROJECT, hospital).append([draft()])
    assert len(ledger.writers()) == 2
    assert verify(ledger).verdict is Verdict.PASS


def test_a_file_is_opened_in_one_place_only():
    """Windows rewrites line feeds of a file opened without O_BINARY, and digests with them."""
    folder = Path(luodi.evidence.__file__).parent
    opened = {
        path.name
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "os.open"
    }
    assert opened == {"files.py"}


# --- drafts that are no evidence ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"findings": (Finding(code="a.b", params={"x": True}),)}, "findings[0].params[...]"),
        ({"findings": (Finding(code="a.b", params={"x": None}),)}, "findings[0].params[...]"),
        ({"figures": (Figure(name="x", value=float("nan")),)}, "figures[0].value"),
        ({"started": datetime(2027, 3, 1)}, "started"),  # noqa: DTZ001
        ({"finished": None}, "finished"),
        ({"verdict": "perhaps"}, "verdict"),
        ({"actor": "\udcc9"}, "$"),
        ({"artefacts": {1, 2}}, "artefacts[...]"),
        ({"correlation": object()}, "$"),
    ],
)
def test_a_draft_that_would_not_read_again_is_refused(ledger, draft, changes, place):
    ledger.append([draft()])
    before = ledger.data(ledger.writers()[0])
    with pytest.raises(LuodiError) as refused:
        ledger.append([draft(), draft(**changes)])
    assert refused.value.code == "evidence.not_storable"
    assert refused.value.params["place"].startswith(place[:9])
    assert "perhaps" not in refused.value.text("zh")
    assert ledger.data(ledger.writers()[0]) == before
    assert verify(ledger).verdict is Verdict.PASS


# --- two writers ------------------------------------------------------------------------------


def test_threads_lose_nothing(ledger, draft, swift):
    acknowledged, lock = [], threading.Lock()

    def work(number):
        for one in range(25):
            (record,) = ledger.append([draft(number * 100 + one)])
            with lock:
                acknowledged.append(record.seq)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(acknowledged) == list(range(2, 102))
    assert verify(ledger).verdict is Verdict.PASS


@pytest.mark.slow
def test_processes_lose_nothing_and_a_reader_sees_no_tampering(ledger, seen):
    writers = [start(ledger.folder, seen.path.parent, 60) for _ in range(2)]
    reader = JsonLinesLedger(ledger.folder, PROJECT)
    seen_by_reader = set()
    while any(writer.poll() is None for writer in writers):
        outcome = verify(reader)
        assert outcome.verdict is not Verdict.FAIL, outcome.findings
        seen_by_reader.add(outcome.result.count)
    told = [seq for writer in writers for seq in acknowledged(writer)]
    assert sorted(told) == list(range(2, 122))
    assert verify(reader).verdict is Verdict.PASS
    assert len(seen_by_reader) > 1, "the reader came too late to prove anything"


def test_a_reader_between_any_two_steps_of_an_append_sees_no_tampering(
    ledger, vendor, draft, monkeypatch
):
    """Verify where the append has announced, written a part, written all, and published."""
    reader = JsonLinesLedger(ledger.folder, PROJECT)
    seen = []

    def look(step):
        def then(*args, **more):
            seen.append(verify(reader).verdict)
            result = step(*args, **more)
            seen.append(verify(reader).verdict)
            return result

        return then

    real = os.write
    monkeypatch.setattr("os.write", look(lambda handle, data: real(handle, data[:97])))
    monkeypatch.setattr("pathlib.Path.replace", look(Path.replace))
    monkeypatch.setattr("luodi.evidence.files._sync", look(lambda handle: None))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    for number in range(4):  # either head file is announced in, and copied to
        ledger.append([draft(number)])
    assert len(seen) > 100
    assert Verdict.FAIL not in seen


class Racing:
    """A ledger whose writer appends between any two reads."""

    def __init__(self, ledger, draft):
        self.ledger, self.draft, self.project = ledger, draft, ledger.project

    def writers(self):
        return self.ledger.writers()

    def __getattr__(self, name):
        def read(writer):
            self.ledger.append([self.draft()])
            return getattr(self.ledger, name)(writer)

        return read


def test_a_head_read_before_its_records_raises_no_alarm(ledger, draft, swift):
    ledger.append([draft()])
    assert verify(Racing(ledger, draft)).verdict is Verdict.PASS


def test_a_chain_born_while_it_is_read_raises_no_alarm(ledger, vendor, draft):
    class Born(Racing):
        def writers(self):
            return (vendor.writer,)

        def head(self, writer):
            return self.ledger.head(writer)

    assert verify(Born(ledger, draft)).verdict is Verdict.PASS


# --- killed, and cut short ----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif("sys.platform == 'win32'", reason="kill -9 is a POSIX signal")
def test_what_was_acknowledged_survives_kill_9(ledger, vendor, draft, remembering, seen):
    told = []
    for number in range(15):
        process = start(ledger.folder, seen.path.parent, 10_000, 1 + number % 3)
        process.stdout.readline()
        time.sleep(0.0173 * (number % 7))
        process.send_signal(signal.SIGKILL)
        told += acknowledged(process)
        assert tampering(JsonLinesLedger(ledger.folder, PROJECT)) == []
    reopened = remembering()
    reopened.append([draft()])
    outcome = verify(reopened, keep=Keep.ALL)
    assert outcome.verdict is Verdict.PASS
    kept = {record.seq for record in outcome.result.chains[0].records}
    assert set(told) <= kept


def test_only_the_announcement_was_written(ledger, vendor, draft, swift):
    """Cut anywhere in the announced head: nothing had happened yet."""
    ledger.append([draft(1)])
    before = {path.name: path.read_bytes() for path in ledger.folder.glob("w*")}
    ledger.append([draft(2)])
    announced = encode_head(ledger.head(vendor.writer))
    for size in (*range(0, len(announced), 5), len(announced) - 1, len(announced)):
        for name, data in before.items():
            (ledger.folder / name).write_bytes(data)
        (ledger.folder / f"{vendor.writer}.next").write_bytes(announced[:size])
        again = JsonLinesLedger(ledger.folder, PROJECT, vendor)
        assert tampering(again) == []
        assert again.repair() == ()
        assert verify(again).verdict is Verdict.PASS
        assert again.head(vendor.writer).seq == 2


# --- disk ---------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A file system of a given size; read-only on demand."""
    place = tmp_path / "小盘"
    place.mkdir()

    def mount(options):
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True
        )
        if done.returncode:
            pytest.skip("needs permission to mount")
        return place

    yield mount
    subprocess.run(["umount", "-l", place], capture_output=True)


@pytest.mark.needs("root", "mount")
def test_a_disk_full_in_the_middle_of_an_append_changes_nothing(small_disk, vendor, draft):
    ledger = JsonLinesLedger(small_disk("size=64k") / "evidence", PROJECT, vendor)
    for _ in range(3):
        ledger.append([draft(number) for number in range(20)])
    before = ledger.data(vendor.writer)
    assert refusal(ledger, [draft(number) for number in range(200)]) == "evidence.disk_full"
    assert ledger.data(vendor.writer) == before
    assert ledger.announced(vendor.writer) is None
    assert len({path.read_bytes() for path in heads_of(ledger)}) == 1
    assert verify(ledger).verdict is Verdict.PASS
    assert ledger.append([draft()])[0].seq == 62
    assert ledger.reports == []


@pytest.mark.needs("root", "mount")
def test_a_disk_full_at_the_opening_begins_no_chain(small_disk, vendor, draft):
    ledger = JsonLinesLedger(small_disk("size=32k") / "evidence", PROJECT, vendor)
    assert refusal(ledger, [draft(number) for number in range(200)]) == "evidence.disk_full"
    assert ledger.writers() == ()
    assert ledger.append([draft()])[0].seq == 2


@pytest.mark.needs("root", "mount")
def test_a_read_only_disk_is_named(small_disk, vendor, draft):
    place = small_disk("size=1m")
    ledger = JsonLinesLedger(place / "evidence", PROJECT, vendor)
    ledger.append([draft()])
    subprocess.run(["mount", "-o", "remount,ro", place], check=True)
    fresh = JsonLinesLedger(place / "evidence", PROJECT, vendor)
    for opened in (ledger, fresh, JsonLinesLedger(place / "anew", PROJECT, vendor)):
        assert refusal(opened, [draft()]) == "evidence.read_only"
    assert verify(fresh).verdict is Verdict.PASS


@pytest.mark.skipif("sys.platform == 'win32'", reason="RLIMIT_FSIZE is POSIX")
@pytest.mark.parametrize("size", [600, 1000, 1500, 2500, 4001])
def test_a_file_that_may_not_grow_is_left_as_it_was(tmp_path, size):
    """The limit stops the write in the middle of a record; what was acknowledged stays."""
    process = start(tmp_path / "evidence", tmp_path / "home", 100, 1, size)
    told, _ = process.communicate(timeout=30)
    assert process.returncode == 3
    assert told.split()[-1] == b"evidence.disk_full"
    ledger = JsonLinesLedger(tmp_path / "evidence", PROJECT)
    outcome = verify(ledger)
    assert outcome.verdict is Verdict.PASS
    assert outcome.result.count == max([0, *(int(seq) for seq in told.split()[:-1])])


@pytest.fixture
def failing_at(monkeypatch):
    """Let one call fail, in the middle of what it writes."""

    def arm(patch, failing, at):
        real = os.write if failing == "os.write" else files._sync
        calls = []

        def fail(*args):
            calls.append(args)
            if len(calls) == at:
                if failing == "os.write":
                    real(args[0], args[1][:50])
                raise OSError(5, "Input/output error")
            return real(*args)

        patch.setattr(failing, fail)

    return arm


EVERY_CALL = pytest.mark.parametrize("failing", ["os.write", "luodi.evidence.files._sync"])


@EVERY_CALL
@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("before", [1, 2])
def test_a_failing_disk_leaves_the_chain_as_it_was(
    ledger, vendor, draft, monkeypatch, failing_at, failing, at, before
):
    """The first is the announcement, in either head file; the second the chain."""
    for _ in range(before):
        ledger.append([draft()])
    data, head = ledger.data(vendor.writer), ledger.head(vendor.writer)
    with monkeypatch.context() as patch:
        failing_at(patch, failing, at)
        assert refusal(ledger, [draft()]) == "evidence.file_trouble"
    assert ledger.data(vendor.writer) == data
    assert (ledger.head(vendor.writer), ledger.announced(vendor.writer)) == (head, None)
    assert verify(ledger).findings == ()
    for one in (ledger, JsonLinesLedger(ledger.folder, PROJECT, vendor)):
        assert one.append([draft()])[0].seq == len(data.splitlines()) + (1 if one is ledger else 2)
        assert one.reports == []
    assert verify(ledger).verdict is Verdict.PASS


@pytest.mark.parametrize("before", [1, 2])
def test_a_head_that_cannot_be_copied_undoes_no_append(
    ledger, vendor, draft, monkeypatch, failing_at, codes, before
):
    """The records are in the chain, durable and announced: an error would have them twice."""
    for _ in range(before):
        ledger.append([draft()])
    with monkeypatch.context() as patch:
        failing_at(patch, "os.write", 3)
        (record,) = ledger.append([draft()])
    assert codes(ledger.reports) == ["file_trouble"]
    assert ledger.reports[0].severity is Severity.WARN
    assert ledger.head(vendor.writer).seq == record.seq == before + 2
    assert verify(ledger).verdict is Verdict.PASS
    for one in (ledger, JsonLinesLedger(ledger.folder, PROJECT, vendor)):
        one.append([draft()])
    assert verify(ledger).result.count == before + 4


def test_what_could_not_be_taken_back_stays_announced(ledger, vendor, draft, monkeypatch, codes):
    """Whole records that nobody announced would look like a forgery."""
    ledger.append([draft()])
    before = ledger.data(vendor.writer)

    def fail(*args):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(
            "luodi.evidence.json_lines.extend",
            lambda path, data, size: (path.write_bytes(before + data[:-9]), fail()),
        )
        assert refusal(ledger, [draft(), draft()]) == "evidence.file_trouble"
    assert tampering(ledger) == []
    assert ledger.append([draft()])[0].seq == 3
    assert codes(ledger.reports) == ["report_cut_append"]
    assert ledger.data(vendor.writer).startswith(before)
    assert verify(ledger).verdict is Verdict.PASS


@pytest.mark.parametrize("appends", [1, 2])
def test_another_process_killed_after_its_announcement_confuses_nobody(
    ledger, vendor, draft, monkeypatch, appends
):
    """The chain is as this process knows it, but the head files are not."""

    class Killed(BaseException):
        pass

    def kill(*args):
        raise Killed

    for _ in range(appends):
        ledger.append([draft()])
    other = JsonLinesLedger(ledger.folder, PROJECT, vendor)
    with monkeypatch.context() as patch:
        patch.setattr("luodi.evidence.json_lines.extend", kill)
        with pytest.raises(Killed):
            other.append([draft(5)])
    assert tampering(ledger) == []
    with monkeypatch.context() as patch:
        patch.setattr("luodi.evidence.json_lines.extend", kill)
        with pytest.raises(Killed):
            ledger.append([draft(6), draft(7)])
    assert tampering(ledger) == []
    assert ledger.head(vendor.writer).seq == appends + 1
    for one in (ledger, other, ledger):
        one.append([draft()])
    assert verify(ledger).verdict is Verdict.PASS


# --- lock, clock, key -----------------------------------------------------------------------------


def test_a_lock_held_by_another_process_is_named(ledger, vendor, draft):
    ledger.append([draft()])
    lock = ledger.folder / f"{vendor.writer}.lock"
    hold = (
        "import filelock, sys; "
        "lock = filelock.FileLock(sys.argv[1]); lock.acquire(); "
        "sys.stdout.write('held\\n'); sys.stdout.flush(); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        holder.stdout.readline()
        waiting = JsonLinesLedger(ledger.folder, PROJECT, vendor, lock_timeout=0.2)
        with pytest.raises(LuodiError) as refused:
            waiting.append([draft()])
        assert refused.value.code == "evidence.locked"
        assert "另一个进程" in refused.value.text("zh")
        assert "LUODI_LOCK_TIMEOUT" in refused.value.next_step("en")
    finally:
        holder.communicate()
    assert waiting.append([draft()])[0].seq == 3


def test_a_lock_left_behind_by_a_dead_process_does_not_block(ledger, vendor, draft):
    ledger.folder.mkdir(parents=True)
    (ledger.folder / f"{vendor.writer}.lock").touch()
    assert ledger.append([draft()])[0].seq == 2


def test_a_clock_that_went_back_is_no_obstacle(ledger, draft, monkeypatch, codes):
    ledger.append([draft()])
    monkeypatch.setattr("luodi.evidence.stored.now", lambda: datetime(2001, 1, 1, tzinfo=UTC))
    ledger.append([draft()])
    ledger.append([draft()])
    outcome = verify(ledger)
    assert (outcome.verdict, codes(outcome.findings)) == (Verdict.WARN, ["verify_clock"])
    assert outcome.findings[0].params["seq"] == 3


def test_without_a_key_the_ledger_can_only_be_read(ledger, draft):
    ledger.append([draft()])
    reader = JsonLinesLedger(ledger.folder, PROJECT)
    assert refusal(reader, [draft()]) == "evidence.no_key"
    with pytest.raises(LuodiError, match="no signing key"):
        reader.repair()
    assert verify(reader).verdict is Verdict.PASS


# --- a folder that is not as it was left ------------------------------------------------------


def test_another_project_is_refused(ledger, vendor, draft):
    ledger.append([draft()])
    foreign = JsonLinesLedger(ledger.folder, "另一个项目", vendor)
    assert refusal(foreign, [draft()]) == "evidence.other_project"


def test_a_lost_chain_does_not_begin_anew(remembering, draft, chain):
    remembering().append([draft()])
    chain.unlink()
    for kind in (".head", ".next"):
        chain.with_suffix(kind).unlink()
        assert refusal(remembering(), [draft()]) == "evidence.chain_lost"
        assert not chain.exists()


def test_a_lost_chain_is_known_by_its_head_alone(ledger, vendor, draft, chain, alarms):
    ledger.append([draft()])
    chain.unlink()
    assert refusal(JsonLinesLedger(ledger.folder, PROJECT, vendor), [draft()]) == (
        "evidence.chain_lost"
    )
    assert "verify_truncated" in alarms(verify(ledger).findings)


@pytest.mark.parametrize("other", [".head", ".next"])
def test_a_lost_chain_is_known_by_either_head_file(ledger, vendor, draft, chain, other):
    ledger.append([draft()])
    ledger.append([draft()])
    chain.unlink()
    chain.with_suffix(other).unlink()
    fresh = JsonLinesLedger(ledger.folder, PROJECT, vendor)
    assert refusal(fresh, [draft()]) == "evidence.chain_lost"


def test_a_lost_head_stops_appending(ledger, draft, chain, alarms):
    ledger.append([draft()])
    ledger.append([draft()])
    for kind in (".head", ".next"):
        chain.with_suffix(kind).unlink()
        fresh = JsonLinesLedger(ledger.folder, PROJECT, ledger.signer)
        assert refusal(fresh, [draft()]) == "evidence.head_missing"
        assert alarms(verify(ledger).findings) == ["verify_no_head"]


def test_lost_heads_of_a_first_append_stop_appending(ledger, draft, chain, alarms):
    ledger.append([draft()])
    for path in heads_of(ledger):
        path.unlink()
    fresh = JsonLinesLedger(ledger.folder, PROJECT, ledger.signer)
    assert refusal(fresh, [draft()]) == "evidence.head_missing"
    assert alarms(verify(ledger).findings) == ["verify_no_head"]


@pytest.mark.parametrize("appends", [1, 2, 3])
def test_a_lost_second_head_file_is_made_again(ledger, draft, chain, appends):
    for _ in range(appends):
        ledger.append([draft()])
    chain.with_suffix(".next").unlink()
    assert verify(ledger).findings == ()
    for one in (ledger, JsonLinesLedger(ledger.folder, PROJECT, ledger.signer)):
        one.append([draft()])
        assert one.reports == []
        assert len({path.read_bytes() for path in heads_of(ledger)}) == 1
    assert verify(ledger).verdict is Verdict.PASS


@pytest.mark.parametrize("kept", [0, 1, 40, 200, -1])
def test_a_half_written_head_stops_appending(ledger, draft, chain, kept):
    """Where its twin is gone or half-written too; else the twin says what it was to say."""
    ledger.append([draft()])
    one, twin = heads_of(ledger)
    whole = one.read_bytes()
    half = whole.rstrip()[:kept]
    one.write_bytes(half)
    for other in (half, whole.rstrip()[: kept // 2], None):
        twin.write_bytes(other) if other is not None else twin.unlink()
        fresh = JsonLinesLedger(ledger.folder, PROJECT, ledger.signer)
        assert refusal(fresh, [draft()]) == "evidence.head_damaged"
        assert verify(ledger).verdict is Verdict.FAIL
    twin.write_bytes(whole)
    assert verify(ledger).findings == ()
    assert fresh.append([draft()])[0].seq == 3
    assert one.read_bytes() == twin.read_bytes()


@pytest.mark.parametrize("newer", [(0,), (1,), (0, 1)])
def test_a_newer_head_stops_appending(ledger, draft, chain, newer):
    """In either file: a newer version may have been cut short in the middle of an append."""
    ledger.append([draft()])
    for number in newer:
        heads_of(ledger)[number].write_bytes(b'{"format":2,"news":1}')
    before = [path.read_bytes() for path in heads_of(ledger)]
    fresh = JsonLinesLedger(ledger.folder, PROJECT, ledger.signer)
    assert refusal(fresh, [draft()]) == "evidence.format_newer"
    assert [path.read_bytes() for path in heads_of(ledger)] == before


def test_a_newer_record_stops_appending(ledger, draft, chain, edited):
    from luodi.evidence.head import seal

    ledger.append([draft()])
    data = chain.read_bytes()
    line = edited(data.splitlines()[-1], format=2, seq=3, news="…")
    data += line + b"\n"
    chain.write_bytes(data)
    digest = ledger.signer.suite.digest(line)
    head = seal(ledger.signer, PROJECT, 3, len(data), digest, after=2)
    for path in heads_of(ledger):
        path.write_bytes(encode_head(head))
    fresh = JsonLinesLedger(ledger.folder, PROJECT, ledger.signer)
    assert refusal(fresh, [draft()]) == "evidence.format_newer"
    assert chain.read_bytes() == data


def test_a_head_by_another_key_stops_appending(ledger, thief, draft, chain):
    from luodi.evidence.head import seal

    ledger.append([draft()])
    mark = ledger.head(ledger.signer.writer)
    forged = seal(thief, PROJECT, mark.seq, mark.size, mark.digest, after=0)
    unsigned = msgspec.structs.replace(mark, signature="00" * 64)
    for heads in ((forged, mark), (forged, forged), (unsigned, unsigned), (forged, unsigned)):
        for path, head in zip(heads_of(ledger), heads, strict=True):
            path.write_bytes(encode_head(head))
        fresh = JsonLinesLedger(ledger.folder, PROJECT, ledger.signer)
        assert refusal(fresh, [draft()]) == "evidence.head_foreign"
        assert verify(ledger).verdict is Verdict.FAIL


def test_an_old_copy_with_its_old_head_is_known_by_the_memory(remembering, draft, copied):
    mine = remembering()
    mine.append([draft(1)])
    old = copied(mine.folder)
    mine.append([draft(2)])
    old.put(mine.folder)
    assert verify(mine).verdict is Verdict.PASS
    assert refusal(remembering(), [draft(3)]) == "evidence.rolled_back"


def test_history_rewritten_with_the_key_is_known_by_the_memory(
    remembering, ledger, story, tell, vendor, draft
):
    story.end.put(ledger.folder)
    remembering().seen.remember(story.end.head(story.writer).mark)
    remembering().append([draft(8)])
    stolen = tell(vendor, [draft(number + 50) for number in range(9)])
    stolen.end.put(ledger.folder)
    assert verify(ledger).verdict is Verdict.PASS
    assert refusal(remembering(), [draft(9)]) == "evidence.rewritten"


def damage(seen):
    (file,) = seen.path.iterdir()
    file.write_bytes(b'{"writer"')


def test_a_damaged_memory_is_named(remembering, draft, seen):
    mine = remembering()
    mine.append([draft(1)])
    damage(seen)
    assert refusal(remembering(), [draft(2)]) == "evidence.memory_damaged"


def test_a_memory_that_cannot_be_kept_undoes_no_append(remembering, draft, seen, codes):
    """The record is in the chain by then: an error would make the person append it twice."""
    mine = remembering()
    mine.append([draft(1)])
    damage(seen)
    assert mine.append([draft(2)])[0].seq == 3
    assert codes(mine.reports) == ["memory_damaged"]


def test_a_chain_that_is_a_folder_is_named(ledger, vendor, draft, chain):
    chain.mkdir(parents=True)
    with pytest.raises(LuodiError) as refused:
        verify(ledger)
    assert refused.value.code == "evidence.file_trouble"
    assert refused.value.params["path"] == str(chain)


# --- adopt and set aside --------------------------------------------------------------------------


def test_a_longer_copy_is_adopted(ledger, hospital, tell, draft):
    told = tell(hospital, [draft(1), draft(2)])
    for copy in told.copies:
        ledger.adopt(told.writer, copy.data(told.writer), copy.head(told.writer))
    assert ledger.data(told.writer) == told.end.data(told.writer)
    assert verify(ledger).verdict is Verdict.PASS


def test_a_copy_that_does_not_continue_the_chain_is_refused(ledger, hospital, tell, draft):
    told, other = tell(hospital, [draft(1)]), tell(hospital, [draft(2), draft(3)])
    ledger.adopt(told.writer, told.end.data(told.writer), told.end.head(told.writer))
    with pytest.raises(LuodiError) as refused:
        ledger.adopt(told.writer, other.end.data(told.writer), other.end.head(told.writer))
    assert refused.value.code == "evidence.not_a_continuation"
    assert ledger.data(told.writer) == told.end.data(told.writer)


def test_adopting_waits_for_the_lock(ledger, hospital, tell, draft):
    told = tell(hospital, [draft(1)])
    ledger.folder.mkdir(parents=True)
    impatient = JsonLinesLedger(ledger.folder, PROJECT, lock_timeout=0.1)
    with FileLock(ledger.folder / f"{told.writer}.lock"), pytest.raises(LuodiError) as refused:
        impatient.adopt(told.writer, told.end.data(told.writer), told.end.head(told.writer))
    assert refused.value.code == "evidence.locked"


def test_the_same_bytes_are_set_aside_once(ledger):
    first, again = (ledger.set_aside("w0", b"half", "torn") for _ in range(2))
    other = ledger.set_aside("w0", b"other half", "torn")
    assert first == again != other
    assert Path(first).read_bytes() == b"half"
