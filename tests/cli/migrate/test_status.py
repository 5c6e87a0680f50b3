"""``luodi migrate status``: what the workspace holds."""

import json

from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.vault.store import Vault
from luodi.migration.model import Catalogue, Column, Kind, Table
from luodi.migration.workspace import Workspace

COLUMN = Column(name="id", type="int", kind=Kind.INTEGER)
CATALOGUE = Catalogue(
    system="old_his",
    product="MariaDB 10.11",
    tables=(
        Table(name="patient", columns=(COLUMN,), rows=18),
        Table(name="drug", columns=(COLUMN,), rows=2966),
    ),
)


def connect(project):
    settings = read_settings()
    vault = Vault.open(Home.of(settings), settings, project)
    with Workspace.in_vault(vault) as workspace:
        workspace.keep(CATALOGUE)
        workspace.db.execute("CREATE TABLE old_his.patient AS SELECT 1 AS _ordinal, 1 AS id")


def test_it_works(luodi, project):
    assert (
        luodi("migrate", "status").out == "还没有连接过任何系统。先执行 `luodi migrate connect`。\n"
    )
    connect(project)
    ran = luodi("migrate", "status")
    assert (ran.code, ran.err) == (0, "")
    for word in ("old_his", "MariaDB 10.11", "2,984"):
        assert word in ran.out


def test_for_a_program(luodi, project):
    connect(project)
    said = json.loads(luodi("migrate", "status", "--json").out)["result"]
    assert said["systems"] == [
        {
            "system": "old_his",
            "product": "MariaDB 10.11",
            "tables": 2,
            "rows": 2984,
            "extracted": 1,
        }
    ]


def test_without_a_vault(luodi, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    luodi("new", "x", "--template", "demo")
    ran = luodi("migrate", "status", "--folder", "x")
    assert (ran.code, ran.out) == (2, "")
    assert "luodi vault init" in ran.err
