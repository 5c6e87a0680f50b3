"""The workspace: encrypted on disk, one process at a time, nothing left behind in memory."""

import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.vault.init import init
from luodi.landing.vault.store import Vault
from luodi.migration.model import Catalogue, Column, Kind, Table
from luodi.migration.workspace import PURPOSE, Workspace, literal, quoted

PATIENT = Table(
    name="patient",
    columns=(Column(name="id", type="int", kind=Kind.INTEGER),),
    primary_key=("id",),
    rows=2,
)
CATALOGUE = Catalogue(system="his", product="test", tables=(PATIENT,))


@pytest.fixture
def vault(luodi_home):
    settings = read_settings()
    home = Home.of(settings)
    init(home, settings, "p1")
    return Vault.open(home, settings, "p1")


def fill(workspace):
    workspace.keep(CATALOGUE)
    workspace.db.execute(
        f"CREATE TABLE {workspace.relation('his', 'patient')} AS "
        "SELECT range + 1 AS _ordinal, '张三丰患者' || range AS name FROM range(10000)"
    )


def test_it_works(vault):
    with Workspace.in_vault(vault) as workspace:
        fill(workspace)
    with Workspace.in_vault(vault) as workspace:
        assert workspace.catalogue("his") == CATALOGUE
        assert workspace.extracted("his") == ("patient",)
        assert workspace.count(workspace.relation("his", "patient")) == 10000


def test_no_plain_text_on_disk(vault):
    with Workspace.in_vault(vault) as workspace:
        fill(workspace)
        kept = b"".join(path.read_bytes() for path in vault.path.rglob("*") if path.is_file())
    kept += b"".join(path.read_bytes() for path in vault.path.rglob("*") if path.is_file())
    assert len(kept) > 10000
    assert "张三丰".encode() not in kept


def test_what_spills_is_encrypted(vault):
    with Workspace.in_vault(vault, memory="40MB") as workspace:
        assert workspace.db.execute(
            "SELECT value FROM duckdb_settings() WHERE name = 'temp_file_encryption'"
        ).fetchone() == ("true",)
        workspace.db.execute(
            "CREATE TEMP TABLE spilt AS SELECT range, '张三丰患者' || hash(range) AS t "
            "FROM range(2000000)"
        )
        spill = vault.workspace(PURPOSE) / "spill"
        kept = b"".join(path.read_bytes() for path in spill.rglob("*") if path.is_file())
    assert len(kept) > 1_000_000
    assert "张三丰".encode() not in kept


def test_one_process_at_a_time(vault):
    with Workspace.in_vault(vault):
        second = Workspace.in_vault(vault)
        with pytest.raises(LuodiError) as refused, second:
            pass
    assert refused.value.code == "migration.workspace_busy"


def test_another_key_opens_nothing(vault):
    with Workspace.in_vault(vault) as workspace:
        fill(workspace)
    other = vault.path.parent / "p2"
    settings = read_settings()
    init(Home.of(settings), settings, "p2")
    strange = Vault.open(Home.of(settings), settings, "p2")
    target = strange.workspace(PURPOSE) / "workspace.duckdb"
    target.write_bytes((vault.workspace(PURPOSE) / "workspace.duckdb").read_bytes())
    assert other.is_dir()
    with pytest.raises(LuodiError) as refused, Workspace.in_vault(strange):
        pass
    assert refused.value.code == "migration.workspace_damaged"
    assert refused.value.__cause__ is None


def test_in_memory_leaves_nothing():
    with Workspace.in_memory() as workspace:
        fill(workspace)
        assert workspace.count(workspace.relation("his", "patient")) == 10000


def test_a_system_nobody_connected():
    with Workspace.in_memory() as workspace, pytest.raises(WrongUse) as refused:
        workspace.catalogue("his")
    assert refused.value.code == "migration.not_connected"


@pytest.mark.parametrize("name", ["患者", 'a"b', "select", "a.b"])
def test_names_of_any_kind(name):
    with Workspace.in_memory() as workspace:
        workspace.db.execute(f"CREATE TABLE {quoted(name)} (x INT)")
        row = workspace.db.execute(f"SELECT {literal(name)}").fetchone()
        assert row == (name,)
