import os
import stat

import pytest

from luodi.evidence.errors import LuodiError
from luodi.landing.home import Home
from luodi.landing.keys import distrust, new_key, own_signer, trusted_keys
from luodi.landing.keys.own import key_path
from luodi.landing.settings import Settings


def test_it_works(home: Home, settings: Settings) -> None:
    old = own_signer(home, settings)
    new = new_key(home, settings)
    assert new.writer != old.writer
    assert own_signer(home, settings) == new
    keys = trusted_keys(home)
    assert keys[new.writer].own
    assert keys[new.writer].retired is None
    assert not keys[old.writer].own
    assert keys[old.writer].retired is not None
    kept = home.retired_keys / f"{old.writer}.toml"
    assert old.private.hex() in kept.read_text(encoding="utf-8")
    if os.name != "nt":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_the_first_key(home: Home, settings: Settings) -> None:
    assert new_key(home, settings) == own_signer(home, settings)
    assert not home.retired_keys.exists()


def test_a_retired_key_may_be_distrusted(home: Home, settings: Settings) -> None:
    first, second = own_signer(home, settings), new_key(home, settings)
    third = new_key(home, settings)
    with pytest.raises(LuodiError) as caught:
        distrust(home, "王工")
    assert caught.value.code == "landing.key_ambiguous"
    distrust(home, first.writer)
    assert set(trusted_keys(home)) == {second.writer, third.writer}


def test_a_damaged_key_is_kept_and_replaced(home: Home, settings: Settings) -> None:
    own_signer(home, settings)
    key_path(home).write_bytes(b"what is left")
    new = new_key(home, settings)
    assert own_signer(home, settings) == new
    kept = list(home.retired_keys.glob("damaged-*.toml"))
    assert [path.read_bytes() for path in kept] == [b"what is left"]


def test_a_key_of_a_newer_version_is_left_alone(home: Home, settings: Settings) -> None:
    own_signer(home, settings)
    key_path(home).write_text("format = 9\n")
    with pytest.raises(LuodiError) as caught:
        new_key(home, settings)
    assert caught.value.code == "landing.newer_format"
    assert key_path(home).read_text() == "format = 9\n"
