import os
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from luodi.evidence.errors import LuodiError
from luodi.landing.home import Home
from luodi.landing.keys.own import (
    KeyFile,
    find_signer,
    key_path,
    lock_path,
    own_signer,
    show,
)
from luodi.landing.keys.text import parse_key
from luodi.landing.settings import Settings

MAKE = """
import sys
from luodi.landing.home import Home
from luodi.landing.keys import own_signer
from luodi.landing.settings import Settings
settings = Settings.read({"LUODI_HOME": sys.argv[1]})
print(own_signer(Home.of(settings), settings).writer)
"""


def refusal(home: Home, settings: Settings) -> LuodiError:
    before = key_path(home).read_bytes()
    with pytest.raises(LuodiError) as caught:
        own_signer(home, settings)
    assert key_path(home).read_bytes() == before
    secret = before.partition(b'private = "')[2][:60].decode()
    assert not secret or secret not in caught.value.text("zh")
    return caught.value


def test_it_works(home: Home, settings: Settings) -> None:
    assert find_signer(home) is None
    assert not home.path.exists()
    signer = own_signer(home, settings)
    assert own_signer(home, settings) == signer == find_signer(home)
    assert (signer.name, signer.side, signer.suite.name) == ("王工", "vendor", "ed25519-sha256")
    card = show(signer)
    assert parse_key(card.text).public_key == signer.public_key
    assert card.fingerprint.replace(" ", "").startswith(card.writer[1:])
    assert signer.private.hex() not in repr(signer) + repr(card)


@pytest.mark.needs("module:gmssl")
def test_the_chinese_suite(home: Home, settings: Settings) -> None:
    environ = {"LUODI_HOME": str(home.path), "LUODI_SUITE": "sm2-sm3"}
    signer = own_signer(home, Settings.read(environ))
    assert parse_key(show(signer).text).suite == "sm2-sm3"
    assert own_signer(home, settings) == signer


def test_the_file_is_private_from_its_first_byte(home: Home, settings: Settings) -> None:
    own_signer(home, settings)
    if os.name != "nt":
        assert stat.S_IMODE(key_path(home).stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_a_key_that_others_can_read(home: Home, settings: Settings) -> None:
    own_signer(home, settings)
    key_path(home).chmod(0o644)
    error = refusal(home, settings)
    assert error.code == "landing.secret_shared"
    assert "luodi key new" in error.next_step("zh")


@pytest.mark.parametrize("cut", [0, 1, 50, -1, -10])
def test_a_file_cut_short_is_never_replaced(home: Home, settings: Settings, cut: int) -> None:
    own_signer(home, settings)
    data = key_path(home).read_bytes().rstrip()
    key_path(home).write_bytes(data[:cut])
    assert refusal(home, settings).code == "landing.key_damaged"


@pytest.mark.parametrize("part", ["private = ", "public = "])
def test_one_wrong_digit(home: Home, settings: Settings, part: str) -> None:
    own_signer(home, settings)
    text = key_path(home).read_text(encoding="utf-8")
    at = text.index(part) + len(part) + 5
    digit = "0" if text[at] != "0" else "1"
    key_path(home).write_text(text[:at] + digit + text[at + 1 :], encoding="utf-8")
    assert refusal(home, settings).code == "landing.key_damaged"


def test_a_file_of_a_newer_version(home: Home, settings: Settings) -> None:
    own_signer(home, settings)
    text = key_path(home).read_text(encoding="utf-8")
    key_path(home).write_text(text.replace("format = 1", "format = 2"), encoding="utf-8")
    assert refusal(home, settings).code == "landing.newer_format"


def test_four_processes_at_once_make_one_key(home: Home, at_once: Callable[..., list[str]]) -> None:
    assert len(set(at_once(MAKE, home.path))) == 1


def test_whoever_waited_for_the_lock_looks_again(home: Home, settings: Settings) -> None:
    with ThreadPoolExecutor(4) as pool:
        with home.locked(lock_path(home)):
            made = [pool.submit(own_signer, home, settings) for _ in range(4)]
            time.sleep(0.3)  # until all have seen that there is no key
        assert len({signer.result().writer for signer in made}) == 1


def test_a_printed_record_keeps_the_secret() -> None:
    from luodi.evidence.model import Side, now

    record = KeyFile(
        suite="", name="a", side=Side.VENDOR, created=now(), public="", private="5ec4e7"
    )
    assert "5ec4e7" not in repr(record) + str(record)
