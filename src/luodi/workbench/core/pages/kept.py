"""What was typed survives a session that ran out.

A form that is sent without a session cannot be taken, but it need not be lost: it is laid into the
visitor's new session, and the same form is filled with it once its owner has signed in again.
Nobody else is shown it: the form carries its owner's mark, signed.  Passwords and files are never
kept.  The form passed the check against forgery, or nothing of it would arrive here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import resolve_url

KEY = "luodi_typed"
OWNER = "_owner"
LONGEST = 100_000
"""Signs that are kept; a form that holds more is no form of ours."""
_NEVER = ("password", "csrf", "code", "secret", "token")
_SIGNER = Signer(salt="luodi.workbench.typed")


def owner(user: Any) -> str:
    """The mark a form carries."""
    return _SIGNER.sign(str(user.pk))


def keep(request: HttpRequest, response: HttpResponse) -> None:
    """Lay aside what was typed, where the answer is to sign in first."""
    if request.method != "POST" or response.status_code != 302 or request.user.is_authenticated:
        return
    if not response.headers.get("Location", "").startswith(resolve_url(settings.LOGIN_URL)):
        return
    typed = {
        name: values
        for name, values in request.POST.lists()
        if not any(each in name.lower() for each in _NEVER)
    }
    if OWNER in typed and sum(len(each) for values in typed.values() for each in values) < LONGEST:
        request.session[KEY] = {"path": request.path, "typed": typed}


def typed(request: HttpRequest) -> QueryDict | None:
    """What this person typed into the form of this address before they signed in again."""
    found = request.session.get(KEY)
    if not found or found["path"] != request.path or request.method != "GET":
        return None
    del request.session[KEY]
    try:
        if _SIGNER.unsign(found["typed"][OWNER][0]) != str(request.user.pk):
            return None
    except BadSignature:
        return None
    data = QueryDict(mutable=True)
    for name, values in found["typed"].items():
        data.setlist(name, values)
    return data


def restore(form: forms.BaseForm, request: HttpRequest) -> QueryDict | None:
    """Fill a form with what its owner typed before the session ran out, where that was kept."""
    data = typed(request)
    form.initial.update(filled(form.fields, data) or {})
    return data


def filled(fields: Mapping[str, forms.Field], data: QueryDict | None) -> dict[str, Any] | None:
    """The same, as a form takes it for its beginning."""
    if data is None:
        return None
    return {
        name: field.widget.value_from_datadict(data, {}, name)
        for name, field in fields.items()
        if name in data and not isinstance(field, forms.FileField)
    }
