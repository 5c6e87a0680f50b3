import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.landing.home import Home

AS_NOBODY = """
import os, sys
from pathlib import Path
from luodi.evidence.errors import LuodiError
from luodi.landing.home import Home
if os.geteuid() == 0:
    os.setuid(65534)
try:
    Home(Path(sys.argv[1])).prepare()
except LuodiError as error:
    print(error.code)
"""


def refusal(home: Home) -> str:
    with pytest.raises(LuodiError) as caught:
        home.prepare()
    return caught.value.code


def test_it_works(home: Home) -> None:
    assert not home.path.exists()
    assert home.prepare() == home
    assert home.vault("市一院") == home.path / "vault" / "市一院"
    assert home.state("市一院") == home.path / "state" / "市一院"
    assert sorted(path.name for path in home.path.iterdir()) == ["keys", "state", "vault"]
    if os.name != "nt":
        for path in (home.path, *home.path.iterdir()):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_project_cannot_leave_the_home(home: Home) -> None:
    for place in (home.vault, home.state):
        with pytest.raises(WrongUse):
            place("../elsewhere")


def test_a_file_where_the_home_should_be(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    assert refusal(Home(path)) == "landing.not_a_folder"


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_a_home_that_is_somebody_elses(tmp_path: Path, at_once: Callable[..., list[str]]) -> None:
    path = tmp_path / "home"
    path.mkdir(mode=0o500)
    assert at_once(AS_NOBODY, path, times=1) == ["evidence.no_access\n"]


@pytest.mark.needs("root", "mount")
def test_a_disk_that_is_full_or_read_only(mounted: Callable[..., Path]) -> None:
    point = mounted("size=64k,mode=700")
    home = Home(point / "home").prepare()
    with (point / "filler").open("wb", buffering=0) as file:
        while file.tell() < 64 * 1024:
            try:
                file.write(b"x" * 4096)
            except OSError:
                break
    assert refusal(home) == "evidence.disk_full"
    assert not list(home.path.glob(".probe*"))
    mounted("ro", point)
    assert refusal(home) == "evidence.read_only"
