"""A session that runs out in the middle of a form: `pages.Pages` tests the whole way."""

from django.test import Client

from luodi.workbench.core.pages import kept

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def send(client: Client, project, user, **typed):
    address = f"/p/{project.code}/ledger/"
    return address, client.post(address, {"_owner": kept.owner(user), **typed})


def test_what_was_typed_is_kept_without_its_secrets(project, engineer):
    client = Client()
    address, _ = send(client, project, engineer, reason="缺料", password="秘密", my_token="x")
    assert client.session[kept.KEY]["path"] == address
    assert set(client.session[kept.KEY]["typed"]) == {"_owner", "reason"}


def test_a_form_without_its_owners_mark_is_not_kept(project):
    client = Client()
    client.post(f"/p/{project.code}/ledger/", {"reason": "x"})
    assert kept.KEY not in client.session


def test_too_much_is_not_kept(project, engineer):
    client = Client()
    send(client, project, engineer, reason="x" * kept.LONGEST)
    assert kept.KEY not in client.session


def test_somebody_else_is_shown_nothing(project, engineer, finance, rf):
    client = Client()
    address, _ = send(client, project, engineer, reason="缺料")
    request = rf.get(address)
    request.session, request.user = client.session, finance
    assert kept.typed(request) is None
    assert kept.KEY not in request.session


def test_a_drawer_of_an_expired_session_sends_the_whole_page_to_sign_in(project):
    answer = Client().get(
        f"/p/{project.code}/ledger/",
        headers={"HX-Request": "true", "HX-Current-URL": f"http://x/p/{project.code}/gates/?a=1"},
    )
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].endswith("gates%2F%3Fa%3D1")
