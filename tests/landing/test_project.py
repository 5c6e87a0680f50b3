"""``landing.toml`` and ``plan.toml`` as nouns; what is written wrong is named with its place."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import Environment
from luodi.landing.folder import LandingFolder
from luodi.landing.project import Milestone, Plan

LANDING = """\
format = 1
project = "p01"
name = "市一院 HIS"
hospital = "市一院"
template = "his"
environment = "test"
"""


@pytest.fixture
def folder(tmp_path: Path) -> LandingFolder:
    write(tmp_path, "landing.toml", LANDING)
    return LandingFolder(tmp_path)


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def refusal(act: Callable[[], object]) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        act()
    assert caught.value.next_step("zh")
    assert caught.value.next_step("en")
    return caught.value


def test_it_works(folder: LandingFolder) -> None:
    project = folder.project
    assert (project.project, project.name, project.hospital) == ("p01", "市一院 HIS", "市一院")
    assert project.environment is Environment.TEST
    assert project.go_live is None


def test_the_go_live_moment(folder: LandingFolder) -> None:
    write(folder.path, "landing.toml", LANDING + "go_live = 2027-03-13T22:00:00+08:00\n")
    assert folder.project.go_live == datetime(2027, 3, 13, 14, tzinfo=UTC)


def test_the_plan(folder: LandingFolder) -> None:
    write(folder.path, "plan.toml", 'format = 1\n[[milestone]]\ngate = "kickoff"\ndays = -180\n')
    assert folder.plan == Plan(format=1, milestone=(Milestone(gate="kickoff", days=-180),))


def test_a_plan_without_milestones(folder: LandingFolder) -> None:
    write(folder.path, "plan.toml", "format = 1\n")
    assert folder.plan.milestone == ()


@pytest.mark.parametrize(
    ("before", "after", "code", "named"),
    [
        ('name = "市一院 HIS"\n', "", "evidence.field_missing", "name"),
        ("hospital =", "hospitl =", "evidence.field_unknown_near", "hospital"),
        ('"test"', '"prod"', "evidence.value_unknown", "prod"),
        ('"his"', "1", "evidence.value_type", "template"),
        ("template", 'go_live = "明天"\ntemplate', "evidence.value_wrong", "go_live"),
        ("p01", "../p01", "landing.project_id", "../p01"),
        ("p01", "", "landing.project_id", "project"),
    ],
)
def test_what_is_written_wrong(
    folder: LandingFolder, before: str, after: str, code: str, named: str
) -> None:
    write(folder.path, "landing.toml", LANDING.replace(before, after, 1))
    with pytest.raises(WrongUse) as caught:
        _ = folder.project
    error = caught.value
    assert error.code == code
    for lang in ("zh", "en"):
        said = error.text(lang)
        assert str(folder.path / "landing.toml") in said
        assert named in said


@pytest.mark.parametrize("name", ["landing.toml", "plan.toml"])
def test_half_a_file(folder: LandingFolder, name: str) -> None:
    write(folder.path, name, LANDING[:17])
    error = refusal(lambda: (folder.project, folder.plan))
    assert error.code == "evidence.toml_broken"
    assert name in error.text("zh")
