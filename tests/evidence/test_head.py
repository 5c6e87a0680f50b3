"""A head is small enough to be read aloud; whoever keeps one can tell what happened since."""

import json
import os

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.head import (
    SeenHeads,
    decode_head,
    encode_head,
    parse_token,
    seal,
    token_of,
)
from luodi.evidence.model import HeadMark

DIGEST = "0123456789abcdef" * 4


@pytest.fixture
def head(vendor):
    return seal(vendor, "同济", 7, 4096, DIGEST, after=6)


@pytest.fixture
def seen(tmp_path):
    return SeenHeads(tmp_path / "家" / "seen")


def mark(writer="w1", seq=7, digest=DIGEST):
    return HeadMark(writer=writer, seq=seq, digest=digest)


def test_it_works(head, vendor):
    assert head.is_signed()
    assert head.mark == mark(vendor.writer)
    assert decode_head(encode_head(head), "head") == head


@pytest.mark.parametrize(
    "changes",
    [
        {"project": "协和"},
        {"writer": "w2"},
        {"seq": 8},
        {"size": 4097},
        {"after": 5},
        {"after": 0},
        {"digest": DIGEST[::-1]},
        {"suite": "sm2-sm3"},
        {"suite": "unheard-of"},
        {"public_key": "00" * 32},
        {"public_key": "no hex"},
        {"signature": "00" * 64},
        {"signature": "short"},
        {"signature": ""},
    ],
    ids=str,
)
def test_a_changed_head_is_not_signed(head, changes):
    assert not msgspec.structs.replace(head, **changes).is_signed()


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"null", b"[]", b'{"format":1}', b"\xff", b"[" * 100_000, b'{"format":true}'],
    ids=lambda data: data[:12],
)
def test_a_damaged_head_is_named(data):
    with pytest.raises(LuodiError) as damaged:
        decode_head(data, "链.head")
    assert damaged.value.code == "evidence.head_damaged"
    assert damaged.value.params == {"path": "链.head"}


@pytest.mark.parametrize("seq", [0, -1, 2**63, 10**400, "7", None])
def test_a_head_counts_from_one(head, seq):
    fields = msgspec.to_builtins(head) | {"seq": seq}
    with pytest.raises(LuodiError, match="damaged"):
        decode_head(json.dumps(fields).encode(), "head")


def test_a_newer_head_is_named():
    with pytest.raises(LuodiError) as newer:
        decode_head(b'{"format":2,"news":1}', "head")
    assert newer.value.code == "evidence.format_newer"


# --- tokens ---------------------------------------------------------------------------------------


def test_a_token_reads_back(head):
    assert parse_token(f"  {head.token()}\n") == ("同济", head.mark)


@given(st.integers(1, 10**18 - 1))
def test_every_seq_reads_back(seq):
    assert parse_token(token_of("同济", mark(seq=seq)))[1].seq == seq


@pytest.mark.parametrize(
    "text",
    [
        "",
        "luodi-head",
        f"luodi-head:2:p:w1:7:{DIGEST}",
        f"luodi-head:1:p:w1:7:{DIGEST[:-1]}",
        f"luodi-head:1:p:w1:7:{DIGEST[:-1]}g",
        f"luodi-head:1:p:w1:seven:{DIGEST}",
        f"luodi-head:1:p:w1:-7:{DIGEST}",
        f"luodi-head:1:p:w1:七:{DIGEST}",
        f"luodi-head:1:p:w1:٧:{DIGEST}",
        f"luodi-head:1:p:w1:{'9' * 5000}:{DIGEST}",
        f"luodi-head:1:p:w1:7:{DIGEST}:more",
        f"luodi-head:1::w1:7:{DIGEST}",
        f"luodi-head：1：p：w1：7：{DIGEST}",
    ],
    ids=lambda text: text[:24],
)
def test_a_malformed_token_is_wrong_use(text):
    with pytest.raises(WrongUse) as wrong:
        parse_token(text)
    assert wrong.value.code == "evidence.token_malformed"
    assert len(wrong.value.params["text"]) <= 80


@given(st.text())
def test_any_text_is_a_token_or_wrong_use(text):
    with pytest.raises(WrongUse):
        parse_token(text)


# --- memory ---------------------------------------------------------------------------------------


def test_nothing_seen_is_nothing_remembered(seen):
    assert seen.read() == {}


def test_the_newest_mark_of_each_chain_is_remembered(seen):
    seen.remember(mark(seq=7), mark("w2", seq=3))
    seen.remember(mark(seq=9, digest=DIGEST[::-1]))
    seen.remember(mark(seq=8))
    assert {name: item.seq for name, item in seen.read().items()} == {"w1": 9, "w2": 3}


@pytest.mark.skipif(os.name == "nt", reason="Windows has access lists instead")
def test_the_memory_is_private(seen):
    seen.remember(mark())
    for number in range(8, 11):
        assert seen.path.stat().st_mode & 0o777 == 0o700
        assert [path.stat().st_mode & 0o777 for path in seen.path.iterdir()] == [0o600]
        seen.remember(mark(seq=number))


@pytest.mark.parametrize("data", [b"", b"[", b"{}", b'[{"writer":1}]', b"\xff"])
def test_a_damaged_memory_is_named(seen, data):
    seen.path.mkdir(parents=True)
    file = seen.path / "w1.json"
    file.write_bytes(data)
    for act in (seen.read, lambda: seen.of("w1"), lambda: seen.remember(mark())):
        with pytest.raises(LuodiError) as damaged:
            act()
        assert damaged.value.code == "evidence.memory_damaged"
        assert damaged.value.params == {"path": str(file)}
    assert file.read_bytes() == data


def test_a_memory_that_cannot_be_read_or_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "seen" / "w1.json").mkdir(parents=True)
    for act in (SeenHeads(tmp_path / "seen").read, lambda: SeenHeads(tmp_path / "seen").of("w1")):
        with pytest.raises(LuodiError) as trouble:
            act()
        assert trouble.value.code == "evidence.file_trouble"
    for path in (tmp_path / "file" / "seen", tmp_path / "file", tmp_path / "seen"):
        with pytest.raises(LuodiError) as trouble:
            SeenHeads(path).remember(mark())
        assert trouble.value.code == "evidence.file_trouble"


def test_a_damaged_mark_of_another_chain_stops_nobody(seen):
    seen.remember(mark(), mark("w2"))
    (seen.path / "w2.json").write_bytes(b"{")
    seen.remember(mark(seq=8))
    assert seen.of("w1").seq == 8


def test_a_mark_met_half_written_is_read_again(seen, monkeypatch):
    seen.remember(mark())
    file = seen.path / "w1.json"
    whole = file.read_bytes()
    file.write_bytes(whole[:40].ljust(len(whole), b"\0"))
    waits = []
    monkeypatch.setattr("time.sleep", lambda time: waits.append(file.write_bytes(whole)))
    assert seen.of("w1") == mark()
    assert len(waits) == 1
