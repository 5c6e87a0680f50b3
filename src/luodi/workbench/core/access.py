"""The one way a view reaches a project: unseen is not found, not allowed is said."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from luodi.evidence.model import Side
from luodi.workbench.core.capabilities import may
from luodi.workbench.core.hosted import SPEAKING
from luodi.workbench.core.models import Office, Project, User

P = ParamSpec("P")
R = TypeVar("R")


class ProjectRequest(HttpRequest):
    """A request of somebody signed in, within a project they take part in."""

    user: User
    project: Project
    unattended: bool
    """Set by a view that a page asks by itself: it does not keep the session alive."""


def signed_in(request: HttpRequest) -> User:
    """The person behind a request that only somebody signed in can make."""
    assert isinstance(request.user, User)
    return request.user


class OfficeRequest(HttpRequest):
    """A request of somebody who administers this installation."""

    user: User


def administers(
    office: Office,
) -> Callable[
    [Callable[Concatenate[OfficeRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Make a view that only one office reaches; for everybody else it is not there."""

    def wrap(
        view: Callable[Concatenate[OfficeRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @login_required
        @wraps(view)
        def reached(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            request = cast(OfficeRequest, request)
            if request.user.office != office:
                raise Http404(office)
            return view(request, *args, **kwargs)

        reached.__dict__["office"] = office  # for the test that walks every address
        return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", reached)

    return wrap


def side_of(user: User, project: Project) -> Side:
    """The side whose organisation speaks for a person in a project."""
    sides = {Side(seat.side) for seat in user.seats if seat.project_id == project.pk}
    return next((side for side in SPEAKING if side in sides), Side.VENDOR)


def within(
    capability: str,
) -> Callable[
    [Callable[Concatenate[ProjectRequest, P], R]], Callable[Concatenate[HttpRequest, str, P], R]
]:
    """Make a view that is asked with a project's code run with the project itself.

    A project that the person takes no part in is not found; a capability they lack is refused.
    An asynchronous view, such as a stream, is reached by the same checks.
    """

    def wrap(
        view: Callable[Concatenate[ProjectRequest, P], R],
    ) -> Callable[Concatenate[HttpRequest, str, P], R]:
        @wraps(view)
        def reached(request: HttpRequest, project: str, *args: Any, **kwargs: Any) -> Any:
            return view(_reach(request, project, capability), *args, **kwargs)

        @wraps(view)
        async def reached_later(
            request: HttpRequest, project: str, *args: Any, **kwargs: Any
        ) -> Any:
            asked = await sync_to_async(_reach)(request, project, capability)
            return await cast(Any, view)(asked, *args, **kwargs)

        chosen: Any = reached_later if iscoroutinefunction(view) else reached
        guarded = login_required(chosen)
        guarded.__dict__["capability"] = capability  # for the test that walks every address
        return cast("Callable[Concatenate[HttpRequest, str, P], R]", guarded)

    return wrap


def _reach(request: HttpRequest, code: str, capability: str) -> ProjectRequest:
    request = cast(ProjectRequest, request)
    user = signed_in(request)
    visible = Project.objects.visible_to(user).select_related("vendor", "hospital")
    request.project = get_object_or_404(visible, code=code)
    if not may(user, request.project, capability):
        raise PermissionDenied(capability)
    return request
