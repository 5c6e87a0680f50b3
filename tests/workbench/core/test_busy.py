"""A database that another process holds."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from django.core.paginator import Paginator
from django.db import OperationalError

from luodi.workbench.core.busy import persistently
from luodi.workbench.jobs.models import Job


def busy(*args, **kwargs):
    raise OperationalError("database is locked")


def test_a_page_says_it_in_one_sentence(project, engineer, signed_in, monkeypatch):
    monkeypatch.setattr(Paginator, "get_page", busy)
    answer = signed_in(engineer).get(f"/p/{project.code}/jobs/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "数据库正忙" in answer.content.decode()


def test_what_was_sent_is_offered_again_but_no_password(project, engineer, signed_in, monkeypatch):
    monkeypatch.setattr(Job.objects, "get_or_create", busy)
    sent = {"verb": "evidence.verify", "key": "k<1>", "password": "geheim"}
    answer = signed_in(engineer).post(f"/p/{project.code}/jobs/start/", sent)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert 'name="key" value="k&lt;1&gt;"' in page
    assert "geheim" not in page


def test_another_trouble_is_not_called_busy(project, engineer, signed_in, monkeypatch):
    def gone(*args):
        raise OperationalError("no such table")

    monkeypatch.setattr(Paginator, "get_page", gone)
    client = signed_in(engineer)
    client.raise_request_exception = False
    assert client.get(f"/p/{project.code}/jobs/").status_code == 500


def test_what_must_not_be_lost_is_written_again(monkeypatch):
    monkeypatch.setattr("luodi.workbench.core.busy.time.sleep", lambda seconds: None)
    times = []

    def write():
        times.append(1)
        if len(times) < 3:
            busy()
        return "written"

    assert persistently(write) == "written"
    with pytest.raises(OperationalError):
        persistently(busy)


@pytest.mark.slow
def test_the_command_line_says_it_too_and_nothing_is_lost(luodi_home, monkeypatch):
    monkeypatch.setenv("LUODI_LOCK_TIMEOUT", "0.3")
    monkeypatch.setenv("LUODI_PASSWORD_BACKUP", "long enough")
    words = [sys.executable, "-m", "luodi", "backup", str(luodi_home / "b"), "--lang", "en"]
    first = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
    assert first.returncode == 0, first.stderr
    with closing(sqlite3.connect(luodi_home / "workbench.sqlite3")) as other:
        other.execute("DELETE FROM core_user")
        other.commit()
        other.execute("BEGIN IMMEDIATE")
        ran = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
        other.rollback()
    assert ran.returncode == 3
    assert "held by another process" in ran.stderr
    assert "LUODI_LOCK_TIMEOUT" in ran.stderr
    assert subprocess.run(words, capture_output=True, check=False).returncode == 0
