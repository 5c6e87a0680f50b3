"""The landing folder: found from within, read strictly, and nothing outside it is touched."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.freshness import Present
from luodi.evidence.model import ContentInput, SnapshotInput
from luodi.landing.canonical import file_digest
from luodi.landing.folder import LandingFolder
from luodi.landing.home import Home
from luodi.landing.new import new


@pytest.fixture
def folder(tmp_path: Path) -> LandingFolder:
    made = new(tmp_path / "东江 一院" / "HIS 切换", template_name="demo").result
    put(made, "mapping/patients.toml", "format = 1\nsource = 'patient'\n")
    put(made, "mapping/dict.tsv", "a\tb\n")
    put(made, "contracts/his-lis.toml", "format = 1\n")
    return made


def put(folder: LandingFolder, name: str, text: str) -> Path:
    path = folder.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read_all(folder: LandingFolder) -> object:
    return folder.project, folder.plan, folder.gates


def refusal(act: Callable[[], object]) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        act()
    assert caught.value.next_step("zh")
    assert caught.value.next_step("en")
    return caught.value


def test_it_works(folder: LandingFolder) -> None:
    assert folder.project.name == "HIS 切换"
    assert [gate.id for gate in folder.gates] == ["kickoff", "go_live_review"]
    assert folder.gate("kickoff").id == "kickoff"
    assert [milestone.gate for milestone in folder.plan.milestone] == ["kickoff", "go_live_review"]


# --- find -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [".", "mapping", "evidence", "landing.toml", "contracts/.."])
def test_it_is_found_from_within(folder: LandingFolder, place: str) -> None:
    assert LandingFolder.find(folder.path / place) == folder


def test_it_is_found_from_where_one_is(
    folder: LandingFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.path / "mapping")
    assert LandingFolder.find(Path()) == folder
    assert LandingFolder.find(Path("..")) == folder


def test_the_nearest_one_is_found(folder: LandingFolder) -> None:
    inner = new(folder.path / "二期", template_name="demo").result
    assert LandingFolder.find(inner.path / "evidence") == inner


def test_no_folder_far_and_wide(tmp_path: Path) -> None:
    error = refusal(lambda: LandingFolder.find(tmp_path))
    assert isinstance(error, WrongUse)
    assert error.code == "landing.no_folder"
    assert str(tmp_path) in error.text("zh")


def test_a_neighbour_is_never_taken_for_the_folder_one_is_in(
    folder: LandingFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--folder ../other`` once opened the folder one was in, and signed at its gates."""
    monkeypatch.chdir(folder.path)
    (folder.path.parent / "other").mkdir()
    assert refusal(lambda: LandingFolder.find(Path("../other"))).code == "landing.no_folder"
    assert refusal(lambda: LandingFolder.find(Path("../typo"))).code == "landing.place_absent"
    assert refusal(lambda: LandingFolder.find(Path("typo"))).code == "landing.place_absent"


def test_a_folder_named_landing_toml_is_none(tmp_path: Path) -> None:
    (tmp_path / "landing.toml").mkdir()
    assert refusal(lambda: LandingFolder.find(tmp_path)).code == "landing.no_folder"


# --- what is broken -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["landing.toml", "plan.toml", "gates.toml"])
def test_a_half_written_file(folder: LandingFolder, name: str) -> None:
    text = (folder.path / name).read_text(encoding="utf-8")
    put(folder, name, text[: text.rindex('"')])
    error = refusal(lambda: read_all(LandingFolder(folder.path)))
    assert error.code == "evidence.toml_broken"
    assert str(folder.path / name) in error.text("zh")


@pytest.mark.parametrize("name", ["landing.toml", "plan.toml", "gates.toml"])
def test_a_file_that_is_gone(folder: LandingFolder, name: str) -> None:
    (folder.path / name).unlink()
    error = refusal(lambda: read_all(LandingFolder(folder.path)))
    assert error.code == "evidence.toml_missing"
    assert str(folder.path / name) in error.text("zh")


@pytest.mark.parametrize("name", ["landing.toml", "plan.toml", "gates.toml"])
def test_a_format_of_the_future(folder: LandingFolder, name: str) -> None:
    text = (folder.path / name).read_text(encoding="utf-8")
    put(folder, name, text.replace("format = 1", "format = 9", 1))
    error = refusal(lambda: read_all(LandingFolder(folder.path)))
    assert error.code == "evidence.format_newer"
    assert str(folder.path / name) in error.text("zh")


def test_a_gate_that_is_not_there(folder: LandingFolder) -> None:
    error = refusal(lambda: folder.gate("kickof"))
    assert error.code == "landing.no_gate"
    assert error.params["known"] == ("kickoff", "go_live_review")


# --- content --------------------------------------------------------------------------------------


def test_content_is_a_list_of_what_is_allowed(folder: LandingFolder) -> None:
    for name in (
        "evidence/w0.jsonl",
        "mapping/.hidden.toml",
        "mapping/._patients.toml",
        "mapping/view.xlsx",
        "mapping/patients.toml~",
        "mapping/deep/er.toml",
        "contracts/his-lis.tsv",
        "notes.toml",
        "vault/patients.tsv",
    ):
        put(folder, name, "x = 1")
    (folder.path / "mapping" / "folder.toml").mkdir()
    assert sorted(folder.content()) == [
        "contracts/his-lis.toml",
        "gates.toml",
        "landing.toml",
        "mapping/dict.tsv",
        "mapping/patients.toml",
        "plan.toml",
    ]
    assert folder.digests() == {name: file_digest(folder.path / name) for name in folder.content()}


def test_links_are_not_content(folder: LandingFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "s.toml").write_text("secret = 1")
    (folder.path / "mapping" / "s.toml").symlink_to(outside / "s.toml")
    (folder.path / "mapping" / "circle.toml").symlink_to("circle.toml")
    assert "mapping/s.toml" not in folder.content()
    shutil.rmtree(folder.path / "contracts")
    (folder.path / "contracts").symlink_to(outside)
    assert not [name for name in folder.content() if "s.toml" in name.split("/")]


def test_a_folder_reached_by_a_link_has_its_content(folder: LandingFolder, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder.path)
    linked = LandingFolder(tmp_path / "link")
    assert linked.digests() == folder.digests()
    assert linked.resolve(folder.input("plan.toml")) == folder.resolve(folder.input("plan.toml"))


# --- the resolver ---------------------------------------------------------------------------------


def test_an_input_stays_the_same_until_its_file_says_otherwise(folder: LandingFolder) -> None:
    item = folder.input("mapping/patients.toml")
    assert folder.resolve(item) == Present(digest=item.digest)
    put(folder, "mapping/patients.toml", "# 注释\r\nsource = 'patient'\r\nformat = 1\r\n")
    assert folder.resolve(item) == Present(digest=item.digest)
    put(folder, "mapping/patients.toml", "format = 1\nsource = 'other'\n")
    changed = folder.resolve(item)
    assert changed is not None
    assert changed.digest not in ("", item.digest)


def test_an_input_that_is_gone(folder: LandingFolder) -> None:
    item = folder.input("mapping/dict.tsv")
    (folder.path / "mapping" / "dict.tsv").unlink()
    assert folder.resolve(item) == Present(gone=True)
    shutil.rmtree(folder.path / "mapping")
    assert folder.resolve(item) == Present(gone=True)


def test_an_input_that_no_longer_reads(folder: LandingFolder) -> None:
    item = folder.input("mapping/patients.toml")
    put(folder, "mapping/patients.toml", "format = ")
    broken = folder.resolve(item)
    assert broken is not None
    assert not broken.gone
    assert broken.digest != item.digest


def named(name: str) -> ContentInput:
    return ContentInput(name=name, digest="0" * 64)


def test_inputs_of_others_are_left_to_them(folder: LandingFolder) -> None:
    snapshot = SnapshotInput(name="landing.toml", schema="0" * 64, watermark=1)
    assert folder.resolve(snapshot) is None
    for name in ("source:old-his", "gates.toml#kickoff", "evidence/w0.jsonl", "notes.toml", ""):
        assert folder.resolve(named(name)) is None


@pytest.mark.parametrize(
    "name",
    [
        "mapping/../landing.toml",
        "mapping/../../outside.toml",
        "mapping/link.toml",
        "linked/x.toml",
        "contracts/x.toml",
        "mapping/\0",
        "mapping/" + "x" * 300 + ".toml",
        "mapping/circle.toml",
    ],
)
def test_names_that_lead_elsewhere(folder: LandingFolder, name: str) -> None:
    """Evidence comes from others: a name in it must not make us read what it pleases."""
    outside = folder.path.parent / "outside.toml"
    outside.write_text("secret = 1")
    (folder.path / "mapping" / "link.toml").symlink_to(outside)
    (folder.path / "mapping" / "circle.toml").symlink_to("circle.toml")
    shutil.rmtree(folder.path / "contracts")
    (folder.path.parent / "x.toml").write_text("secret = 1")
    (folder.path / "contracts").symlink_to(folder.path.parent)
    found = folder.resolve(named(name))
    assert found is None or found.gone or found.digest == "unreadable"


def test_an_absolute_name_is_nobodys(folder: LandingFolder) -> None:
    assert folder.resolve(named(str(folder.path / "landing.toml"))) is None


# --- the ledger -----------------------------------------------------------------------------------


def test_the_ledger_is_read_only_without_a_key(folder: LandingFolder, home: Home) -> None:
    ledger = folder.ledger(home)
    assert ledger.writers() == ()
    assert ledger.project == folder.project.project
    assert refusal(lambda: ledger.append([])).code == "evidence.no_key"


def test_a_project_id_that_leads_elsewhere(folder: LandingFolder, home: Home) -> None:
    text = (folder.path / "landing.toml").read_text(encoding="utf-8")
    put(folder, "landing.toml", text.replace(folder.project.project, "../../x"))
    foreign = LandingFolder(folder.path)
    error = refusal(lambda: foreign.ledger(home))
    assert error.code == "landing.project_id"
    assert str(folder.path / "landing.toml") in error.text("zh")
