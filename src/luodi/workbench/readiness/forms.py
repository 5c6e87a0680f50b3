"""Forms of readiness."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from luodi.evidence.errors import LuodiError
from luodi.evidence.figures import figure_name, unit_name
from luodi.evidence.gate.check import GateReport
from luodi.evidence.gate.explain import asked
from luodi.evidence.gate.model import Criterion, Requirement, Seat
from luodi.evidence.gate.sign import DECIDER_ONLY, Voice, parse_condition
from luodi.evidence.model import Choice, Environment, Figure
from luodi.workbench.core.models import Project, User
from luodi.workbench.core.wording import language, lazy, worded
from luodi.workbench.readiness.services import Vouched

_SIGNING = (Choice.AGREE, Choice.AGREE_IF, Choice.DISAGREE)


class SignForm(forms.Form):
    """What a person says at a gate, confirmed by the password typed in again."""

    seat = forms.ChoiceField(label=lazy("workbench.readiness.seat"))
    choice = forms.ChoiceField(label=lazy("workbench.readiness.choice"))
    reason = forms.CharField(
        label=lazy("workbench.readiness.reason"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    conditions = forms.CharField(
        label=lazy("workbench.readiness.conditions"),
        help_text=lazy("workbench.readiness.conditions_help"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    target = forms.ChoiceField(label=lazy("workbench.readiness.target"), required=False)
    paper = forms.FileField(
        label=lazy("workbench.readiness.paper"),
        help_text=lazy("workbench.readiness.paper_help"),
        required=False,
    )
    password = forms.CharField(
        label=lazy("workbench.readiness.password_again"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(
        self, *args: Any, user: User, report: GateReport, seats: tuple[Seat, ...], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        lang = language()
        decides = any(seat.id == report.gate.decider for seat in seats)
        choices = (*_SIGNING, *sorted(DECIDER_ONLY)) if decides else _SIGNING
        words = [(each.value, worded(f"evidence.word_choice_{each.value}")) for each in choices]
        blocking = [item.criterion for item in report.criteria if item.blocks]
        waivable = [(each.id, each.title[lang]) for each in blocking if not each.hard_stop]
        self._offer("seat", [(seat.id, seat.title[lang]) for seat in seats])
        self._offer("choice", words)
        self._offer("target", [("", "—"), *waivable])
        if not decides or not waivable:
            del self.fields["target"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_password(self) -> str:
        """Make sure that it is the person who is signed in who signs."""
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(worded("workbench.readiness.password_wrong"))
        return password

    def clean_conditions(self) -> str:
        """Read the conditions now, so that a wrong one is said beside the field."""
        text: str = self.cleaned_data["conditions"]
        try:
            self.parsed = tuple(parse_condition(line) for line in text.splitlines() if line.strip())
        except LuodiError as error:
            raise forms.ValidationError(error.text(language())) from error
        return text

    def voice(self) -> Voice:
        """What was said, for the gate."""
        said = self.cleaned_data
        return Voice(
            seat=said["seat"],
            name=self.user.name,
            choice=Choice(said["choice"]),
            reason=said["reason"].strip(),
            conditions=self.parsed,
            target=said.get("target", "") if said["choice"] == Choice.WAIVE else "",
        )


class AttestForm(forms.Form):
    """What a criterion asks a person to vouch for: its figures, and the signed paper."""

    statement = forms.CharField(label=lazy("workbench.readiness.statement"), max_length=200)
    countersigner = forms.CharField(
        label=lazy("workbench.readiness.countersigner"), max_length=40, required=False
    )
    expires = forms.DateField(
        label=lazy("workbench.readiness.expires"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    environment = forms.ChoiceField(label=lazy("workbench.core.environment"))
    scan = forms.FileField(
        label=lazy("workbench.readiness.scan"), help_text=lazy("workbench.readiness.scan_help")
    )

    def __init__(self, *args: Any, criterion: Criterion, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criterion = criterion
        self.fields["statement"].initial = criterion.title[language()]
        self.fields["countersigner"].required = criterion.countersigned
        environment = self.fields["environment"]
        assert isinstance(environment, forms.ChoiceField)
        environment.choices = [
            (each.value, worded(f"evidence.word_environment_{each.value}")) for each in Environment
        ]
        environment.initial = project.environment
        for number, requirement in enumerate(criterion.require):
            self.fields[f"figure_{number}"] = _figure_field(requirement)
        if criterion.subject.endswith("*"):
            self.fields["thing"] = forms.SlugField(
                label=lazy("workbench.readiness.thing"),
                help_text=worded("workbench.readiness.thing_help", {"area": criterion.subject}),
            )
        self.order_fields(["thing", "statement", *(f"figure_{n}" for n in range(99))])

    def said(self) -> Vouched:
        """What was vouched for."""
        given = self.cleaned_data
        figures = tuple(
            Figure(name=each.figure, value=_exact(given[f"figure_{number}"]), unit=each.unit)
            for number, each in enumerate(self.criterion.require)
        )
        return Vouched(
            subject=self.criterion.subject.removesuffix("*") + given.get("thing", ""),
            statement=given["statement"],
            scan=given["scan"],
            countersigner=given["countersigner"],
            expires=given["expires"],
            figures=figures,
            environment=Environment(given["environment"]),
        )


def _figure_field(requirement: Requirement) -> forms.DecimalField:
    lang = language()
    unit = f" ({unit_name(requirement.unit, lang)})" if requirement.unit else ""
    return forms.DecimalField(
        label=figure_name(requirement.figure, lang) + unit,
        help_text=worded("workbench.readiness.asked", {"asked": asked(requirement, lang)}),
        max_digits=18,
        decimal_places=6,
    )


def _exact(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else value.normalize()
