"""Sessions: renewed by people, not by every page, and not by pages that ask by themselves."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from luodi.workbench.core import middleware


@pytest.fixture
def clock(monkeypatch):
    """A clock that is moved by hand, in seconds."""
    hands = {"now": 1_800_000_000.0}
    monkeypatch.setattr(middleware.time, "time", lambda: hands["now"])
    return hands


def ends() -> object:
    return Session.objects.get().expire_date


def test_it_works(project, engineer, signed_in, clock):
    client, page = signed_in(engineer), f"/p/{project.code}/gates/"
    client.get(page)
    first = ends()
    clock["now"] += middleware.RENEWED - 1
    client.get(page)
    assert ends() == first  # no write for a page so soon after another
    clock["now"] += 1
    client.get(page)
    assert ends() > first


def test_a_clock_that_went_back_renews(project, engineer, signed_in, clock):
    client, page = signed_in(engineer), f"/p/{project.code}/gates/"
    client.get(page)
    first = ends()
    clock["now"] -= 3_600
    client.get(page)
    assert ends() > first


def test_a_page_that_asks_by_itself_renews_nothing(project, engineer, signed_in, clock):
    from luodi.workbench.jobs.services import submit

    client = signed_in(engineer)
    job = submit(project, "evidence.verify", engineer)
    client.get(f"/p/{project.code}/gates/")
    first = ends()
    clock["now"] += 10 * middleware.RENEWED
    assert client.get(f"/p/{project.code}/jobs/{job.pk}/state/").status_code == 200
    assert ends() == first


def test_who_is_idle_too_long_signs_in_again(project, engineer, signed_in):
    client = signed_in(engineer)
    assert client.get(f"/p/{project.code}/gates/").status_code == 200
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    answer = client.get(f"/p/{project.code}/gates/")
    assert answer["Location"].startswith("/accounts/login/")


def test_a_stranger_gets_no_session(client, db):
    client.get("/accounts/login/")
    assert not Session.objects.exists()
