import pytest

from luodi.landing.vault.stream import Stream

KEY, PREFIX = bytes(32), bytes(7)


def stream(key: bytes = KEY, prefix: bytes = PREFIX, context: bytes = b"p") -> Stream:
    return Stream(key, prefix, context)


def test_it_works() -> None:
    sealed = stream().seal(3, b"abc", last=True)
    assert len(sealed) == 3 + 16
    assert stream().open(3, sealed, last=True) == b"abc"


def test_neither_the_last_nor_another_number() -> None:
    sealed = stream().seal(3, b"abc")
    assert stream().open(3, sealed) == b"abc"
    assert stream().open(3, sealed, last=True) is None
    assert stream().open(2, sealed) is None
    assert stream().open(3, stream().seal(3, b"abc", last=True)) is None


@pytest.mark.parametrize(
    "other",
    [stream(key=b"\1" * 32), stream(prefix=b"\1" * 7), stream(context=b"q")],
    ids=["key", "prefix", "context"],
)
def test_another_object(other: Stream) -> None:
    assert other.open(0, stream().seal(0, b"abc")) is None
