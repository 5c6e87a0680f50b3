"""A landing folder with a vault, and where one is."""

import json

import pytest


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """Sentences on one line, however narrow the terminal of the tests."""
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture
def project(luodi, tmp_path, monkeypatch):
    """Make the folder and its vault and go there; returns the project's id."""
    monkeypatch.chdir(tmp_path)
    made = json.loads(luodi("new", "东江 HIS", "--template", "demo", "--json").out)["result"]
    monkeypatch.chdir(made["path"])
    assert luodi("vault", "init").code == 0
    return made["project"]
