"""Evidence of a load goes stale when the engine that loaded has changed."""

import sqlite3

from luodi.evidence.model import ContentInput
from luodi.evidence.progress import Silent
from luodi.migration.code import NAME, code, code_digest, code_input
from luodi.migration.load import load
from luodi.migration.target.sqlite import SqliteTarget
from luodi.migration.workspace import Workspace
from migration.load_sample import DDL, DICTIONARIES, fill, order, rules


def package(folder, **files):
    for name, text in {"transform/fit.py": "x = 1\n", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return code_digest(folder)


def test_it_works(tmp_path):
    before = package(tmp_path / "a")
    assert package(tmp_path / "b") == before
    assert package(tmp_path / "c", **{"transform/fit.py": "x = 2\n"}) != before
    assert package(tmp_path / "d", **{"migration/rules.tsv": "a\tb\n"}) != before


def test_what_decides_nothing_is_left_out(tmp_path):
    before = package(tmp_path / "a")
    assert package(tmp_path / "b", **{"migration/messages.toml": "[a]\n"}) == before
    assert package(tmp_path / "c", **{"transform/__pycache__/fit.pyc": "?"}) == before
    assert package(tmp_path / "d", **{"workbench/urls.py": "y = 1\n"}) == before
    assert package(tmp_path / "e", **{"transform/fit.py": "x = 1\r\n"}) == before


def test_the_resolver_answers_for_the_engine_alone():
    assert code(code_input()).digest == code_input().digest
    assert code(ContentInput(name=NAME, digest="0" * 64)).digest != "0" * 64
    assert code(ContentInput(name="mapping/patients.toml", digest="0" * 64)) is None


def test_a_load_names_it(tmp_path):
    path = tmp_path / "his.db"
    with sqlite3.connect(path) as new:
        new.executescript(DDL)
    new.close()
    with Workspace.in_memory() as workspace:
        fill(workspace)
        target = SqliteTarget("new_his", path)
        outcome = load(workspace, rules(), target, DICTIONARIES, order(dry=True), progress=Silent())
        target.close()
    assert code_input() in outcome.inputs
