"""The revision an installation works from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from luodi.evidence.errors import LuodiError
from luodi.landing.bundle.revision import Revision, Shared, read_shared, write_shared
from luodi.landing.home import Home

ONE = Revision(files={"plan.toml": "a" * 64, "mapping/患者.toml": "b" * 64})


def refusal(act: Callable[[], object]) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        act()
    assert caught.value.next_step("zh")
    return caught.value


def rev(number: int) -> Revision:
    return Revision(files={"plan.toml": f"{number:064d}"})


def test_it_works(home: Home) -> None:
    assert read_shared(home, "p1") == Shared()
    known = Shared().with_given(ONE).with_taken(rev(2))
    write_shared(home, "p1", known)
    assert read_shared(home, "p1") == known == Shared(taken=rev(2), ids=(ONE.id, rev(2).id))
    assert read_shared(home, "p2") == Shared()


def test_a_revision_shared_again_is_named_once() -> None:
    known = Shared().with_given(rev(1)).with_given(rev(2)).with_given(rev(1))
    assert known.ids == (rev(2).id, rev(1).id)


def test_what_both_come_from() -> None:
    """1 went out, 2 came in, 3 went out."""
    known = Shared().with_given(rev(1)).with_taken(rev(2)).with_given(rev(3))
    assert known.common(rev(9), rev(3)) == rev(3)  # made from what went out last
    assert known.common(rev(9), rev(1)) == rev(1)  # made from what went out earlier, by another
    assert known.common(rev(9), rev(7)) == rev(2)  # made from what was never here
    assert known.common(rev(9), None) == rev(2)
    assert known.common(rev(2), rev(1)) == rev(2)  # sent again, decided already
    assert known.common(rev(2), rev(3)) == rev(3)  # sent again on purpose: they took 3 back


def test_nobody_has_shared_anything() -> None:
    assert Shared().common(rev(2), rev(1)) is None
    assert Shared().with_given(rev(3)).common(rev(2), rev(1)) is None


def test_its_id_is_what_its_files_say() -> None:
    again = Revision(files=dict(reversed(ONE.files.items())))
    assert again.id == ONE.id
    assert Revision(files={**ONE.files, "plan.toml": "c" * 64}).id != ONE.id
    assert Revision(files={"plan.toml": "a" * 64}).id != ONE.id


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"taken": {"files": {"a": 1}}}', b'{"more": 1}', b"\xff"]
)
def test_a_damaged_one_says_what_to_do(home: Home, data: bytes) -> None:
    write_shared(home, "p1", Shared(taken=ONE))
    path = home.state("p1") / "shared.json"
    path.write_bytes(data)
    error = refusal(lambda: read_shared(home, "p1"))
    assert error.code == "landing.base_damaged"
    assert str(path) in error.text("zh")
    path.unlink()
    assert read_shared(home, "p1") == Shared()


def test_others_cannot_read_it(home: Home) -> None:
    write_shared(home, "p1", Shared(taken=ONE))
    assert (home.state("p1") / "shared.json").stat().st_mode & 0o077 == 0


@pytest.mark.needs("root", "mount")
def test_a_full_disk_keeps_the_old_one(mounted: Callable[..., Path]) -> None:
    home = Home(mounted("size=64k,mode=700"))
    write_shared(home, "p1", Shared(taken=ONE))
    many = Revision(files={f"mapping/{number}.toml": "a" * 64 for number in range(1000)})
    error = refusal(lambda: write_shared(home, "p1", Shared(taken=many)))
    assert error.code == "evidence.disk_full"
    assert read_shared(home, "p1").taken == ONE
