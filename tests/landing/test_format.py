"""Format versions: every file names its own, an older one is brought up, a newer one refused."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.gate.model import Gate
from luodi.landing.folder import LandingFolder
from luodi.landing.format import FORMATS, Format, Table, format_of, read_file
from luodi.landing.project import Plan, Project
from luodi.landing.systems import Systems

GOLDEN = Path(__file__).with_name("golden")


def refusal(act: Callable[[], object]) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        act()
    assert caught.value.next_step("zh")
    assert caught.value.next_step("en")
    return caught.value


def test_it_works() -> None:
    assert read_file(GOLDEN, "landing.toml")["project"] == "p0123456789ab"


# --- golden files: version 1 reads to the same nouns for ever -------------------------------------


@pytest.mark.parametrize(
    ("name", "noun"),
    [
        ("landing", Project),
        ("plan", Plan),
        ("gates", tuple[Gate, ...]),
        ("systems", Systems),
    ],
)
def test_version_1_reads_the_same_for_ever(name: str, noun: type) -> None:
    folder = LandingFolder(GOLDEN)
    found = {
        "landing": folder.project,
        "plan": folder.plan,
        "gates": folder.gates,
        "systems": folder.systems,
    }[name]
    kept = (GOLDEN / f"{name}.json").read_bytes()
    assert msgspec.json.decode(kept, type=noun) == found


def test_every_present_version_has_its_golden_files() -> None:
    """Whoever raises a version keeps the golden file of the old one and adds the new."""
    assert {kind.pattern: kind.version for kind in FORMATS} == {
        "landing.toml": 1,
        "plan.toml": 1,
        "gates.toml": 1,
        "systems.toml": 1,
        "quality.toml": 1,
        "mapping/*.toml": 1,
        "totals.toml": 1,
        "review.toml": 1,
        "contracts/*.toml": 1,
    }


# --- upgrade --------------------------------------------------------------------------------------


def renamed(table: Table) -> Table:
    return {"name": table["title"], "trail": ["renamed"]}


def split(table: Table) -> Table:
    return {**table, "trail": [*table["trail"], "split"]}  # type: ignore[misc]


THIRD = (Format("landing.toml", 3, {1: renamed, 2: split}),)


def written(folder: Path, text: str) -> Path:
    (folder / "landing.toml").write_text(text, encoding="utf-8")
    return folder


def test_an_older_file_goes_up_step_by_step(tmp_path: Path) -> None:
    folder = written(tmp_path, 'format = 1\ntitle = "老"\n')
    found = read_file(folder, "landing.toml", THIRD)
    assert found == {"name": "老", "trail": ["renamed", "split"], "format": 3}


def test_only_the_steps_that_are_needed(tmp_path: Path) -> None:
    folder = written(tmp_path, "format = 2\ntrail = []\n")
    assert read_file(folder, "landing.toml", THIRD) == {"trail": ["split"], "format": 3}


def test_the_present_version_is_left_alone(tmp_path: Path) -> None:
    folder = written(tmp_path, 'format = 3\ntitle = "新"\n')
    assert read_file(folder, "landing.toml", THIRD) == {"format": 3, "title": "新"}


def test_reading_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    folder = written(tmp_path, 'format = 1\ntitle = "老"\n')
    read_file(folder, "landing.toml", THIRD)
    assert (folder / "landing.toml").read_text(encoding="utf-8") == 'format = 1\ntitle = "老"\n'


@pytest.mark.parametrize("steps", [{}, {1: renamed}, {2: split}, {1: renamed, 2: split, 3: split}])
def test_a_missing_step_is_found_when_the_program_starts(steps: dict[int, object]) -> None:
    with pytest.raises(ValueError, match=r"landing\.toml"):
        Format("landing.toml", 3, steps)  # type: ignore[arg-type]


# --- refused --------------------------------------------------------------------------------------


def test_a_newer_version(tmp_path: Path) -> None:
    error = refusal(lambda: read_file(written(tmp_path, "format = 2\n"), "landing.toml"))
    assert error.code == "evidence.format_newer"
    assert error.params["found"] == 2
    assert error.params["known"] == 1
    assert str(tmp_path / "landing.toml") in error.text("zh")


@pytest.mark.parametrize(
    "text", ["", "format = 0", "format = -1", 'format = "1"', "format = true", "format = 1.0"]
)
def test_no_version(tmp_path: Path, text: str) -> None:
    error = refusal(lambda: read_file(written(tmp_path, text), "landing.toml"))
    assert error.code == "landing.format_missing"
    assert "format = 1" in error.next_step("en")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(lambda: read_file(tmp_path, "plan.toml")).code == "evidence.toml_missing"


@pytest.mark.parametrize("name", ["mapping/patients.toml", "contracts/his-lis.toml", "plan.toml"])
def test_every_place_has_a_format(name: str) -> None:
    assert format_of(name).version == 1


@pytest.mark.parametrize("name", ["notes.toml", "mapping/patients.tsv", "Landing.toml", ""])
def test_a_place_without_a_format(name: str) -> None:
    assert refusal(lambda: format_of(name)).code == "landing.not_a_landing_file"
