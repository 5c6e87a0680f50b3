"""Tamper with a ledger in every way; what must be noticed is noticed, and where.

How precise the place is: an edited, inserted, removed or moved record is named by its line or the
next; a cut by the last record left; forged records behind the head by their first and last.  An
edit of the newest record, or links forged from some record on, can only be named as a range that
ends at the head: nothing but the head disagrees.  What needs the key, and an old copy put back with
its old head, a plain verification does not notice.
"""

import json
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from luodi.evidence.chain import Keep
from luodi.evidence.head import encode_head, seal
from luodi.evidence.model import HeadMark, Severity, Side, Verdict, now
from luodi.evidence.stored import encode
from luodi.evidence.suite import Signer
from luodi.evidence.verify import Mark, verify

PROJECT = "同济-his-2027"
any_number = st.integers(0, 10**9)

# A property leaves nothing behind: the fixtures are read only.
tampering = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
long = settings(tampering, max_examples=20_000)


def errors(chains, **more):
    found = verify(chains, **more).findings
    return [item for item in found if item.severity is Severity.ERROR]


def lines_named(findings):
    """Lines that findings point at; in a chain without gaps a seq is a line."""
    for item in findings:
        yield from (item.params[key] for key in ("line", "seq", "next") if key in item.params)
        if item.code != "evidence.verify_rewritten" and "first" in item.params:
            yield from range(item.params["first"], item.params["last"] + 1)


def is_located(findings, line):
    return any(abs(named - line) <= 1 for named in lines_named(findings))


def ranges(findings, code):
    return [
        (item.params["first"], item.params["last"])
        for item in findings
        if item.code == f"evidence.{code}"
    ]


def test_it_works(story):
    outcome = verify(story.end)
    assert (outcome.verdict, outcome.findings) == (Verdict.PASS, ())
    assert outcome.result.count == story.last == 8
    assert [(f.name, f.value) for f in outcome.figures] == [("records", 8), ("chains", 1)]


def test_records_are_kept_when_asked(story):
    assert [r.seq for r in verify(story.end, keep=Keep.ALL).result.chains[0].records] == [
        *range(1, 9)
    ]
    assert verify(story.end).result.chains[0].records == ()


def test_every_state_of_a_growing_chain_verifies(story):
    assert all(verify(copy).verdict is Verdict.PASS for copy in story.copies)


def test_an_empty_ledger_has_nothing_to_say(story):
    empty = type(story.end)({})
    assert (verify(empty).verdict, verify(empty).result.count) == (Verdict.PASS, 0)


# --- single bytes -----------------------------------------------------------------------------


def check_flip(story, place, mask):
    data = bytearray(story.end.data(story.writer))
    place %= len(data)
    line = data[:place].count(b"\n") + 1
    data[place] ^= mask
    found = errors(story.end.having(f"{story.writer}.jsonl", bytes(data)))
    assert found
    if line < story.last:
        assert is_located(found, line) or opening_is_unknown(found), (place, found)
    else:
        assert is_located(found, line) or ranges(found, "verify_rewritten") == [(1, line)]


def opening_is_unknown(findings):
    """Without knowing how it was signed, a chain is refused by its first record."""
    return {"evidence.verify_suite", "evidence.verify_foreign_key"} & {f.code for f in findings}


@tampering
@given(any_number, st.integers(1, 255))
def test_a_flipped_byte_is_located(story, place, mask):
    check_flip(story, place, mask)


@pytest.mark.soak
def test_every_flipped_byte_is_located(story):
    for place in range(len(story.end.data(story.writer))):
        for mask in (1, 2, 4, 8, 16, 32, 64, 128, 255):
            check_flip(story, place, mask)


@tampering
@given(any_number, st.integers(1, 255))
def test_a_flipped_byte_of_the_head_is_noticed_or_means_nothing(story, place, mask):
    written = bytearray(encode_head(story.end.head(story.writer)))
    written[place % len(written)] ^= mask
    tampered = story.with_head(bytes(written))
    if not errors(tampered):
        assert tampered.head(story.writer).mark == story.end.head(story.writer).mark


HEAD_EDITS = {
    "format": 2,
    "project": "另一个项目",
    "writer": "w0123456789abcdef",
    "seq": 7,
    "size": 100,
    "digest": "0" * 64,
    "suite": "sm2-sm3",
    "public_key": "00" * 32,
    "sealed": "2020-01-01T00:00:00Z",
    "signature": "",
}


@pytest.mark.parametrize("field", HEAD_EDITS)
def test_an_edited_head_is_noticed(story, field):
    head = json.loads(encode_head(story.end.head(story.writer)))
    assert errors(story.with_head(json.dumps(head | {field: HEAD_EDITS[field]}).encode()))


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"", "head_damaged"),
        (b'{"format":1', "head_damaged"),
        (b"\xff\xfe", "head_damaged"),
        (b"[" * 100_000, "head_damaged"),
        (b'{"format":2}', "format_newer"),
    ],
)
def test_a_head_that_does_not_read_is_named(story, head, code, codes):
    assert codes(errors(story.with_head(head))) == [code, "verify_no_head"]


# --- whole records ------------------------------------------------------------------------------

EDITS = {
    "verdict": "fail",
    "status": "failed",
    "actor": "李工",
    "environment": "production",
    "subject": "migration:费用",
    "figures": [{"name": "rows", "value": 1, "unit": "row"}],
    "findings": [],
    "finished": "2027-03-02T08:30:00Z",
    "recorded": "2027-03-02T08:30:00Z",
    "previous": "f" * 64,
    "seq": 5,
    "project": "另一个项目",
    "writer": "w0123456789abcdef",
}


@tampering
@given(st.integers(1, 8), st.sampled_from(sorted(EDITS)))
def test_an_edited_field_is_located(story, edited, line, field):
    lines = story.lines
    lines[line - 1] = edited(lines[line - 1], **{field: EDITS[field]})
    assume(lines != story.lines)
    found = errors(story.with_lines(lines))
    if line < story.last:
        assert is_located(found, line)
    else:
        assert is_located(found, line) or ranges(found, "verify_rewritten") == [(1, line)]


def test_an_edit_is_named_exactly(story, edited):
    lines = story.lines
    lines[3] = edited(lines[3], verdict="fail")
    (found,) = errors(story.with_lines(lines))
    assert found.code == "evidence.verify_altered"
    assert found.params == {"writer": story.writer, "seq": 4, "next": 5, "line": 4}


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": 0},
        {"seq": -3},
        {"seq": 2**70},
        {"recorded": "2027-03-01T08:30:00"},
        {"started": "2027-03-01T08:30:00"},
        {"unheard_of": 1},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_record_that_fits_no_chain_is_damaged(story, edited, changes, codes):
    lines = story.lines
    lines[3] = edited(lines[3], **changes)
    found = errors(story.with_lines(lines))
    assert codes(found) == ["verify_damaged"]
    assert found[0].params["line"] == 4


def test_a_line_nested_without_end_is_damaged(story, codes):
    lines = story.lines
    lines[3] = b'{"x":' + b"[" * 100_000
    assert codes(errors(story.with_lines(lines))) == ["verify_damaged"]


def test_a_newer_record_is_named(story, edited):
    lines = story.lines
    lines[3] = edited(lines[3], format=2, news="…")
    (found,) = errors(story.with_lines(lines))
    assert found.code == "evidence.verify_newer"
    assert (found.params["line"], found.params["format"]) == (4, 2)


def test_an_unknown_suite_is_named(story, edited, codes):
    lines = story.lines
    opening = json.loads(lines[0])["opening"]
    lines[0] = edited(lines[0], opening=opening | {"suite": "pq-2040"})
    (found,) = errors(story.with_lines(lines))
    assert found.code == "evidence.verify_suite"
    assert found.params["suite"] == "pq-2040"


@tampering
@given(st.integers(1, 9), st.integers(1, 8))
def test_a_copied_record_is_located(story, line, source):
    lines = story.lines
    lines.insert(line - 1, lines[source - 1])
    assert is_located(errors(story.with_lines(lines)), line)


@tampering
@given(st.integers(1, 9), st.booleans())
def test_a_forged_record_is_located(story, read_record, line, renumbered):
    lines = story.lines
    before = lines[line - 2] if line > 1 else b""
    forged = msgspec.structs.replace(
        read_record(lines[min(line, 8) - 1]),
        seq=line,
        previous=story.signer.suite.digest(before) if before else "0" * 64,
        actor="路人",
    )
    rest = [read_record(item) for item in lines[line - 1 :]]
    if renumbered:
        rest = [msgspec.structs.replace(item, seq=item.seq + 1) for item in rest]
    found = errors(story.with_lines([*lines[: line - 1], *map(encode, [forged, *rest])]))
    assert is_located(found, line)


@tampering
@given(st.integers(1, 8), st.integers(1, 8))
def test_removed_records_are_located(story, first, count):
    lines = story.lines
    del lines[first - 1 : first - 1 + count]
    last = min(first + count - 1, story.last)
    found = errors(story.with_lines(lines))
    if last < story.last:
        assert ranges(found, "verify_missing") == [(first, last)]
    else:
        (cut,) = [item for item in found if item.code == "evidence.verify_truncated"]
        assert (cut.params["seq"], cut.params["lost"]) == (first - 1, last - first + 1)


@tampering
@given(st.permutations(range(8)))
def test_moved_records_are_located(story, order):
    assume(order != sorted(order))
    lines = story.lines
    found = errors(story.with_lines([lines[index] for index in order]))
    first = next(line for line, index in enumerate(order, 1) if index != line - 1)
    assert is_located(found, first)


@tampering
@given(any_number)
def test_a_cut_at_any_byte_is_located(story, size):
    data = story.end.data(story.writer)
    size %= len(data)
    found = errors(story.end.having(f"{story.writer}.jsonl", data[:size]))
    (cut,) = [item for item in found if item.code == "evidence.verify_truncated"]
    kept = data[:size].count(b"\n")
    assert (cut.params["seq"], cut.params["lost"]) == (kept, story.last - kept)


@tampering
@given(st.integers(1, 5))
def test_records_nobody_signed_are_located(story, relinked, count):
    lines = relinked([*story.lines, *story.lines[-count:]])
    found = errors(story.with_lines(lines))
    assert ranges(found, "verify_unsigned") == [(9, 8 + count)]


def test_links_forged_without_the_key_are_noticed(story, edited, relinked):
    """Nothing tells from which record on, unless somebody kept a head."""
    lines = story.lines
    lines[3] = edited(lines[3], verdict="fail")
    forged = story.with_lines(relinked(lines))
    assert ranges(errors(forged), "verify_rewritten") == [(1, 8)]
    marks = [mark_of(copy, story.writer) for copy in story.copies[1:5]]  # seq 3 to 6
    found = errors(forged, since=marks)
    assert set(ranges(found, "verify_rewritten_since")) == {(4, 4), (4, 5), (4, 6)}


def mark_of(copy, writer, source="签字纪要"):
    return Mark(copy.head(writer).mark, source)


# --- heads and keys -------------------------------------------------------------------------------


@tampering
@given(st.integers(0, 5))
def test_an_older_head_leaves_records_nobody_signed(story, age):
    old = story.copies[age].head(story.writer)
    found = errors(story.with_head(old))
    assert ranges(found, "verify_unsigned") == [(old.seq + 1, 8)]


def test_a_replayed_announcement_vouches_for_nothing_else(story, edited, codes):
    """With an old head and a later one announced, forged records are unsigned, or do not count.

    They do not count where the announcement is the very next: then a crash may have left them.
    """
    later = story.end.head(story.writer)
    for actor, kept, code in (
        ("路人", 5, "verify_unsigned"),
        ("路", 5, "verify_unsigned"),
        ("路人", 7, "verify_unsigned"),
        ("路", 7, "verify_unfinished"),
    ):
        old = story.copies[kept - 2].head(story.writer)
        forged = [edited(line, actor=actor) for line in story.lines[kept:]]
        tampered = story.with_lines([*story.lines[:kept], *forged])
        replayed = tampered.having(f"{story.writer}.head", old).having(
            f"{story.writer}.next", later
        )
        outcome = verify(replayed)
        assert code in codes(outcome.findings)
        assert outcome.verdict is Verdict.FAIL or outcome.result.count == kept


def test_heads_of_two_chains_cannot_be_swapped(story, tell, hospital, draft, codes):
    other = tell(hospital, [draft()])
    both = type(story.end)({**story.end.files, **other.end.files})
    swapped = both.having(f"{story.writer}.head", other.end.head(other.writer))
    assert verify(both).verdict is Verdict.PASS
    assert "verify_other_head" in codes(errors(swapped))
    assert {item.params["writer"] for item in errors(swapped)} == {story.writer}


def test_another_chain_cannot_take_the_name(story, tell, thief, draft, codes):
    other = tell(thief, [draft() for _ in range(7)])
    posing = type(story.end)(
        {
            f"{story.writer}.jsonl": other.end.data(other.writer),
            f"{story.writer}.head": other.end.files[f"{other.writer}.head"],
        }
    )
    assert "verify_foreign_key" in codes(errors(posing))


class Posing(Signer):
    def __init__(self, key, writer):
        super().__init__(key.suite, key.private, key.name, key.side)
        object.__setattr__(self, "writer", writer)


def posing_as(writer, thief):
    """The thief's key, signing under another chain's name."""
    return Posing(thief, writer)


def test_another_key_cannot_continue_the_chain(story, thief, relinked, edited, codes):
    """Signed with the thief's key: under the old opening, and under one that names that key."""
    lines = relinked([edited(line, actor="路人") for line in story.lines])
    opening = json.loads(lines[0])["opening"] | {"public_key": thief.public_key.hex()}
    renamed = relinked([edited(lines[0], opening=opening), *lines[1:]])
    for forged, code in ((lines, "verify_head_forged"), (renamed, "verify_foreign_key")):
        data = b"".join(line + b"\n" for line in forged)
        digest = thief.suite.digest(forged[-1])
        head = seal(posing_as(story.writer, thief), PROJECT, 8, len(data), digest, after=7)
        assert head.is_signed()
        found = errors(story.with_lines(forged).with_heads(story.writer, head))
        assert codes(found) == [code]


def test_another_key_cannot_announce(story, thief, relinked, codes):
    """Neither records behind the head, nor an unfinished append that would hide them."""
    posing = posing_as(story.writer, thief)
    forged = story.with_lines(relinked([*story.lines, story.lines[4]]))
    size = len(forged.data(story.writer))
    digest = thief.suite.digest(forged.data(story.writer).split(b"\n")[-2])
    true = seal(story.signer, PROJECT, 9, size + 99, digest, after=8)
    for announced in (
        seal(posing, PROJECT, 9, size, digest, after=8),
        seal(posing, PROJECT, 9, size + 99, digest, after=8),
        msgspec.structs.replace(true, seq=10),
    ):
        found = errors(forged.having(f"{story.writer}.next", announced))
        assert ranges(found, "verify_unsigned") == [(9, 9)]


def test_another_name_or_side_in_the_opening_is_noticed(story, edited, codes):
    opening = json.loads(story.lines[0])["opening"] | {"side": "hospital"}
    lines = [edited(story.lines[0], opening=opening), *story.lines[1:]]
    assert codes(errors(story.with_lines(lines))) == ["verify_altered"]


def test_a_chain_of_another_project_is_noticed(story, codes):
    elsewhere = type(story.end)(story.end.files, project="另一个项目")
    assert codes(errors(elsewhere)) == [*["verify_stranger"] * 8, "verify_other_head"]


def test_a_chain_without_its_head_is_noticed(story, codes):
    without = story.end.without(f"{story.writer}.head")
    for copy in (without, without.without(f"{story.writer}.next")):
        assert codes(errors(copy)) == ["verify_no_head"]


def test_a_head_without_its_chain_is_noticed(story, codes):
    found = errors(story.end.without(f"{story.writer}.jsonl"))
    assert codes(found) == ["verify_no_opening", "verify_truncated"]
    assert found[-1].params["lost"] == 8


def test_the_head_renamed_as_an_announcement_hides_no_cut(story, codes):
    """Only an announcement that fits the records vouches for them."""
    head = story.end.head(story.writer)
    for kept in range(1, 8):
        cut = story.with_lines(story.lines[:kept]).without(f"{story.writer}.head")
        assert codes(errors(cut.having(f"{story.writer}.next", head))) == ["verify_no_head"]


# --- what a crash leaves is no tampering -------------------------------------------------------


def test_announced_records_are_unsealed_and_not_forged(story, codes):
    unsealed = story.with_head(story.copies[5].head(story.writer)).having(
        f"{story.writer}.next", story.end.head(story.writer)
    )
    outcome = verify(unsealed)
    assert (outcome.verdict, codes(outcome.findings)) == (Verdict.WARN, ["verify_unsealed"])


def test_the_very_first_append_may_be_unsealed(story, codes):
    first = story.copies[0]
    head = first.head(story.writer)
    unsealed = first.without(f"{story.writer}.head").having(f"{story.writer}.next", head)
    assert codes(verify(unsealed).findings) == ["verify_unsealed"]


def test_an_append_cut_short_does_not_count(story, codes):
    before, after = story.copies[5], story.end
    added = len(after.data(story.writer)) - len(before.data(story.writer))
    announced = before.having(f"{story.writer}.next", after.head(story.writer))
    for size in range(1, added):
        data = after.data(story.writer)[: size - added]
        outcome = verify(announced.having(f"{story.writer}.jsonl", data), keep=Keep.ALL)
        assert codes(outcome.findings) == ["verify_unfinished"]
        assert outcome.findings[0].params["bytes"] == size
        assert outcome.result.count == before.head(story.writer).seq


def test_half_a_record_at_the_end_is_reported(story, codes):
    torn = story.end.having(f"{story.writer}.jsonl", story.end.data(story.writer) + b'{"actor"')
    outcome = verify(torn)
    assert (outcome.verdict, codes(outcome.findings)) == (Verdict.WARN, ["verify_torn"])


def test_a_clock_that_went_back_is_reported_once(tell, vendor, draft, monkeypatch, codes):
    start = now()
    seconds = iter((0, 3600, 60, 61, 62))
    monkeypatch.setattr(
        "luodi.evidence.stored.now", lambda: start + timedelta(seconds=next(seconds, 99))
    )
    back = tell(vendor, [draft(number) for number in range(4)])
    outcome = verify(back.end)
    assert outcome.verdict is Verdict.WARN
    assert codes(outcome.findings) == ["verify_clock"]
    assert outcome.findings[0].params["seconds"] > 3000


# --- what only a head kept elsewhere can tell -----------------------------------------------------


@pytest.fixture(scope="session")
def stolen(story, tell, vendor, draft):
    """The chain written anew with its own key, other from record 5 on."""
    return tell(vendor, [draft(number if number < 4 else number + 50) for number in range(1, 8)])


def test_a_thief_with_the_key_is_not_noticed_without_a_mark(stolen):
    assert verify(stolen.end).verdict is Verdict.PASS


def test_an_old_copy_with_its_old_head_is_not_noticed_without_a_mark(story):
    assert verify(story.copies[3]).verdict is Verdict.PASS


def test_a_mark_notices_the_thief(story, stolen):
    found = errors(stolen.end, since=[mark_of(story.end, story.writer)])
    assert ranges(found, "verify_rewritten_since") == [(1, 8)]
    assert found[0].params["source"] == "签字纪要"


def test_marks_narrow_down_what_was_rewritten(story, relinked, edited):
    """Rewritten from record 5 on: the newest mark that still agrees is where the search begins."""
    lines = story.lines
    lines[4] = edited(lines[4], verdict="fail")
    lines = relinked(lines)
    data = b"".join(line + b"\n" for line in lines)
    head = seal(story.signer, PROJECT, 8, len(data), story.signer.suite.digest(lines[-1]), after=7)
    rewritten = story.with_lines(lines).with_heads(story.writer, head)
    assert verify(rewritten).verdict is Verdict.PASS
    marks = [mark_of(story.copies[at], story.writer) for at in (0, 2, 5)]  # seq 2, 4, 7
    assert ranges(errors(rewritten, since=marks), "verify_rewritten_since") == [(5, 7)]


def test_a_mark_between_others_that_agree_is_narrowed_down_by_the_older(story):
    wrong = Mark(HeadMark(writer=story.writer, seq=4, digest="0" * 64), "签字纪要")
    marks = [mark_of(story.copies[at], story.writer) for at in (0, 4)]  # seq 2 and 6
    assert ranges(errors(story.end, since=[*marks, wrong]), "verify_rewritten_since") == [(3, 4)]


def test_a_mark_notices_the_old_copy(story):
    (found,) = errors(story.copies[3], since=[mark_of(story.end, story.writer)])
    assert found.code == "evidence.verify_rolled_back"
    assert (found.params["seq"], found.params["kept"]) == (5, 8)


def test_a_mark_notices_a_lost_chain(story):
    (found,) = errors(type(story.end)({}), since=[mark_of(story.end, story.writer)])
    assert found.code == "evidence.verify_chain_lost"
    assert found.params["seq"] == 8


@pytest.mark.parametrize("state", range(7))
def test_a_mark_of_the_chain_itself_agrees(story, state):
    assert errors(story.end, since=[mark_of(story.copies[state], story.writer)]) == []


@pytest.fixture(scope="session")
def witness(story, tell, hospital, draft):
    """The hospital's chain, which countersigns the vendor's head at record 8."""
    return tell(hospital, [draft(heads=(story.end.head(story.writer).mark,))])


def beside(copy, witness):
    return type(copy)({**copy.files, **witness.end.files})


def test_a_countersignature_notices_the_thief(stolen, witness, codes):
    found = errors(beside(stolen.end, witness))
    assert codes(found) == ["verify_rewritten_since"]
    assert found[0].params["source"] == f"信息科 ({witness.writer}:2)"


def test_a_countersignature_notices_the_old_copy(story, witness, codes):
    assert codes(errors(beside(story.copies[3], witness))) == ["verify_rolled_back"]


def test_a_countersignature_notices_a_lost_chain(witness, codes):
    assert codes(errors(witness.end)) == ["verify_chain_lost"]


def test_a_countersigned_chain_that_grows_is_fine(story, tell, hospital, draft):
    early = tell(hospital, [draft(heads=(story.copies[2].head(story.writer).mark,))])
    assert errors(beside(story.end, early)) == []


# --- trust ----------------------------------------------------------------------------------------


def test_an_untrusted_key_is_named(story, codes):
    outcome = verify(story.end, trusted={})
    assert (outcome.verdict, codes(outcome.findings)) == (Verdict.WARN, ["verify_untrusted"])
    assert errors(story.end, trusted={story.writer: Side.VENDOR}) == []


@pytest.fixture
def slander(story, tell, thief, draft):
    """A stranger's chain that says the vendor's looked otherwise, and that another is lost."""
    lies = (
        HeadMark(writer=story.writer, seq=5, digest="0" * 64),
        HeadMark(writer="w0123456789abcdef", seq=5, digest="0" * 64),
    )
    return tell(thief, [draft(heads=lies)])


def test_a_witness_nobody_trusts_accuses_nobody(story, slander, codes):
    trusted = {story.writer: Side.VENDOR}
    outcome = verify(beside(story.end, slander), trusted=trusted)
    assert (outcome.verdict, codes(outcome.findings)) == (Verdict.WARN, ["verify_untrusted"])


def test_a_tampered_witness_accuses_nobody(story, witness, edited):
    lines = witness.lines
    lie = {"writer": story.writer, "seq": 5, "digest": "0" * 64}
    tampered = witness.with_lines([lines[0], edited(lines[1], heads=[lie])])
    both = type(story.end)({**story.end.files, **tampered.files})
    assert {item.params["writer"] for item in errors(both)} == {witness.writer}


# --- the long runs --------------------------------------------------------------------------------


@pytest.mark.soak
@long
@given(st.data())
def test_any_mixture_of_tampering_is_noticed(story, data):
    """Cut, move, copy, edit and flip at will: unless every byte is as it was, it is noticed."""
    lines = story.lines
    for _ in range(data.draw(st.integers(1, 4))):
        act = data.draw(st.sampled_from(("delete", "copy", "move", "flip")))
        at = data.draw(st.integers(0, max(len(lines) - 1, 0)))
        if not lines:
            break
        if act == "delete":
            del lines[at]
        elif act == "copy":
            lines.insert(data.draw(st.integers(0, len(lines))), lines[at])
        elif act == "move":
            lines.insert(data.draw(st.integers(0, len(lines) - 1)), lines.pop(at))
        elif lines[at]:
            place = data.draw(st.integers(0, len(lines[at]) - 1))
            flipped = bytearray(lines[at])
            flipped[place] ^= data.draw(st.integers(1, 255))
            lines[at] = bytes(flipped)
    assume(b"\n".join(lines) != b"\n".join(story.lines))
    assert errors(story.with_lines(lines))
