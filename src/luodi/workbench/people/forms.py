"""Forms of people."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from luodi.evidence.errors import WrongUse
from luodi.workbench.core.models import (
    Department,
    Function,
    Membership,
    Organisation,
    Project,
    Side,
    User,
)
from luodi.workbench.core.wording import language, lazy, worded
from luodi.workbench.people.services import (
    PLACES,
    candidates,
    functions_of,
    guest,
    keeps_a_manager,
    placed_by,
    side_of,
)


class MemberForm(forms.ModelForm):  # type: ignore[type-arg]  # generic to mypy only
    """A person's place: who, as what, from which department."""

    username = forms.CharField(
        label=lazy("workbench.people.guest"),
        help_text=lazy("workbench.people.guest_help"),
        required=False,
        max_length=60,
    )

    class Meta:
        model = Membership
        fields: ClassVar = ["user", "username", "function", "department"]

    def __init__(self, *args: Any, project: Project, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project, self.by = project, by
        sides = placed_by(by, project)
        user, department = self.fields["user"], self.fields["department"]
        assert isinstance(user, forms.ModelChoiceField)
        assert isinstance(department, forms.ModelChoiceField)
        user.queryset = candidates(by, project)
        own = [each for side in sides if (each := project.organisation_of(side))]
        department.queryset = Department.objects.filter(organisation__in=own).order_by("name")
        functions = dict.fromkeys(each for side in sides for each in functions_of(side))
        function = self.fields["function"]
        assert isinstance(function, forms.ChoiceField)
        function.choices = [("", "—"), *((each.value, each.label) for each in functions)]
        if not self.instance._state.adding:  # a place stays its person's
            del self.fields["user"], self.fields["username"]
        elif PLACES[Side.HOSPITAL][-1] in sides:
            user.required = False
        else:
            del self.fields["username"]

    def clean(self) -> dict[str, Any]:
        """Make sure that there is one person, of a side that may be placed, in a fitting place."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        member = self.instance
        member.project = self.project
        new = member._state.adding
        if new:
            self._who(said)
        person = said.get("user") or (None if new else member.user)
        if person is None or "function" not in said:
            return said
        side = side_of(person, self.project)
        assert side is not None  # nobody else is offered
        member.user, member.side = person, side
        function = Function(said["function"])
        if function not in functions_of(side):
            self.add_error("function", worded("workbench.people.not_of_side"))
        elif not new and function is not Function.PROJECT_MANAGER:
            try:
                keeps_a_manager(member)
            except WrongUse as error:
                self.add_error("function", error.text(language()))
        if not self.errors:
            self._twice(person, said)
        return said

    def _who(self, said: dict[str, Any]) -> None:
        username = (said.get("username") or "").strip()
        if username and said.get("user"):
            self.add_error("username", worded("workbench.people.one_person"))
        elif username:
            said["user"] = guest(username, self.by, self.project)
            if said["user"] is None:
                self.add_error("username", worded("workbench.people.no_guest"))
        elif not said.get("user") and "user" not in self.errors:
            self.add_error("user", worded("workbench.people.one_person"))

    def _twice(self, person: User, said: dict[str, Any]) -> None:
        same = Membership.objects.filter(
            project=self.project,
            user=person,
            function=said["function"],
            department=said.get("department"),
        ).exclude(pk=self.instance.pk)
        if same.exists():
            self.add_error(None, worded("workbench.people.placed_already"))


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]  # generic to mypy only
    """A vendor, a hospital, a third party or a supervisor."""

    class Meta:
        model = Organisation
        fields: ClassVar = ["name", "side"]


class DepartmentForm(forms.ModelForm):  # type: ignore[type-arg]  # generic to mypy only
    """A department of an organisation."""

    class Meta:
        model = Department
        fields: ClassVar = ["organisation", "name"]


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # generic to mypy only
    """An account; its password is never typed here."""

    class Meta:
        model = User
        fields: ClassVar = ["username", "name", "organisation", "email", "phone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].required = True
        self.fields["organisation"].help_text = worded("workbench.people.employer_help")


class ManagerForm(forms.ModelForm):  # type: ignore[type-arg]  # generic to mypy only
    """A project's first manager on a side."""

    class Meta:
        model = Membership
        fields: ClassVar = ["user"]

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.project = project
        user = self.fields["user"]
        assert isinstance(user, forms.ModelChoiceField)
        own = (project.vendor_id, project.hospital_id)
        user.queryset = User.objects.filter(organisation__in=own, is_active=True, office="")
