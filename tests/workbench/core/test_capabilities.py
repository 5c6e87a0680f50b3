from luodi.workbench.core.capabilities import may, table
from luodi.workbench.core.models import Function, Project, Side


def test_it_works():
    assert set(table()["project:view"]) == set(Side)
    assert table()["gate:sign"][Side.THIRD_PARTY] == frozenset()


def test_functions_of_a_side_that_has_none_do_nothing(project, person):
    stranger = person("走错门", "third_party", Function.FINANCE)
    assert not may(stranger, project, "gate:sign")


def test_a_place_in_one_project_counts_nowhere_else(project, engineer):
    other = Project.objects.create(
        code="p000000000001",
        name="另一家",
        hospital=project.hospital,
        vendor=project.vendor,
        environment="test",
    )
    assert may(engineer, project, "gate:view")
    assert not may(engineer, other, "gate:view")
    assert list(Project.objects.visible_to(engineer)) == [project]


def test_whoever_administers_sees_no_project(person):
    admin = person("管理员", office="system")
    assert not Project.objects.visible_to(admin).exists()
