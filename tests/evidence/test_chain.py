"""One chain by itself: what its walk reads, and what is said of it.

Tampering in every way is in test_verify.py.
"""

from luodi.evidence.chain import Keep, Walk, check_chain, read_chain
from luodi.evidence.model import Choice, Decision, Kind, Side, Verdict


def test_it_works(story):
    chain = check_chain(story.end, story.writer, {story.writer: Side.VENDOR}, keep=Keep.ALL)
    assert (chain.verdict, chain.findings, chain.trusted) == (Verdict.PASS, (), True)
    assert chain.opening.name == "实施工程师的笔记本"
    assert chain.sealed == chain.walk.last == 8
    assert [record.seq for record in chain.records] == list(range(1, 9))


def test_records_are_found_by_their_digest(story):
    walk = check_chain(story.end, story.writer).walk
    for seq, line in enumerate(story.lines, 1):
        assert walk.digest_at(seq) == story.signer.suite.digest(line)
    assert walk.digest_at(0) == walk.digest_at(9) == ""


def test_a_digest_is_found_where_its_record_moved_to():
    walk = Walk((1, 0, 3, 2), ("a", "b", "c", "d"))
    assert [walk.digest_at(seq) for seq in range(5)] == ["", "a", "d", "c", ""]
    assert walk.last == 2


def test_a_chain_that_is_not_there_is_no_chain(story, codes):
    chain = check_chain(type(story.end)({}), story.writer)
    assert codes(chain.findings) == ["verify_no_opening", "verify_no_head"]
    assert (chain.sealed, chain.walk.last, chain.opening) == (0, 0, None)


def test_an_unknown_key_is_not_trusted(story):
    assert not check_chain(story.end, story.writer, {}).trusted
    assert check_chain(story.end, story.writer).trusted


def test_countersignatures_are_collected(tell, hospital, story, draft):
    mark = story.end.head(story.writer).mark
    told = tell(hospital, [draft(heads=(mark,)), draft()])
    assert check_chain(told.end, told.writer).walk.witnessed == ((f"{told.writer}:2", mark),)


class Growing:
    """A chain that grows between one reading and the next."""

    def __init__(self, story):
        self.states = iter(story.copies)
        self.project = story.end.project

    def head(self, writer):
        return next(self.states).head(writer)

    def data(self, writer):
        return next(self.states).data(writer)

    def announced(self, writer):
        return next(self.states).announced(writer)


def test_a_chain_that_grows_is_read_as_it_stood(story):
    stored = read_chain(Growing(story), story.writer)
    assert stored.head == story.copies[0].head(story.writer)
    assert stored.data == story.copies[0].data(story.writer)


def test_a_chain_that_stands_still_is_read_whole(story):
    stored = read_chain(story.end, story.writer)
    assert (stored.data, stored.announced) == (story.end.data(story.writer), None)


def test_the_newest_of_each_identity_and_every_decision_are_kept(tell, vendor, draft):
    """What a gate reads; seats that sign one gate share an identity and must not lose a word."""
    word = Decision(gate="t0", definition="d", seat="finance", choice=Choice.AGREE, name="陈科长")
    signed = {"kind": Kind.DECISION, "subject": "gate:t0", "verb": "sign", "decision": word}
    told = tell(
        vendor,
        [
            draft(subject="a:1"),
            draft(**signed),
            draft(subject="a:2"),
            draft(subject="a:1"),
            draft(**signed),
        ],
    )
    whole = check_chain(told.end, told.writer, keep=Keep.ALL).records
    kept = check_chain(told.end, told.writer, keep=Keep.NEWEST).records
    assert [(item.subject, item.seq) for item in kept] == [
        (item.subject, item.seq) for item in whole if (item.subject, item.seq) != ("a:1", 2)
    ]
    assert check_chain(told.end, told.writer).records == ()
