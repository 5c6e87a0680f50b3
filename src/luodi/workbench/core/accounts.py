"""Accounts: who may make one, and what one owes before it can be used."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils import timezone

from luodi.workbench.core.capabilities import table
from luodi.workbench.core.models import Function, Side, User

PASSWORD_LASTS = timedelta(days=90)
"""GB/T 22239-2019 8.1.4.1 a asks for regular change and leaves the interval to the hospital."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts are made by the system administrator; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def owes(user: User) -> str | None:
    """The page that an account has to pass first; None when there is none."""
    expired = user.password_changed is None or (
        timezone.now() - user.password_changed > PASSWORD_LASTS
    )
    if user.must_change_password or expired:
        return "account_change_password"
    if needs_two_factors(user) and not _has_two_factors(user):
        return "mfa_activate_totp"
    return None


def needs_two_factors(user: User) -> bool:
    """Tell whether a second factor is asked of this person: see ``two_factors`` in the table."""
    asked = table()["two_factors"]
    return bool(user.office) or any(
        Function(seat.function) in asked[Side(seat.side)] for seat in user.seats
    )


def _has_two_factors(user: User) -> bool:
    kind = Authenticator.Type.TOTP
    return bool(Authenticator.objects.filter(user=user, type=kind).exists())
