import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import Side
from luodi.landing.keys.text import PublicKey, check_key, fingerprint, format_key, parse_key

KEY = PublicKey("ed25519-sha256", Side.HOSPITAL, bytes(range(32)), "信息科 李主任: a%b")
LINE = format_key(KEY)


def refusal(text: str) -> LuodiError:
    with pytest.raises(WrongUse) as caught:
        parse_key(text)
    assert caught.value.next_step("zh")
    return caught.value


def test_it_works() -> None:
    assert LINE.isascii()
    assert " " not in LINE
    assert LINE.startswith("luodi-key:1:ed25519-sha256:hospital:000102")
    assert parse_key(LINE) == KEY


def test_what_mail_and_input_methods_do_to_it() -> None:
    assert parse_key(f"  {LINE[:40]}\r\n  {LINE[40:]}\n") == KEY
    assert parse_key(LINE.replace(":", "：")) == KEY


@given(st.data())
def test_a_slip_of_the_finger_is_noticed(data: st.DataObject) -> None:
    at = data.draw(st.integers(len("luodi-key:"), len(LINE) - 1))
    sign = data.draw(st.characters(codec="ascii", exclude_characters=LINE[at] + " \t\n\r\v\f"))
    kind = data.draw(st.sampled_from(["replace", "insert", "drop", "swap"]))
    text = {
        "replace": LINE[:at] + sign + LINE[at + 1 :],
        "insert": LINE[:at] + sign + LINE[at:],
        "drop": LINE[:at] + LINE[at + 1 :],
        "swap": LINE[: at - 1] + LINE[at] + LINE[at - 1] + LINE[at + 1 :],
    }[kind]
    try:
        found = parse_key(text)
    except LuodiError:
        return
    assert found == KEY
    assert "".join(text.split()) == LINE


@pytest.mark.parametrize("text", ["", "hello", "ssh-ed25519 AAAA", "luodi-head:1"])
def test_something_else_is_not_quoted(text: str) -> None:
    error = refusal(text)
    assert error.code == "landing.key_text_foreign"
    assert not error.params


def test_a_line_that_was_not_copied_whole() -> None:
    assert refusal(LINE[:-3]).code == "landing.key_text_mistyped"
    assert refusal("luodi-key:").code == "landing.key_text_mistyped"


def test_a_line_of_a_newer_version() -> None:
    from luodi.landing.keys.text import _checksum

    body = LINE.rpartition(":")[0].replace(":1:", ":2:", 1)
    assert refusal(f"{body}:{_checksum(body)}").code == "landing.key_text_newer"


@pytest.mark.parametrize(
    ("suite", "side", "digits", "name"),
    [
        ("rot13", "vendor", "00" * 32, "a"),
        ("ed25519-sha256", "patient", "00" * 32, "a"),
        ("ed25519-sha256", "vendor", "00" * 31, "a"),
        ("sm2-sm3", "vendor", "00" * 32, "a"),
        ("ed25519-sha256", "vendor", "zz" * 32, "a"),
        ("ed25519-sha256", "vendor", "00" * 32, ""),
        ("ed25519-sha256", "vendor", "00" * 32, "a\nb"),
    ],
)
def test_parts_that_cannot_be(suite: str, side: str, digits: str, name: str) -> None:
    with pytest.raises(LuodiError):
        check_key(suite, side, digits, name)


def test_a_fingerprint_can_be_read_aloud() -> None:
    groups = fingerprint(KEY.public_key).split(" ")
    assert [len(group) for group in groups] == [4] * 16
