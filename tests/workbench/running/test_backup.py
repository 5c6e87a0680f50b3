"""A backup that was restored, on a home that is empty, and on the one it came from."""

import pytest
from django.db import connection

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Verdict
from luodi.landing.home import Home
from luodi.landing.settings import Settings, read_settings
from luodi.workbench.core.hosted import HostedSite
from luodi.workbench.core.models import Project, StoredRecord, User
from luodi.workbench.jobs.services import submit
from luodi.workbench.running import archive
from luodi.workbench.running.backup import backup
from luodi.workbench.running.restore import restore

SECRET = "一个够长的备份口令"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home() -> Home:
    return Home.of(read_settings())


@pytest.fixture
def settings_() -> Settings:
    return Settings.read({"LUODI_HOME": str(read_settings().home), "LUODI_LISTEN": "127.0.0.1:9"})


@pytest.fixture
def saved(project, engineer, hand, home, tmp_path):
    """A backup of a project with a ledger."""
    submit(project, "evidence.verify", engineer)
    hand.works()
    path = tmp_path / "备份.luodi"
    backup(path, home, SECRET)
    return path


def refusal(path, home, settings_, secret=SECRET, **more) -> str:
    with pytest.raises(LuodiError) as caught:
        restore(path, home, settings_, secret, **more)
    return caught.value.code.rpartition(".")[2]


def test_it_works(saved, project, home, settings_, tmp_path, monkeypatch):
    records = StoredRecord.objects.count()
    assert records > 1
    other = tmp_path / "another host"
    monkeypatch.setenv("LUODI_HOME", str(other))
    Project.objects.all().delete()
    User.objects.all().delete()
    restored = restore(saved, Home.of(read_settings()).prepare(), settings_, SECRET)
    assert (restored.manifest.records, restored.lost) == (records, 0)
    (again,) = Project.objects.all()
    site = HostedSite.of(again)
    assert site.home.path == other
    assert site.verify().result.verdict is Verdict.PASS
    assert site.signer.writer in site.chains.writers()  # the key came with it


def test_the_archive_is_closed_to_everybody_else(saved):
    data = saved.read_bytes()
    assert saved.stat().st_mode & 0o077 == 0
    for secret in (b"SQLite format", "东江".encode(), b"PRIVATE", b"keys/"):
        assert secret not in data


def test_the_vault_stays(project, engineer, home, tmp_path, settings_):
    for place in (home.vault(project.code), home.keys / "vault"):
        place.mkdir(parents=True, exist_ok=True)
        (place / "geheim").write_bytes(b"x")
    path = tmp_path / "b"
    backup(path, home, SECRET)
    archive.extract(path, SECRET, tmp_path)
    assert not [file for file in tmp_path.rglob("geheim") if file.is_relative_to(tmp_path / "home")]


def test_what_the_ledger_lost_is_counted(saved, project, engineer, hand, home, settings_):
    submit(project, "evidence.check", engineer)
    hand.works()
    restored = restore(saved, home, settings_, SECRET, replace=True)
    assert restored.lost == 1
    site = HostedSite.of(Project.objects.get())
    assert site.verify().result.verdict is Verdict.PASS  # and it takes new records
    submit(Project.objects.get(), "evidence.check", User.objects.get(username="张工"))
    hand.works()
    assert site.verify().result.verdict is Verdict.PASS


def test_projects_are_not_replaced_unasked(saved, home, settings_):
    assert refusal(saved, home, settings_) == "not_empty"


def test_a_running_site_is_not_restored(saved, home, settings_):
    from luodi.workbench.jobs.models import Worker

    Worker.objects.create(name="alive")
    assert refusal(saved, home, settings_, replace=True) == "runs"


def test_another_passphrase_opens_nothing(saved, home, settings_):
    assert refusal(saved, home, settings_, "ein anderes Wort", replace=True) == "wrong_passphrase"


@pytest.mark.parametrize("cut", [1, 1000])
def test_a_file_that_is_cut_short_changes_nothing(saved, home, settings_, cut):
    saved.write_bytes(saved.read_bytes()[:-cut])
    before = StoredRecord.objects.count()
    assert refusal(saved, home, settings_, replace=True) in ("damaged", "wrong_passphrase")
    assert StoredRecord.objects.count() == before


def test_another_file_is_no_backup(tmp_path, home, settings_, project):
    path = tmp_path / "x"
    path.write_bytes(b"PK\3\4")
    assert refusal(path, home, settings_, replace=True) == "not_a_backup"


def test_rows_go_out_and_come_back(project, engineer, hand, tmp_path, monkeypatch):
    """The form that a database server is backed up in, here on whatever the tests run on."""
    from luodi.workbench.running import snapshot

    monkeypatch.setattr(snapshot, "is_sqlite", lambda: False)
    if connection.vendor == "sqlite":
        monkeypatch.setattr(snapshot, "FROZEN", "SELECT 1")
    submit(project, "evidence.verify", engineer)
    hand.works()
    before = list(StoredRecord.objects.order_by("pk").values_list("pk", "line"))
    snapshot.take(tmp_path)
    StoredRecord.objects.all().delete()
    User.objects.filter(pk=engineer.pk).update(name="别人")
    snapshot.put_back(tmp_path)
    assert list(StoredRecord.objects.order_by("pk").values_list("pk", "line")) == before
    assert User.objects.get(pk=engineer.pk).name == "张工"
