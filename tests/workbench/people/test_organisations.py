from typing import ClassVar

import pytest

from luodi.workbench.core.models import Department, Organisation
from workbench.pages import Imports, Pages


class Administered(Pages):
    other_status = 404

    @pytest.fixture
    def editor(self, admin):
        return admin

    @pytest.fixture
    def other(self, engineer):
        return engineer


class TestOrganisations(Administered):
    address = "/admin/organisations/"
    queries = 8
    first_column = "name"
    sortable = "name"
    found_by = "q=单位1号"

    @pytest.fixture
    def make(self, project):
        return lambda number: Organisation.objects.create(side="vendor", name=f"单位{number}号")

    @pytest.fixture
    def typed(self):
        return {"name": "新单位", "side": "vendor"}

    @pytest.fixture
    def changed(self):
        return {"name": "改名的单位", "side": "supervisor"}

    def test_one_that_is_in_use_stays(self, client, base, project):
        address = self.one(base, project.hospital, "delete")
        answer = client.post(address, {"_version": 1})
        assert "不能删除" in answer.content.decode()
        assert Organisation.objects.filter(pk=project.hospital.pk).exists()


class TestDepartments(Imports, Administered):
    address = "/admin/departments/"
    queries = 8
    first_column = "name"
    sortable = "name"
    found_by = "q=科室1号"
    imported: ClassVar = ("单位", "名称")

    @pytest.fixture
    def make(self, project):
        return lambda number: Department.objects.create(
            organisation=project.hospital, name=f"科室{number}号"
        )

    @pytest.fixture
    def typed(self, project):
        return {"organisation": project.hospital.pk, "name": "检验科"}

    @pytest.fixture
    def changed(self, project):
        return {"organisation": project.hospital.pk, "name": "医嘱组"}

    def lines(self, make):
        hospital = make(1).organisation.name
        return [(hospital, "药房"), (hospital, "收费处")]
