"""Who may place whom in a project, and accounts with their one-time passwords."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from luodi.evidence.errors import WrongUse
from luodi.workbench.core.capabilities import may
from luodi.workbench.core.models import Function, Membership, Project, Side, User
from luodi.workbench.core.pages import locking
from luodi.workbench.prepare import one_time_password

PLACES: dict[Side, tuple[Side, ...]] = {
    Side.VENDOR: (Side.VENDOR,),
    Side.HOSPITAL: (Side.HOSPITAL, Side.THIRD_PARTY, Side.SUPERVISOR),
}
"""Whose people a side's managers place: third parties and supervisors are the hospital's guests."""

_VENDOR = (Function.PROJECT_MANAGER, Function.IMPLEMENTATION_ENGINEER, Function.DEVELOPMENT)
_GUESTS = {Side.THIRD_PARTY: Function.THIRD_PARTY, Side.SUPERVISOR: Function.SUPERVISOR}


def functions_of(side: Side) -> tuple[Function, ...]:
    """What a person of a side can be in a project."""
    if side in _GUESTS:
        return (_GUESTS[side],)
    if side is Side.VENDOR:
        return _VENDOR
    others = {*_VENDOR[1:], *_GUESTS.values()}
    return tuple(each for each in Function if each not in others)


def placed_by(user: User, project: Project) -> tuple[Side, ...]:
    """The sides whose people this person may place."""
    if not may(user, project, "member:manage"):
        return ()
    own = {Side(seat.side) for seat in user.seats if seat.project_id == project.pk}
    return tuple(side for each in Side if each in own for side in PLACES.get(each, ()))


def side_of(user: User, project: Project) -> Side | None:
    """Whose person somebody is in a project, by whom they work for."""
    employer = user.organisation
    if employer is None:
        return None
    if employer.pk in (project.vendor_id, project.hospital_id):
        return Side.VENDOR if employer.pk == project.vendor_id else Side.HOSPITAL
    side = Side(employer.side)
    return side if side in _GUESTS else None


def candidates(user: User, project: Project) -> QuerySet[User]:
    """Colleagues this person may place; guests are named by their user name, not listed."""
    sides = placed_by(user, project)
    own = {project.organisation_of(side) for side in sides} - {None}
    return User.objects.filter(organisation__in=own, is_active=True, office="").order_by("name")


def guest(username: str, user: User, project: Project) -> User | None:
    """Somebody of a third party or supervisor, by user name, whom this person may place."""
    found = User.objects.filter(username=username, is_active=True, office="").first()
    if found is None:
        return None
    side = side_of(found, project)
    return found if side in _GUESTS and side in placed_by(user, project) else None


def leave(membership: Membership, by: User, seen: int | None) -> None:
    """Take a person out of a project.

    Raises
    ------
    WrongUse
        ``last_manager``: nobody of that side could place people any more.
    """
    keeps_a_manager(membership)
    locking.remove(membership, by, seen)


def keeps_a_manager(membership: Membership) -> None:
    """Refuse to lose the last project manager of a side.

    Raises
    ------
    WrongUse
        ``last_manager``.
    """
    others = Membership.objects.filter(
        project=membership.project,
        side=membership.side,
        function=Function.PROJECT_MANAGER,
    ).exclude(pk=membership.pk)
    standing = Membership.objects.filter(pk=membership.pk, function=Function.PROJECT_MANAGER)
    if standing.exists() and not others.exists():
        raise WrongUse("workbench.people.last_manager")


def appoint(user: User, project: Project, by: User) -> Membership:
    """Make somebody project manager of their side."""
    side = side_of(user, project)
    assert side in (Side.VENDOR, Side.HOSPITAL)  # the form offers nobody else
    membership = Membership(
        user=user, project=project, side=side, function=Function.PROJECT_MANAGER
    )
    locking.keep(membership, by, None)
    return membership


# --- accounts -------------------------------------------------------------------------------------


def accounts() -> QuerySet[User]:
    """Every account, and whether it is locked now."""
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    attempts = AccessAttempt.objects.filter(
        username=OuterRef("username"),
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        attempt_time__gte=since,
    )
    return User.objects.select_related("organisation").annotate(locked=Exists(attempts))


def new_password(user: User, by: User) -> str:
    """Give an account a one-time password: its owner has to change it when they sign in."""
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    if user._state.adding:
        locking.keep(user, by, None)
    else:
        user._history_user = by  # type: ignore[attr-defined]  # simple-history reads it
        user.save()
    return password


def switch(users: Iterable[User], active: bool, by: User) -> int:
    """Let accounts in or keep them out; administrators' accounts are not touched here."""
    changed = 0
    for user in users:
        if not user.office and user.is_active != active:
            user.is_active = active
            locking.keep(user, by, user.version)
            changed += 1
    return changed


def unlock(users: Iterable[User]) -> int:
    """Forget wrong attempts; administrators wait."""
    return sum(bool(reset(username=user.username)) for user in users if not user.office)
