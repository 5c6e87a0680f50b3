"""One record, changed, made or deleted: what was typed is never lost, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from luodi.evidence.errors import LuodiError
from luodi.workbench.core.access import signed_in
from luodi.workbench.core.models import User
from luodi.workbench.core.pages import kept, locking
from luodi.workbench.core.pages.crumbs import Crumb
from luodi.workbench.core.wording import told, worded

Crumbs = Callable[[Any, Any], tuple[Crumb, ...]]


def keep(form: forms.ModelForm[Any], by: User, seen: int | None) -> Any:
    """Save a form as it stands; an app whose record needs more hands in a service of its own."""
    form.save(commit=False)
    locking.keep(form.instance, by, seen)
    form.save_m2m()
    return form.instance


@dataclass(frozen=True)
class FormPage:
    """A page that makes or changes a record.

    Parameters
    ----------
    title : str
        Code of the heading.
    form : callable
        A `ModelForm`; what a view gives to `answer` is passed on to it.
    crumbs : callable
        The line of pages above it, itself left out.
    done : callable
        Where one goes once it is saved; or the page that is shown then, and only then.
    save : callable
        Keep the form as somebody, seeing that the version they saw is still the last.
    """

    title: str
    form: Callable[..., forms.ModelForm[Any]]
    crumbs: Crumbs
    done: Callable[[Any, Any], str | HttpResponse]
    save: Callable[[forms.ModelForm[Any], User, int | None], Any] = keep
    template: str = "core/pages/form.html"

    def answer(self, request: Any, record: Any = None, **given: Any) -> HttpResponse:
        """Show the form, or take it."""
        shown: dict[str, Any] = {"restored": False, "conflict": None, "differences": ()}
        version = getattr(record, "version", None)
        if request.method == "POST":
            form = self.form(request.POST, request.FILES, instance=record, **given)
            version = _seen(request)
            if form.is_valid():
                try:
                    with transaction.atomic():
                        saved = self.save(form, signed_in(request), version)
                except locking.Changed as changed:
                    shown["conflict"] = changed.current
                    shown["differences"] = locking.differences(form, changed.current)
                    version = changed.current.version
                except locking.Gone:
                    form.add_error(None, worded("workbench.core.pages.gone"))
                except IntegrityError:
                    form.add_error(None, worded("workbench.core.pages.exists"))
                except LuodiError as error:
                    form.add_error(None, told(error))
                else:
                    after = self.done(request, saved)
                    if isinstance(after, HttpResponse):
                        return after
                    messages.success(request, worded("workbench.core.pages.saved"))
                    return redirect(after)
        else:
            form = self.form(instance=record, **given)
            typed = kept.restore(form, request)
            if typed is not None:
                version = int(typed.get("_version") or 0) or version
                shown["restored"] = True
        crumbs = (*self.crumbs(request, record), Crumb(worded(self.title)))
        shown |= {
            "form": form,
            "record": record,
            "version": version,
            "title": worded(self.title),
            "crumbs": crumbs,
            "back": crumbs[-2].address if len(crumbs) > 1 else "/",
        }
        return render(request, self.template, shown)


@dataclass(frozen=True)
class DeletePage:
    """A page that asks back before it deletes, and says what would be lost or is in the way."""

    title: str
    crumbs: Crumbs
    done: Callable[[Any, Any], str]
    remove: Callable[[Any, User, int | None], None] = locking.remove
    template: str = "core/pages/delete.html"

    def answer(self, request: Any, record: Any) -> HttpResponse:
        """Ask back, or do it."""
        wrong = ""
        held: tuple[str, ...] = ()
        if request.method == "POST":
            try:
                self.remove(record, signed_in(request), _seen(request))
            except locking.Changed as changed:
                record, wrong = changed.current, worded("workbench.core.pages.changed")
            except locking.Gone:
                return redirect(self.done(request, record))
            except ProtectedError as error:
                wrong = worded("workbench.core.pages.in_use")
                held = tuple(sorted({str(each) for each in error.protected_objects}))[:20]
            except LuodiError as error:
                wrong = told(error)
            else:
                messages.success(request, worded("workbench.core.pages.deleted"))
                return redirect(self.done(request, record))
        crumbs = (*self.crumbs(request, record), Crumb(worded(self.title)))
        shown = {
            "record": record,
            "version": getattr(record, "version", None),
            "title": worded(self.title),
            "crumbs": crumbs,
            "back": crumbs[-2].address if len(crumbs) > 1 else "/",
            "wrong": wrong,
            "held": held,
        }
        return render(request, self.template, shown)


def _seen(request: Any) -> int | None:
    text = request.POST.get("_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
