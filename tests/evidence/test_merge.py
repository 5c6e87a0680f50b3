"""A union in which nothing is overwritten: the longer copy stays, a fork is an alarm."""

import itertools
from pathlib import Path

import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.head import SeenHeads
from luodi.evidence.json_lines import JsonLinesLedger
from luodi.evidence.merge import Union, merge
from luodi.evidence.model import Side, Verdict
from luodi.evidence.verify import verify

PROJECT = "同济-his-2027"


@pytest.fixture
def folder(tmp_path, swift):
    """A ledger in a folder, holding what some copies hold."""
    numbers = itertools.count()

    def open_one(*copies, signer=None, seen=None):
        place = tmp_path / f"folder-{next(numbers)}"
        for copy in copies:
            copy.put(place)
        return JsonLinesLedger(place, PROJECT, signer, seen=seen)

    return open_one


@pytest.fixture(scope="session")
def second(tell, hospital, draft):
    """The hospital's chain."""
    return tell(hospital, [draft(number) for number in range(3)])


def forked(folder, story, draft):
    """Go on from an old copy: the same until record 4."""
    mine = folder(story.copies[2], signer=story.signer)
    mine.append([draft(40)])
    mine.append([draft(50)])
    return mine


def content(ledger):
    return {
        path.name: path.read_bytes()
        for path in ledger.folder.iterdir()
        if path.suffix in (".jsonl", ".head", ".next")
    }


def unions(outcome):
    return [(item.writer, item.union, item.records) for item in outcome.result]


def test_it_works(folder, story, second):
    mine = folder(story.copies[3])
    outcome = merge(mine, folder(story.end, second.end))
    assert sorted(unions(outcome)) == sorted(
        [(story.writer, Union.GREW, 3), (second.writer, Union.ADDED, 4)]
    )
    assert (outcome.verdict, outcome.findings) == (Verdict.PASS, ())
    assert content(mine) == {**story.end.files, **second.end.files}
    assert verify(mine).verdict is Verdict.PASS


@pytest.mark.parametrize("own", range(7))
@pytest.mark.parametrize("sent", range(7))
def test_the_longer_copy_stays(folder, story, own, sent):
    mine = folder(story.copies[own])
    (item,) = merge(mine, story.copies[sent]).result
    expected = Union.SAME if own == sent else Union.GREW if own < sent else Union.OLDER
    assert (item.union, item.records) == (expected, max(sent - own, 0))
    assert content(mine) == dict(story.copies[max(own, sent)].files)


def test_merging_twice_changes_nothing(folder, story, second):
    mine, theirs = folder(story.copies[3]), folder(story.end, second.end)
    merge(mine, theirs)
    before = content(mine)
    assert {item.union for item in merge(mine, theirs).result} == {Union.SAME}
    assert content(mine) == before
    assert not (mine.folder / "aside").exists()


def test_the_order_of_merging_does_not_matter(folder, story, second):
    parts = [story.copies[5], story.copies[2], second.copies[1], second.end]
    ends = []
    for order in itertools.permutations(parts):
        mine = folder(story.copies[0])
        for part in order:
            merge(mine, part)
        ends.append(content(mine))
    assert all(end == {**story.copies[5].files, **second.end.files} for end in ends)


def test_two_sides_that_merge_each_other_agree(folder, story, second):
    here, there = folder(story.end, second.copies[0]), folder(story.copies[1], second.end)
    merge(here, there)
    merge(there, here)
    assert content(here) == content(there)


def test_the_own_chain_may_be_longer_in_the_bundle(folder, story, tmp_path, draft):
    """An old copy was put back; a colleague's bundle brings the rest, and work goes on."""
    seen = SeenHeads(tmp_path / "seen")
    seen.remember(story.end.head(story.writer).mark)
    mine = folder(story.copies[3], signer=story.signer, seen=seen)
    with pytest.raises(LuodiError, match="old copy"):
        mine.append([draft()])
    assert unions(merge(mine, story.end)) == [(story.writer, Union.GREW, 3)]
    assert mine.append([draft()])[0].seq == 9


def test_the_own_open_ledger_notices_that_it_grew(folder, story, draft):
    mine = folder(story.copies[2], signer=story.signer)
    mine.append([draft(4)])
    shorter = folder(*[story.copies[2]], signer=story.signer)
    shorter.append([])
    merge(shorter, mine)
    assert shorter.append([draft()])[0].seq == 6
    assert verify(shorter).verdict is Verdict.PASS


# --- forks ----------------------------------------------------------------------------------------


def test_a_fork_is_an_alarm_and_both_are_kept(folder, story, draft, codes):
    mine, theirs = folder(story.end), forked(folder, story, draft)
    outcome = merge(mine, theirs)
    assert outcome.verdict is Verdict.FAIL
    assert codes(outcome.findings) == ["fork"]
    assert outcome.findings[0].params == {"writer": story.writer, "seq": 5}
    (item,) = outcome.result
    assert item.union is Union.FORKED
    assert mine.data(story.writer) == story.end.data(story.writer)
    assert Path(item.aside).read_bytes() == theirs.data(story.writer)


def test_a_fork_is_located_from_either_side(folder, story, draft):
    mine, theirs = forked(folder, story, draft), folder(story.end)
    found = [merge(*pair).findings[0].params["seq"] for pair in ((mine, theirs), (theirs, mine))]
    assert found == [5, 5]


def test_a_fork_met_again_is_kept_once(folder, story, draft):
    mine, theirs = folder(story.end), forked(folder, story, draft)
    for _ in range(3):
        assert merge(mine, theirs).verdict is Verdict.FAIL
    assert len(list((mine.folder / "aside").iterdir())) == 1


def test_a_fork_stops_no_other_chain(folder, story, second, draft):
    theirs = forked(folder, story, draft)
    second.end.put(theirs.folder)
    mine = folder(story.end)
    assert {item.union for item in merge(mine, theirs).result} == {Union.FORKED, Union.ADDED}
    assert verify(mine).verdict is Verdict.PASS


# --- what does not verify -----------------------------------------------------------------------


def test_a_tampered_chain_is_refused_while_others_merge(folder, story, second, edited, codes):
    lines = story.lines
    lines[3] = edited(lines[3], verdict="fail")
    theirs = folder(story.with_lines(lines), second.end)
    mine = folder(story.copies[1])
    outcome = merge(mine, theirs)
    kinds = {item.writer: item for item in outcome.result}
    assert kinds[second.writer].union is Union.ADDED
    assert kinds[story.writer].union is Union.REFUSED
    assert Path(kinds[story.writer].aside).read_bytes() == theirs.data(story.writer)
    assert mine.data(story.writer) == story.copies[1].data(story.writer)
    assert codes(outcome.findings) == ["verify_altered"]
    assert verify(mine).verdict is Verdict.PASS


@pytest.mark.parametrize("head", [None, b"", b'{"format":2}'])
def test_a_chain_without_a_head_that_reads_is_refused(folder, story, head):
    theirs = story.end.without_heads(story.writer)
    if head is not None:
        theirs = theirs.with_heads(story.writer, head)
    outcome = merge(folder(), theirs)
    assert unions(outcome) == [(story.writer, Union.REFUSED, 0)]
    assert outcome.verdict is Verdict.FAIL


def test_a_chain_that_is_only_announced_is_refused_and_says_so(folder, story, codes):
    """A first append that a crash cut short; a later announcement instead of a head is damage."""
    for copy, code in ((story.copies[0], "verify_unsealed"), (story.end, "verify_no_head")):
        outcome = merge(folder(), copy.without(f"{story.writer}.head"))
        assert unions(outcome) == [(story.writer, Union.REFUSED, 0)]
        assert codes(outcome.findings) == [code]


def test_what_was_not_sealed_does_not_come_in(folder, story):
    published = story.copies[5].head(story.writer)
    unsealed = story.end.having(f"{story.writer}.head", published)
    mine = folder()
    assert unions(merge(mine, unsealed)) == [(story.writer, Union.ADDED, 7)]
    assert content(mine) == dict(story.copies[5].files)


def test_another_project_is_refused(folder, story):
    with pytest.raises(LuodiError) as refused:
        merge(folder(), type(story.end)(story.end.files, project="另一个项目"))
    assert refused.value.code == "evidence.other_project"


def test_a_stranger_comes_in_by_name_and_is_not_trusted(folder, story, codes):
    mine = folder()
    outcome = merge(mine, story.end, trusted={})
    assert unions(outcome) == [(story.writer, Union.ADDED, 8)]
    assert codes(outcome.findings) == ["verify_untrusted"]
    assert merge(folder(), story.end, trusted={story.writer: Side.VENDOR}).findings == ()


# --- the own copy is not as it should be ----------------------------------------


def test_half_a_line_in_the_own_copy_is_set_aside(folder, story):
    half = story.copies[2].having(
        f"{story.writer}.jsonl", story.copies[2].data(story.writer) + b'{"half"'
    )
    mine = folder(half)
    assert unions(merge(mine, story.end)) == [(story.writer, Union.GREW, 4)]
    assert verify(mine).verdict is Verdict.PASS
    assert [path.read_bytes() for path in (mine.folder / "aside").iterdir()] == [b'{"half"']


@pytest.mark.parametrize("head", [None, b"", b'{"format":1'])
def test_a_lost_or_damaged_head_is_taken_from_the_bundle(folder, story, head):
    """As the error about it advises."""
    name = story.writer
    owns = [story.end.without_heads(name), story.end.without(f"{name}.head")]
    if head is not None:
        one = story.end.having(f"{name}.head", head)
        owns = [story.end.with_heads(name, head), one, one.without(f"{name}.next")]
    for own in owns:
        mine = folder(own)
        assert unions(merge(mine, story.end)) == [(name, Union.SAME, 0)]
        assert verify(mine).verdict is Verdict.PASS


def test_a_lost_chain_is_taken_from_the_bundle(folder, story, tmp_path, draft):
    seen = SeenHeads(tmp_path / "seen")
    seen.remember(story.end.head(story.writer).mark)
    mine = folder(signer=story.signer, seen=seen)
    with pytest.raises(LuodiError, match="is gone"):
        mine.append([draft()])
    merge(mine, story.end)
    assert mine.append([draft()])[0].seq == 9
