"""What a supervisor of machines asks."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from luodi.workbench.jobs.models import Worker
from luodi.workbench.jobs.services import submit

pytestmark = pytest.mark.django_db


def test_it_works(client):
    assert client.get("/healthz").content == b"ok\n"


def test_ready_with_tables_and_a_worker(client):
    Worker.objects.create(name="w")
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "migrations": True, "worker": True}


def test_not_ready_without_a_worker(client):
    Worker.objects.create(name="w", heard=timezone.now() - timedelta(minutes=1))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["worker"] is False


def test_not_ready_before_the_tables_are_this_versions(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'jobs'")
    assert client.get("/readyz").json()["migrations"] is False


def test_figures_are_counts(client, project, engineer):
    submit(project, "evidence.verify", engineer)
    text = client.get("/metrics").content.decode()
    assert 'luodi_jobs{state="queued"} 1' in text
    assert "luodi_projects 1" in text
    assert project.name not in text
    assert engineer.name not in text
    for line in text.splitlines():
        assert line.startswith("#") or line.rpartition(" ")[2].isdigit()


@pytest.mark.parametrize("extra", [{"REMOTE_ADDR": "10.1.2.3"}, {"HTTP_X_FORWARDED_FOR": "::1"}])
def test_from_elsewhere_figures_need_the_token(settings, extra):
    client = Client(**extra)
    assert client.get("/metrics").status_code == 403
    settings.METRICS_TOKEN = "t" * 24
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer " + "x" * 24).status_code == 403
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer " + "t" * 24).status_code == 200


def test_behind_a_proxy_nobody_is_local(settings, client):
    settings.ENCRYPTED = True
    assert client.get("/metrics").status_code == 403
