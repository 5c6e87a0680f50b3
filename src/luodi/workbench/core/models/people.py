"""People: organisations, their departments, and those who sign in."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from luodi.workbench.core.models.sides import Office, Side
from luodi.workbench.core.models.versions import Versioned
from luodi.workbench.core.wording import lazy

if TYPE_CHECKING:
    from luodi.workbench.core.models.projects import Membership


class Organisation(Versioned):
    """A vendor, a hospital, a third party or a supervisor."""

    side = models.CharField(lazy("workbench.core.side"), max_length=16, choices=Side.choices)
    name = models.CharField(lazy("workbench.core.name"), max_length=120, unique=True)

    history = HistoricalRecords()

    def __str__(self) -> str:
        return self.name


class Department(Versioned):
    """A department of an organisation, such as 门诊收费处."""

    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="departments",
        verbose_name=lazy("workbench.core.organisation"),
    )
    name = models.CharField(lazy("workbench.core.name"), max_length=80)

    history = HistoricalRecords()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="department_named_once")
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Makes accounts."""

    def create_user(self, username: str, password: str, name: str, **fields: object) -> User:
        """Make an account that can sign in."""
        user = self.model(username=self.model.normalize_username(username), name=name)
        user.set_password(password)
        for field, value in fields.items():
            setattr(user, field, value)
        user.save(using=self._db)
        return user


class User(Versioned, AbstractBaseUser):
    """Somebody who signs in.

    What a person may see and do in a project follows from memberships alone.  `office` is for
    those who administer this installation; being one value, it keeps the three offices apart.
    """

    username = models.CharField(
        lazy("workbench.core.username"),
        max_length=60,
        unique=True,
        validators=[UnicodeUsernameValidator()],
    )
    name = models.CharField(lazy("workbench.core.person_name"), max_length=40)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=lazy("workbench.core.organisation"),
    )
    email = models.EmailField(lazy("workbench.core.email"), blank=True)
    phone = models.CharField(lazy("workbench.core.phone"), max_length=20, blank=True)
    office = models.CharField(
        lazy("workbench.core.office"),
        max_length=10,
        choices=Office.choices,
        blank=True,
        default=Office.NONE,
    )
    is_active = models.BooleanField(lazy("workbench.core.active"), default=True)
    joined = models.DateTimeField(
        lazy("workbench.core.joined"), default=timezone.now, editable=False
    )
    password_changed = models.DateTimeField(null=True, editable=False)
    must_change_password = models.BooleanField(default=False, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()
    history = HistoricalRecords(
        excluded_fields=["password", "last_login", "password_changed", "must_change_password"]
    )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the account; signing in is no change of it."""
        if set(kwargs.get("update_fields") or ["all"]) <= {"last_login", "password"}:
            self.skip_history_when_saving = True
        try:
            super().save(*args, **kwargs)
        finally:
            self.__dict__.pop("skip_history_when_saving", None)

    def set_password(self, raw_password: str | None) -> None:
        """Keep the new password, and since when it has been in use; whoever made it may use it."""
        super().set_password(raw_password)
        self.must_change_password = False
        self.password_changed = timezone.now()

    def get_full_name(self) -> str:
        """The name as it stands in evidence."""
        return self.name

    @cached_property
    def seats(self) -> tuple[Membership, ...]:
        """Every place this person has in a project; read once a request."""
        return tuple(self.memberships.select_related("project", "department"))
