"""Whatever is done to the file of an object, its reader notices."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from luodi.evidence.errors import LuodiError
from luodi.landing.vault.key import new_key
from luodi.landing.vault.objects import CHUNK, HEADER, VaultObject, write_object
from luodi.landing.vault.stream import TAG_SIZE

KEY = new_key("p")
NAME = "李四.csv"
IDENTITY = KEY.identity(NAME)
CLEAR = 47
BODY = CLEAR + HEADER + TAG_SIZE
PIECE = CHUNK + TAG_SIZE


def sealed(content: bytes, identity: str = IDENTITY) -> bytes:
    out = bytearray()
    write_object(out.extend, io.BytesIO(content), KEY, identity, NAME)
    return bytes(out)


@contextmanager
def stored(data: bytes) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "object")
        path.write_bytes(data)
        yield path


def read(data: bytes, identity: str = IDENTITY) -> bytes:
    with stored(data) as path, path.open("rb") as file:
        return b"".join(VaultObject(file, KEY, identity))


def is_refused(data: bytes, identity: str = IDENTITY) -> bool:
    try:
        read(data, identity)
    except LuodiError as error:
        return error.code == "landing.vault_object_damaged"
    return False


CONTENT = bytes(range(256)) * 1000
SEALED = sealed(CONTENT)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17])
def test_it_works(size: int) -> None:
    content = (b"0123456789" * (size // 10 + 1))[:size]
    assert read(sealed(content)) == content


class Drip(io.BytesIO):
    """A pipe that gives little at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, 1000))


def test_a_pipe_that_gives_little_at_a_time() -> None:
    out = bytearray()
    entry = write_object(out.extend, Drip(CONTENT), KEY, IDENTITY, NAME)
    assert entry.size == len(CONTENT)
    assert read(bytes(out)) == CONTENT
    assert len(out) == len(SEALED)


def test_a_source_that_breaks() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(LuodiError) as caught:
        write_object(lambda data: None, Broken(), KEY, IDENTITY, NAME)
    assert caught.value.code == "landing.vault_source"


@given(st.binary(max_size=3 * CHUNK), st.text(min_size=4, max_size=20))
def test_nothing_of_content_or_name_is_on_the_disk(content: bytes, name: str) -> None:
    name += "名"
    out = bytearray()
    write_object(out.extend, io.BytesIO(content), KEY, KEY.identity(name), name)
    assert name.encode() not in out
    for at in range(0, len(content) - 8, 997):
        assert content[at : at + 8] not in out


def test_the_same_twice_looks_different() -> None:
    assert sealed(CONTENT)[CLEAR:] != SEALED[CLEAR:]
    assert len({sealed(b"x")[8:CLEAR] for _ in range(50)}) == 50


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
@example(0, 1)
@example(len(SEALED) - 1, 128)
def test_a_changed_byte(at: int, change: int) -> None:
    assert is_refused(SEALED[:at] + bytes([SEALED[at] ^ change]) + SEALED[at + 1 :])


@given(st.integers(0, len(SEALED) - 1))
@example(BODY)
@example(BODY + PIECE)
@example(BODY + 3 * PIECE)
def test_truncation(size: int) -> None:
    assert is_refused(SEALED[:size])


@given(st.integers(0, len(SEALED)), st.binary(min_size=1, max_size=100))
def test_inserted_bytes(at: int, extra: bytes) -> None:
    assert is_refused(SEALED[:at] + extra + SEALED[at:])


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 2 * PIECE))
def test_bytes_taken_out(at: int, length: int) -> None:
    assert is_refused(SEALED[:at] + SEALED[at + length :])


@given(st.permutations(range(3)), st.lists(st.integers(0, 2), min_size=1, max_size=5))
def test_chunks_in_another_order_or_number(order: list[int], chosen: list[int]) -> None:
    pieces = [SEALED[BODY + at * PIECE :][:PIECE] for at in range(3)]
    head, tail = SEALED[:BODY], SEALED[BODY + 3 * PIECE :]
    for wanted in (order, chosen):
        if wanted != [0, 1, 2]:
            assert is_refused(head + b"".join(pieces[at] for at in wanted) + tail)


def test_damage_is_noticed_before_content_is_handed_out_when_an_end_is_missing() -> None:
    with stored(SEALED[:-1]) as path, path.open("rb") as file, pytest.raises(LuodiError):
        VaultObject(file, KEY, IDENTITY)


def test_parts_of_two_objects_of_one_name() -> None:
    other = sealed(CONTENT)
    assert is_refused(SEALED[:BODY] + other[BODY:])
    assert is_refused(SEALED[:-56] + other[-56:])


def test_an_object_under_another_name() -> None:
    assert is_refused(SEALED, KEY.identity("王五.csv"))


def test_an_object_of_another_vault() -> None:
    other = new_key("p")
    with stored(SEALED) as path, path.open("rb") as file, pytest.raises(LuodiError):
        VaultObject(file, other, other.identity(NAME))
