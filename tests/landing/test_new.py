"""A new landing folder: whole or not at all."""

import os
import resource
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.gate.templates import template_names
from luodi.evidence.model import ContentInput, Environment, Kind, Verdict
from luodi.evidence.outcome import Author
from luodi.landing import new as verb
from luodi.landing.canonical import file_digest
from luodi.landing.folder import LandingFolder
from luodi.landing.new import new, new_folder

WHEN = datetime(2027, 3, 13, 14, tzinfo=UTC)


def refusal(act: Callable[[], object]) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        act()
    assert caught.value.next_step("zh")
    assert caught.value.next_step("en")
    return caught.value


def everything(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_it_works(tmp_path: Path) -> None:
    path = tmp_path / "东江 一院" / "HIS 切换"
    made = new(path, hospital="东江一院", go_live=WHEN, environment=Environment.REHEARSAL)
    assert everything(path) == [
        ".gitattributes",
        ".gitignore",
        "evidence",
        "gates.toml",
        "landing.toml",
        "plan.toml",
    ]
    project = made.result.project
    assert (project.name, project.hospital, project.template) == ("HIS 切换", "东江一院", "his")
    assert (project.environment, project.go_live) == (Environment.REHEARSAL, WHEN)
    assert made.result == LandingFolder(path)


@pytest.mark.parametrize("name", template_names())
def test_every_template(tmp_path: Path, name: str) -> None:
    folder = new(tmp_path / name, template_name=name).result
    planned = [gate.id for gate in folder.gates if gate.offset_days is not None]
    assert [milestone.gate for milestone in folder.plan.milestone] == planned
    assert all(gate.criteria and gate.decider for gate in folder.gates)
    assert folder.project.template == name
    assert sorted(folder.digests()) == ["gates.toml", "landing.toml", "plan.toml"]


def test_its_evidence_names_what_was_made(tmp_path: Path) -> None:
    made = new(tmp_path / "a", template_name="demo")
    draft = made.draft(Author("王工", Environment.TEST), WHEN)
    assert (draft.engine, draft.verb, draft.kind) == ("landing", "new", Kind.MACHINE)
    assert (draft.subject, draft.verdict) == (
        f"project:{made.result.project.project}",
        Verdict.PASS,
    )
    assert {figure.name: figure.value for figure in draft.figures} == {"gates": 2, "criteria": 8}
    assert set(draft.inputs) == {
        ContentInput(name=name, digest=file_digest(tmp_path / "a" / name))
        for name in ("landing.toml", "plan.toml", "gates.toml")
    }


def test_two_projects_of_one_name_are_two(tmp_path: Path) -> None:
    first = new(tmp_path / "a" / "HIS", template_name="demo").result
    second = new(tmp_path / "b" / "HIS", template_name="demo").result
    assert first.project.project != second.project.project


@pytest.mark.parametrize("text", ['"引号" \\ 反斜杠', "换行\n制表\t", "#[[gate]]", "🙂𠮷"])
def test_whatever_the_hospital_is_called(tmp_path: Path, text: str) -> None:
    folder = new(tmp_path / "a", template_name="demo", hospital=text).result
    assert folder.project.hospital == text


# --- where something is already -------------------------------------------------------------------


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "空"
    path.mkdir()
    inode = path.stat().st_ino
    new(path, template_name="demo")
    assert path.stat().st_ino == inode
    assert {"空", "空/evidence"} <= set(everything(tmp_path))


def test_the_folder_one_is_in_is_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``luodi new .`` once ended with “Invalid argument”."""
    path = tmp_path / "HIS"
    path.mkdir()
    monkeypatch.chdir(path)
    assert new(Path(), template_name="demo").result.project.name == "HIS"
    assert LandingFolder.find(Path()).path == path


@pytest.mark.parametrize("what", ["a folder", "a hidden file", "a file"])
def test_nothing_is_overwritten(tmp_path: Path, what: str) -> None:
    path = tmp_path / "HIS"
    if what == "a file":
        path.write_text("mine")
    else:
        path.mkdir()
        (path / {"a folder": "file", "a hidden file": ".git"}[what]).write_text("mine")
    before = everything(tmp_path)
    error = refusal(lambda: new(path, template_name="demo"))
    assert isinstance(error, WrongUse)
    assert error.code == "landing.exists"
    assert everything(tmp_path) == before


@pytest.mark.parametrize(
    "name",
    ["a:b", "CON", "nul.txt", ".hidden", "-rf", "~", "a?", "a\nb", "x" * 81, "医" * 67, "末."],
)
def test_a_name_no_folder_can_have_everywhere(tmp_path: Path, name: str) -> None:
    error = refusal(lambda: new(tmp_path / name, template_name="demo"))
    assert isinstance(error, WrongUse)
    assert error.code == "landing.project_name"
    assert everything(tmp_path) == []


def test_a_template_that_is_not_there(tmp_path: Path) -> None:
    error = refusal(lambda: new(tmp_path / "a", template_name="hsi"))
    assert error.code == "evidence.gate_no_template"
    assert error.params["known"] == template_names()
    assert everything(tmp_path) == []


# --- trouble leaves nothing behind ----------------------------------------------------------------


@contextmanager
def largest_file(size: int) -> Any:
    """A disk with room for files of `size` bytes; Python ignores SIGXFSZ and gets EFBIG."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("place", ["HIS", "深 处/更深/HIS"])
def test_a_full_disk_leaves_nothing(tmp_path: Path, place: str) -> None:
    with largest_file(5_000):
        error = refusal(lambda: new(tmp_path / place))
    assert error.code == "evidence.disk_full"
    assert everything(tmp_path) == []
    assert new(tmp_path / place).result.gates


def test_a_full_disk_leaves_the_empty_folder_empty(tmp_path: Path) -> None:
    (tmp_path / "HIS").mkdir()
    with largest_file(5_000):
        refusal(lambda: new(tmp_path / "HIS"))
    assert everything(tmp_path) == ["HIS"]


@pytest.mark.needs("root", "mount")
def test_a_small_disk_leaves_nothing(mounted: Callable[..., Path]) -> None:
    point = mounted("size=40k")
    assert refusal(lambda: new(point / "新" / "HIS")).code == "evidence.disk_full"
    assert everything(point) == []


@pytest.mark.needs("root", "mount")
def test_a_read_only_disk(mounted: Callable[..., Path]) -> None:
    point = mounted("size=400k")
    mounted("ro", point)
    assert refusal(lambda: new(point / "HIS")).code == "evidence.read_only"
    assert refusal(lambda: new(point / "新" / "HIS")).code == "evidence.read_only"
    assert everything(point) == []


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refusal(lambda: new(tmp_path / "file" / "HIS", template_name="demo"))
    assert everything(tmp_path) == ["file"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, MemoryError, OSError(28, os.strerror(28))])
@pytest.mark.parametrize("at", ["landing.toml", "plan.toml", "gates.toml"])
def test_interrupted_half_way_it_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str, stop: Any
) -> None:
    write = verb.write_new

    def interrupted(path: Path, data: bytes) -> None:
        write(path, data[: len(data) // 2])
        if path.name == at:
            raise stop

    monkeypatch.setattr(verb, "write_new", interrupted)
    with pytest.raises((KeyboardInterrupt, MemoryError, LuodiError)):
        new(tmp_path / "深" / "HIS", template_name="demo")
    assert everything(tmp_path) == []


def test_what_somebody_else_put_beside_it_stays(tmp_path: Path) -> None:
    def interrupted() -> None:
        with new_folder(tmp_path / "新" / "HIS") as draft:
            (tmp_path / "新" / "别人的").touch()
            (draft / "half").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert everything(tmp_path) == ["新", "新/别人的"]
