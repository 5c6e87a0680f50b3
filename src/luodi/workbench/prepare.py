"""What must exist before the first page: home, secret, tables, the three administrators."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass

import django

from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.workbench.secret import make_secret

_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that look alike on paper."""


@dataclass(frozen=True)
class Account:
    """An account just made, with the password its owner changes at the first sign-in."""

    username: str
    name: str
    password: str


def prepare() -> tuple[Account, ...]:
    """Make ready what is missing, and tell which accounts are new.

    Raises
    ------
    LuodiError
        The disk says no; ``workbench.core.database_*``: the database is busy or not there.
    """
    make_secret(Home.of(read_settings()).prepare())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "luodi.workbench.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import OperationalError

    from luodi.workbench.core.busy import explained

    try:
        call_command("migrate", interactive=False, verbosity=0)
        return _administrators()
    except OperationalError as error:
        raise explained(error) from None


def _administrators() -> tuple[Account, ...]:
    """GB/T 22239-2019 8.1.5: system, security and audit administration in three hands."""
    from django.db import transaction

    from luodi.workbench.core.models import Office, User

    made = []
    with transaction.atomic():
        for office in (Office.SYSTEM, Office.SECURITY, Office.AUDIT):
            if User.objects.filter(office=office).exists():
                continue
            account = Account(f"{office.value}-admin", str(office.label), one_time_password())
            User.objects.create_user(
                account.username,
                account.password,
                account.name,
                office=office,
                must_change_password=True,
            )
            made.append(account)
    return tuple(made)


def one_time_password() -> str:
    """Make a password of 14 signs that meets the rules of passwords."""
    while True:
        password = "".join(secrets.choice(_LETTERS) for _ in range(14))
        kinds = (str.islower, str.isupper, str.isdigit)
        if all(any(kind(sign) for sign in password) for kind in kinds):
            return password
