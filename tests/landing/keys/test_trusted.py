from collections.abc import Callable

import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import Side
from luodi.evidence.suite import new_signer
from luodi.landing.home import Home
from luodi.landing.keys import distrust, own_signer, show, trust, trusted_keys
from luodi.landing.keys.trusted import trusted_path
from luodi.landing.settings import Settings

TRUST = """
import sys
from pathlib import Path
from luodi.evidence.model import Side
from luodi.evidence.suite import new_signer
from luodi.landing.home import Home
from luodi.landing.keys import show, trust
home, number = Home(Path(sys.argv[1]), 30.0), sys.argv[2]
for turn in range(5):
    trust(home, show(new_signer(f"{number}-{turn}", Side.HOSPITAL)).text)
"""


def line(name: str, side: Side = Side.HOSPITAL) -> str:
    return show(new_signer(name, side)).text


def refusal(act: Callable[[], object]) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        act()
    assert caught.value.next_step("zh")
    return caught.value


def test_it_works(home: Home, settings: Settings) -> None:
    assert trusted_keys(home) == {}
    assert not home.path.exists()
    own = own_signer(home, settings)
    key = trust(home, line("信息科"))
    assert (key.name, key.side, key.own) == ("信息科", Side.HOSPITAL, False)
    assert trusted_keys(home)[key.writer] == key
    assert trusted_keys(home)[own.writer].own
    assert distrust(home, "信息科") == key
    assert list(trusted_keys(home)) == [own.writer]


def test_another_name_and_side(home: Home) -> None:
    key = trust(home, line("a"), name="监理 赵工", side=Side.SUPERVISOR)
    assert trusted_keys(home)[key.writer].name == "监理 赵工"
    assert key.side is Side.SUPERVISOR
    assert refusal(lambda: trust(home, line("b"), name="x\ny")).code == "landing.key_text_wrong"


def test_the_same_key_twice(home: Home, settings: Settings) -> None:
    text = line("a")
    trust(home, text)
    again = refusal(lambda: trust(home, text, name="b"))
    assert again.code == "landing.key_trusted_already"
    assert isinstance(again, WrongUse)
    own = show(own_signer(home, settings)).text
    assert refusal(lambda: trust(home, own)).code == "landing.key_trusted_already"


def test_another_key_under_a_known_name(home: Home, settings: Settings) -> None:
    trust(home, line("信息科"))
    assert refusal(lambda: trust(home, line("信息科"))).code == "landing.key_name_taken"
    own_signer(home, settings)
    assert refusal(lambda: trust(home, line("王工"))).code == "landing.key_name_taken"
    trust(home, line("信息科"), name="信息科 2")


def test_distrusting_what_is_not_there_or_is_ones_own(home: Home, settings: Settings) -> None:
    own = own_signer(home, settings)
    assert refusal(lambda: distrust(home, "nobody")).code == "landing.key_not_trusted"
    assert refusal(lambda: distrust(home, own.writer)).code == "landing.key_is_own"


@pytest.mark.parametrize(
    ("old", "new"),
    [("[[key]]", "[[key"), ("hospital", "patient"), ("public = ", "public = 7 #"), ("name", "nam")],
)
def test_a_damaged_list(home: Home, old: str, new: str) -> None:
    trust(home, line("a"))
    text = trusted_path(home).read_text()
    trusted_path(home).write_text(text.replace(old, new, 1))
    assert refusal(lambda: trusted_keys(home)).code == "landing.trusted_damaged"
    assert refusal(lambda: trust(home, line("b"))).code == "landing.trusted_damaged"


def test_one_key_twice_in_the_list(home: Home) -> None:
    trust(home, line("a"))
    text = trusted_path(home).read_text()
    trusted_path(home).write_text(text + text[text.index("[[key]]") :])
    assert refusal(lambda: trusted_keys(home)).code == "landing.trusted_damaged"


def test_processes_at_once_lose_nothing(home: Home, at_once: Callable[..., list[str]]) -> None:
    at_once(TRUST, home.path)
    assert len(trusted_keys(home)) == 20
