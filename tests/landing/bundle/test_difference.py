"""Whose change a difference is; where nobody can tell, a person is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.landing.bundle.difference import Whose, differences


def whose(own: str, other: str, base: str | None) -> Whose | None:
    """Of one file, empty where it does not exist; a base of None is no base at all."""

    def files(digest: str) -> dict[str, str]:
        return {"f": digest} if digest else {}

    found = differences(files(own), files(other), None if base is None else files(base), {})
    return found[0].whose if found else None


def test_it_works() -> None:
    texts = {"plan.toml": ("a = 1\nb = 1\n", "a = 1\nb = 2\n")}
    mine, theirs = {"plan.toml": "1", "x": "1"}, {"plan.toml": "2", "x": "1"}
    (found,) = differences(mine, theirs, mine, texts)
    assert (found.name, found.whose, found.mine, found.theirs) == (
        "plan.toml",
        Whose.THEIRS,
        "1",
        "2",
    )
    assert found.lines == ("--- a/plan.toml", "+++ b/plan.toml", "@@ -1,2 +1,2 @@", " a = 1", *BOTH)


BOTH = ("-b = 1", "+b = 2")


@pytest.mark.parametrize(
    ("own", "other", "base", "expected"),
    [
        ("1", "1", None, None),
        ("1", "2", None, Whose.BOTH),
        ("", "1", None, Whose.BOTH),
        ("1", "2", "1", Whose.THEIRS),
        ("2", "1", "1", Whose.MINE),
        ("2", "3", "1", Whose.BOTH),
        ("", "1", "", Whose.THEIRS),
        ("1", "", "", Whose.MINE),
        ("1", "2", "", Whose.BOTH),
        ("1", "", "1", Whose.THEIRS),
        ("", "1", "1", Whose.MINE),
        ("2", "", "1", Whose.BOTH),
        ("", "2", "1", Whose.BOTH),
    ],
    ids=[
        "nothing differs",
        "no base",
        "new to one, no base",
        "they changed it",
        "I changed it",
        "both changed it",
        "they added it",
        "I added it",
        "both added it",
        "they removed it",
        "I removed it",
        "they removed what I changed",
        "I removed what they changed",
    ],
)
def test_whose(own: str, other: str, base: str | None, expected: Whose | None) -> None:
    assert whose(own, other, base) is expected


digests = st.sampled_from(["", "1", "2", "3"])


@given(st.dictionaries(st.text(max_size=3), digests), st.dictionaries(st.text(max_size=3), digests))
def test_they_are_listed_by_name(mine: dict[str, str], theirs: dict[str, str]) -> None:
    found = [item.name for item in differences(mine, theirs, None, {})]
    names = mine.keys() | theirs.keys()
    assert found == sorted(n for n in names if mine.get(n, "") != theirs.get(n, ""))
