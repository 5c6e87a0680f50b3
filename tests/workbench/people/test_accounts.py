import re

import pytest
from axes.models import AccessAttempt
from django.test import Client

from luodi.workbench.core.models import Membership, User

PASSWORD = "Correct horse 7"


@pytest.fixture
def client(admin, signed_in) -> Client:
    return signed_in(admin)


def sign_in(username: str, password: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": username, "password": password})
    return client


def test_it_works(client, project):
    data = {"username": "sun", "name": "孙工", "organisation": project.vendor.pk}
    answer = client.post("/admin/accounts/add/", data)
    assert answer.headers["Cache-Control"] == "no-store"
    password = re.search(r'one-time">(\w+)<', answer.content.decode())[1]
    assert password not in client.get("/admin/accounts/").content.decode()
    account = User.objects.get(username="sun")
    assert account.must_change_password
    assert account.history.get().history_user.name == "编辑"
    assert sign_in("sun", password).get("/").headers["Location"] == "/accounts/password/"


def test_a_new_password_ends_the_old_one(client, engineer):
    address = f"/admin/accounts/{engineer.pk}/password/"
    assert client.get(address).status_code == 200
    assert User.objects.get(pk=engineer.pk).check_password(PASSWORD)
    password = re.search(r'one-time">(\w+)<', client.post(address).content.decode())[1]
    account = User.objects.get(pk=engineer.pk)
    assert account.check_password(password)
    assert not account.check_password(PASSWORD)


def test_disabled_means_out(client, engineer, signed_in):
    theirs = signed_in(engineer)
    client.post("/admin/accounts/", {"action": "disable", "pick": [engineer.pk], "sure": "1"})
    assert theirs.get("/").headers["Location"].startswith("/accounts/login/")
    client.post("/admin/accounts/", {"action": "enable", "pick": [engineer.pk]})
    assert User.objects.get(pk=engineer.pk).is_active


def test_a_locked_account_is_seen_and_unlocked(client, engineer):
    for _ in range(5):
        sign_in("张工", "wrong")
    assert "锁定" in client.get("/admin/accounts/").content.decode()
    client.post("/admin/accounts/", {"action": "unlock", "pick": [engineer.pk]})
    assert not AccessAttempt.objects.exists()
    assert sign_in("张工", PASSWORD).get("/").headers["Location"].startswith("/p/")


def test_another_administrators_account_is_left_alone(client, person):
    auditor = person("审计员", office="audit")
    for what in ("edit", "password"):
        assert client.post(f"/admin/accounts/{auditor.pk}/{what}/").status_code == 404
    client.post("/admin/accounts/", {"action": "disable", "pick": [auditor.pk], "sure": "1"})
    assert User.objects.get(pk=auditor.pk).is_active


def test_an_account_never_holds_an_office_from_here(client, project):
    data = {"username": "sly", "name": "某人", "organisation": project.vendor.pk}
    client.post("/admin/accounts/add/", {**data, "office": "audit", "is_active": ""})
    assert User.objects.get(username="sly").office == ""


def test_a_project_gets_its_first_manager(client, project, person):
    user = person("新经理")
    User.objects.filter(pk=user.pk).update(organisation=project.hospital)
    answer = client.post(f"/admin/projects/{project.pk}/managers/", {"user": user.pk})
    assert answer.status_code == 302
    assert Membership.objects.get(user=user).side == "hospital"


def test_an_administrator_sees_a_projects_name_and_nothing_else(client, project):
    assert project.name in client.get("/admin/projects/").content.decode()
    assert client.get(f"/p/{project.code}/").status_code == 404


def test_signing_in_is_no_change_of_the_account(engineer):
    before = engineer.history.count()
    sign_in("张工", PASSWORD)
    assert engineer.history.count() == before
