"""Parts of a folder's content as inputs of evidence."""

import pytest

from luodi.evidence.model import ContentInput
from luodi.landing.folder import LandingFolder
from luodi.landing.part import part_input, part_of

TEXT = 'format = 1\nnote = "x"\n[[exclude]]\nid = "a"\nhome = "A3"\n[[exclude]]\nid = "b"\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mapping").mkdir()
    (tmp_path / "mapping" / "patients.toml").write_text(TEXT, "utf-8")
    return LandingFolder(tmp_path)


def edit(folder, before, after):
    path = folder.path / "mapping" / "patients.toml"
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")


def same(folder, item):
    return folder.resolve(item).digest == item.digest


def test_it_works(folder):
    one = part_input(folder.path, "mapping/patients.toml#exclude.a")
    every = part_input(folder.path, "mapping/#exclude")
    assert part_of(folder.path, one.name) == {"id": "a", "home": "A3"}
    assert same(folder, one)
    assert same(folder, every)
    edit(folder, '"x"', '"y"')  # elsewhere in the file
    assert (same(folder, one), same(folder, every)) == (True, True)
    edit(folder, 'id = "b"', 'id = "c"')
    assert (same(folder, one), same(folder, every)) == (True, False)
    edit(folder, "A3", "B1")
    assert not same(folder, one)


def test_a_new_file_is_noticed(folder):
    every = part_input(folder.path, "mapping/#exclude")
    other = folder.path / "mapping" / "drugs.toml"
    other.write_text("format = 1\n", "utf-8")
    assert same(folder, every)
    other.write_text(TEXT, "utf-8")
    assert not same(folder, every)


@pytest.mark.parametrize(
    "name", ["mapping/patients.toml#exclude.z", "mapping/drugs.toml#exclude", "mapping/x.toml#a.b"]
)
def test_what_is_gone(folder, name):
    assert folder.resolve(ContentInput(name=name, digest="0" * 64)).gone


@pytest.mark.parametrize("name", ["mapping/../landing.toml#project", "evidence/#x", "mapping/a#b"])
def test_names_of_no_part(folder, name):
    assert part_of(folder.path, name) is None


def test_a_broken_file(folder):
    item = part_input(folder.path, "mapping/#exclude")
    edit(folder, "format = 1", "format = ")
    assert not same(folder, item)
