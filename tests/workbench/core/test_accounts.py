from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from luodi.workbench.core.passwords import ThreeKindsOfCharacter

PASSWORD = "Correct horse 7"


def sign_in(name: str, password: str = PASSWORD, client: Client | None = None):
    client = client or Client()
    return client.post("/accounts/login/", {"login": name, "password": password})


def test_it_works(engineer, project):
    client = Client()
    assert sign_in("张工", client=client).status_code == 302
    assert client.get("/").headers["Location"] == f"/p/{project.code}/"


def test_a_wrong_password_says_nothing_about_the_account(engineer):
    known, unknown = sign_in("张工", "wrong"), sign_in("没有这人", "wrong")
    assert known.status_code == unknown.status_code == 200
    assert known.context["form"].errors == unknown.context["form"].errors


def test_five_wrong_attempts_lock_the_account(engineer):
    for _ in range(5):
        answer = sign_in("张工", "wrong")
    assert answer.status_code == 429
    assert sign_in("张工").status_code == 429


def test_nobody_signs_up():
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


def test_the_first_password_is_changed_before_anything_else(person, signed_in):
    client = signed_in(person("新人", "hospital", "nursing", must_change_password=True))
    assert client.get("/").headers["Location"] == "/accounts/password/"


def test_an_old_password_is_changed_before_anything_else(engineer, signed_in):
    engineer.password_changed = timezone.now() - timedelta(days=91)
    engineer.save()
    assert signed_in(engineer).get("/").headers["Location"] == "/accounts/password/"


def test_changing_the_password_pays_what_is_owed(person):
    user = person("新人", "hospital", "nursing", must_change_password=True)
    client = Client()
    sign_in("新人", client=client)
    new = "Another pony 8"
    answer = client.post(
        "/accounts/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert answer.status_code == 302
    user.refresh_from_db()
    assert not user.must_change_password
    assert client.get("/").headers["Location"].startswith("/p/")


@pytest.mark.parametrize("place", [("vendor", "project_manager"), ("hospital", "information")])
def test_a_privileged_function_needs_a_second_factor(person, signed_in, place):
    client = signed_in(person("要紧的人", *place))
    assert client.get("/").headers["Location"] == "/accounts/second/set/"


def test_an_office_needs_a_second_factor(person, signed_in):
    client = signed_in(person("管理员", office="audit"))
    assert client.get("/").headers["Location"] == "/accounts/second/set/"


@pytest.mark.parametrize("password", ["onlysmallletters", "ALLCAPS123456"])
def test_a_password_of_few_kinds_is_refused(password):
    with pytest.raises(ValidationError):
        ThreeKindsOfCharacter().validate(password)


def test_the_policy_lets_nothing_foreign_in(client, db):
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
