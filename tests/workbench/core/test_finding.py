import pytest

from luodi.workbench.core.finding import find
from luodi.workbench.core.models import Department, Membership


def titles(project, user, asked) -> list[str]:
    return [hit.title for group in find(project, user, asked) for hit in group.hits]


def test_it_works(project, engineer):
    assert "证据台账" in titles(project, engineer, "台账")
    assert "张工" in titles(project, engineer, "张")


def test_a_word_of_two_signs_is_found(project, engineer, person):
    group = Department.objects.create(organisation=project.hospital, name="住院医嘱组")
    nurse = person("林护士", "hospital", "nursing")
    Membership.objects.filter(user=nurse).update(department=group)
    assert "林护士" in titles(project, engineer, "医嘱")
    assert "林护士" in titles(project, engineer, "医嘱 林")
    assert "林护士" not in titles(project, engineer, "医嘱 张")


@pytest.mark.parametrize("asked", ["", "  ", "\0", "没有这样的东西", "x" * 5000])
def test_nonsense_finds_nothing(project, engineer, asked):
    assert titles(project, engineer, asked) == []


def test_what_may_not_be_seen_is_not_found(project, engineer, third_party, outsider, signed_in):
    assert titles(project, third_party, "台账") == [
        title for title in titles(project, third_party, "台账") if title != "证据台账"
    ]
    assert "张工" not in titles(project, third_party, "张")
    assert signed_in(outsider).get(f"/p/{project.code}/find/?q=张").status_code == 404


def test_it_is_shown_beside_the_page(project, engineer, signed_in):
    client = signed_in(engineer)
    answer = client.get(f"/p/{project.code}/find/?q=台账", headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    assert f"/p/{project.code}/ledger/" in answer.content.decode()
    assert client.get("/find/?q=x").status_code == 200


def test_projects_are_found_from_outside(project, engineer):
    assert project.name in titles(None, engineer, project.name[:2])


@pytest.mark.parametrize("asked", ["%", "_", "张%工", "%%"])
def test_a_wildcard_is_a_sign_like_any_other(project, engineer, asked):
    assert "张工" not in titles(project, engineer, asked)
