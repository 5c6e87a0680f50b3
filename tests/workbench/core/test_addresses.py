"""Every address of the site, walked by those who have no business there."""

import re

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

FREE = {
    "account_login",
    "account_logout",
    "language",
    "mfa_authenticate",
    "account_reauthenticate",
    "healthz",
    "readyz",
    "metrics",
}
GIVEN = {
    "gate": "kickoff",
    "criterion": "commercial.processing_agreement",
    "writer": "w0000000000000000",
    "seq": "1",
    "pk": "1",
    "name": "gates",
    "job": "1",
    "notice": "1",
    "digest": "0" * 64,
}


def patterns(resolver=None, before=""):
    for each in (resolver or get_resolver()).url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLPattern):
            yield route, each
        else:
            yield from patterns(each, route)


def address(route: str, project: str) -> str:
    given = {**GIVEN, "project": project}
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: given[part[1]], route)


ALL = list(patterns())
OFFICE = [route for route, _ in ALL if route.startswith("admin/")]
WITHIN = [route for route, _ in ALL if route.startswith("p/")]


def test_it_works(project):
    assert len(WITHIN) >= 5


@pytest.mark.parametrize("route", [route for route, each in ALL if each.name not in FREE])
def test_a_stranger_is_asked_to_sign_in(route, project):
    answer = Client().get(address(route, project.code))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("route", WITHIN)
def test_an_outsider_finds_nothing(route, project, outsider, signed_in):
    for send in (signed_in(outsider).get, signed_in(outsider).post):
        assert send(address(route, project.code)).status_code == 404


@pytest.mark.parametrize("route", WITHIN)
def test_an_administrator_finds_nothing(route, project, person, signed_in):
    admin = person("管理员", office="system")
    answer = signed_in(admin).get(address(route, project.code))
    assert answer.status_code in (302, 404)  # the second factor is asked for first


@pytest.mark.parametrize("route", WITHIN)
def test_every_page_within_a_project_says_what_it_asks(route):
    (view,) = [each.callback for found, each in ALL if found == route]
    assert view.capability


@pytest.mark.parametrize("route", OFFICE)
def test_the_system_administrators_pages_are_nobody_elses(
    route, project, person, engineer, signed_in, settings
):
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if not each.endswith(".signed_in")]
    for user in (engineer, person("安全员", office="security"), person("审计员", office="audit")):
        for send in (signed_in(user).get, signed_in(user).post):
            assert send(address(route, project.code)).status_code == 404


@pytest.mark.parametrize("route", OFFICE)
def test_every_page_of_an_office_says_whose_it_is(route):
    (view,) = [each.callback for found, each in ALL if found == route]
    assert view.office == "system"


def test_a_third_party_sees_no_gate_and_no_ledger(project, third_party, signed_in):
    client = signed_in(third_party)
    assert client.get(f"/p/{project.code}/").status_code == 200
    assert client.get(f"/p/{project.code}/gates/").status_code == 403
    assert client.get(f"/p/{project.code}/ledger/").status_code == 403


def test_the_cockpit_shows_a_third_party_no_gate(project, third_party, signed_in):
    page = signed_in(third_party).get(f"/p/{project.code}/").content.decode()
    assert "上线评审会" not in page
