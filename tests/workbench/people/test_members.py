from typing import ClassVar

import pytest
from django.urls import reverse

from luodi.workbench.core.models import Department, Membership, User
from workbench.pages import Imports, Pages


@pytest.fixture
def manager(person, trusted):
    return trusted(person("编辑", "vendor", "project_manager"))


@pytest.fixture
def hospital_manager(person, trusted):
    return trusted(person("郑主任", "hospital", "project_manager"))


class TestMembers(Imports, Pages):
    address = "/p/{project}/members/"
    queries = 10
    first_column = "user__name"
    sortable = "user__name"
    found_by = "q=成员01"
    imported: ClassVar = ("登录名", "岗位", "科室")
    deletes = "remove"

    @pytest.fixture
    def editor(self, manager):
        return manager

    @pytest.fixture
    def other(self, engineer):
        return engineer

    @pytest.fixture
    def make(self, project, person):
        def made(number: int) -> Membership:
            user = person(f"成员{number:02}", "vendor", "implementation_engineer")
            return user.memberships.get()

        return made

    @pytest.fixture
    def newcomer(self, project):
        return User.objects.create_user("new", "x", "新人", organisation=project.vendor)

    @pytest.fixture
    def typed(self, newcomer):
        return {"user": newcomer.pk, "function": "development"}

    @pytest.fixture
    def changed(self):
        return {"function": "development"}

    def lines(self, make):
        project = make(1).project
        for name in ("import-a", "import-b"):
            User.objects.create_user(name, "x", name, organisation=project.vendor)
        return [("import-a", "实施工程师", None), ("import-b", "研发", None)]

    def test_the_other_side_is_seen_and_left_alone(self, client, base, leader):
        membership = leader.memberships.get()
        assert client.get(self.one(base, membership)).status_code == 200
        for what in ("edit", "remove"):
            assert client.post(self.one(base, membership, what)).status_code == 403

    def test_a_batch_takes_out_ones_own_side_only(self, client, base, make, leader):
        mine, theirs = make(1), leader.memberships.get()
        data = {"action": "remove", "pick": [mine.pk, theirs.pk]}
        asked = client.post(base, data)
        assert "移出项目：2 条" in asked.content.decode()
        client.post(base, {**data, "sure": "1"})
        assert list(Membership.objects.filter(pk__in=[mine.pk, theirs.pk])) == [theirs]

    def test_people_of_another_vendor_are_not_offered(self, client, base, outsider):
        answer = client.post(f"{base}add/", {"user": outsider.pk, "function": "development"})
        assert "user" in answer.context["form"].errors

    def test_the_last_manager_stays(self, client, base, manager):
        membership = manager.memberships.get()
        answer = client.post(self.one(base, membership, "remove"), {"_version": 1})
        assert "最后一位项目经理" in answer.content.decode()
        changed = {"function": "development", "_version": 1}
        answer = client.post(self.one(base, membership, "edit"), changed)
        assert "function" in answer.context["form"].errors

    def test_a_third_party_sees_its_own_people(self, base, make, third_party, signed_in):
        make(1)
        shown = signed_in(third_party).get(base).context["page"].records
        assert [each.user for each in shown] == [third_party]

    def test_hostile_text_is_escaped(self, client, base, project, make):
        record = make(1)
        hostile = '<img src=x onerror="alert(1)">'
        User.objects.filter(pk=record.user_id).update(name=hostile)
        for address in (base, self.one(base, record), self.one(base, record, "remove")):
            page = client.get(address).content.decode()
            assert "<img src=x" not in page
            assert "&lt;img src=x" in page


def test_a_hospital_invites_a_third_party_by_user_name(
    hospital_manager, project, third_party, signed_in
):
    Membership.objects.filter(user=third_party).delete()
    client = signed_in(hospital_manager)
    address = reverse("people:member-add", args=[project.code])
    assert third_party.name not in client.get(address).content.decode()
    answer = client.post(address, {"username": third_party.username, "function": "third_party"})
    assert answer.status_code == 302
    assert third_party.memberships.get().side == "third_party"


@pytest.mark.parametrize("username", ["没有这个人", "路人"])
def test_a_guest_has_to_be_one(hospital_manager, project, outsider, signed_in, username):
    address = reverse("people:member-add", args=[project.code])
    answer = signed_in(hospital_manager).post(
        address, {"username": username, "function": "third_party"}
    )
    assert "username" in answer.context["form"].errors


def test_a_function_belongs_to_a_side(hospital_manager, project, person, signed_in):
    nurse = person("护士", "hospital", "nursing")
    place = nurse.memberships.get()
    address = reverse("people:member-edit", args=[project.code, place.pk])
    answer = signed_in(hospital_manager).post(address, {"function": "supervisor", "_version": 1})
    assert "function" in answer.context["form"].errors


def test_two_places_are_not_the_same(manager, project, person, signed_in):
    engineer = person("工程师", "vendor", "implementation_engineer")
    address = reverse("people:member-add", args=[project.code])
    answer = signed_in(manager).post(
        address, {"user": engineer.pk, "function": "implementation_engineer"}
    )
    assert "此人已在这个岗位" in answer.content.decode()


def test_a_sheet_that_says_somebody_twice_is_refused(manager, project, signed_in):
    from workbench.pages import sheet

    User.objects.create_user("twice", "x", "两次", organisation=project.vendor)
    Department.objects.create(organisation=project.vendor, name="实施部")
    line = ("twice", "研发", "实施部")
    upload = sheet(("登录名", "岗位", "科室"), line, line)
    address = reverse("people:members", args=[project.code])
    answer = signed_in(manager).post(address, {"import": "look", "file": upload})
    assert [each.cell for each in answer.context["checked"].wrong] == ["A3"]
