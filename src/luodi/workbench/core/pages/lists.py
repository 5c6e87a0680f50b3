"""A list page: what an app says of it, and everything it gets for free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.workbench.core.access import signed_in
from luodi.workbench.core.models import PendingImport
from luodi.workbench.core.pages import asked as ask
from luodi.workbench.core.pages import excel, workbook
from luodi.workbench.core.pages.batch import AT_ONCE, Action
from luodi.workbench.core.pages.columns import Column
from luodi.workbench.core.pages.crumbs import Crumb
from luodi.workbench.core.pages.details import Button
from luodi.workbench.core.pages.filters import Filter
from luodi.workbench.core.pages.importing import Checked, Import, set_aside
from luodi.workbench.core.pages.paging import page_of
from luodi.workbench.core.wording import told, worded


@dataclass(frozen=True)
class ListPage:
    """A list of records.

    Parameters
    ----------
    key : str
        Under which the reader's choice of columns is kept.
    title : str
        Code of its name.
    records : callable
        The records that this request may see: begin with ``visible_to``.
    columns : tuple of Column, or callable
        What is told of a record; a function of the request where that depends on the project.
    filters, actions
        See there.
    order : tuple of str
        The order before anybody asks for another; the key breaks ties.
    empty : str
        Code of what an empty list teaches: what will stand here, and how it comes about.
    add : callable
        Button that makes a new record, where this reader may.
    imports : Import, optional
        How rows come in from Excel.
    """

    key: str
    title: str
    records: Callable[[Any], QuerySet[Any]]
    columns: tuple[Column, ...] | Callable[[Any], tuple[Column, ...]]
    empty: str
    order: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    actions: tuple[Action, ...] = ()
    add: Callable[[Any], Button | None] = lambda request: None
    imports: Import | None = None
    crumbs: Callable[[Any], tuple[Crumb, ...]] = lambda request: ()
    template: str = "core/pages/list.html"

    @property
    def name(self) -> str:
        """Its name, in the reader's language."""
        return worded(self.title)

    def answer(self, request: Any, **more: object) -> HttpResponse:
        """Show the list; send it to Excel; take a workbook; do something to what was picked."""
        if request.method == "POST":
            return self._do(request)
        if "export" in request.GET:
            return self._export(request)
        if "import" in request.GET:
            return self._import_page(request)
        return self._show(request, more)

    # --- looking ---------------------------------------------------------------------------------

    def _columns(self, request: Any) -> tuple[Column, ...]:
        return self.columns(request) if callable(self.columns) else self.columns

    def _fitting(self, request: Any, columns: tuple[Column, ...]) -> QuerySet[Any]:
        records = ask.narrowed(self.records(request), self.filters, request.GET)
        return ask.ordered(records, columns, request.GET.get("sort", ""), self.order)

    def _show(self, request: Any, more: dict[str, object]) -> HttpResponse:
        every = self._columns(request)
        records = self._fitting(request, every)
        page = page_of(records, request.GET.get("page", ""))
        columns = ask.chosen(request, self.key, every)
        heads = ask.headings(columns, records.model, request.GET.get("sort", ""))
        bar = [
            box for each in self.filters for box in each.draw(request.GET, records.model, request)
        ]
        shown = {
            "page": page,
            "rows": ask.rows(page.records, columns, heads),
            "headings": heads,
            "bar": bar,
            "filtered": any(box.value for box in bar),
            "actions": [each for each in self.actions if each.allowed(request)],
            "choice": [(each.name, each.heading(records.model), each in columns) for each in every],
            "add": self.add(request),
            "may_import": self.imports is not None and self.imports.allowed(request),
            "empty": self.empty,
        }
        return render(request, self.template, self._frame(request) | shown | more)

    def _frame(self, request: Any) -> dict[str, object]:
        title = worded(self.title)
        return {"title": title, "crumbs": (*self.crumbs(request), Crumb(title))}

    def _export(self, request: Any) -> HttpResponse:
        every = self._columns(request)
        columns = ask.chosen(request, self.key, every)
        file = excel.exported(self._fitting(request, every), columns)
        return excel.sent(file, worded(self.title))

    # --- doing -----------------------------------------------------------------------------------

    def _do(self, request: Any) -> HttpResponse:
        if "choose" in request.POST:
            ask.choose(request, self.key, self._columns(request), request.POST.getlist("column"))
            return redirect(request.get_full_path())
        if "import" in request.POST:
            return self._import(request)
        if "action" in request.POST:
            return self._act(request)
        return redirect(request.get_full_path())

    def _act(self, request: Any) -> HttpResponse:
        named = {each.name: each for each in self.actions}
        action = named.get(request.POST["action"])
        if action is None or not action.allowed(request):
            raise PermissionDenied(request.POST["action"])
        records, everything = self._picked(request)
        count = len(records.values_list("pk")[: AT_ONCE + 1])
        if count > AT_ONCE:
            messages.error(request, worded("workbench.core.pages.too_many_picked", {"n": AT_ONCE}))
        elif not count:
            messages.warning(request, worded("workbench.core.pages.none_picked"))
        elif action.grave and "sure" not in request.POST:
            shown = {
                "action": action,
                "count": count,
                "picked": [] if everything else request.POST.getlist("pick"),
                "everything": everything,
                "sample": [str(each) for each in records[:10]],
                "question": worded(
                    "workbench.core.pages.sure", {"action": worded(action.title), "n": count}
                ),
            }
            return render(request, "core/pages/sure.html", self._frame(request) | shown)
        else:
            try:
                with transaction.atomic():
                    done = action.run(request, records)
            except LuodiError as error:
                messages.error(request, told(error))
            else:
                messages.success(request, worded("workbench.core.pages.done", {"n": done}))
        return redirect(request.get_full_path())

    def _picked(self, request: Any) -> tuple[QuerySet[Any], bool]:
        """What was picked, out of what this person sees on this list, filters and all."""
        fitting = self._fitting(request, self._columns(request))
        if request.POST.get("everything"):
            return fitting, True
        picked = [each for each in request.POST.getlist("pick") if each.isdigit()]
        return fitting.filter(pk__in=picked[:AT_ONCE]), False

    # --- taking in -------------------------------------------------------------------------------

    def _importing(self, request: Any) -> Import:
        if self.imports is None or not self.imports.allowed(request):
            raise PermissionDenied("import")
        return self.imports

    def _import_page(self, request: Any, **shown: object) -> HttpResponse:
        fields = self._importing(request).fields(request)
        if request.GET["import"] == "template":
            file = excel.workbook([str(field.label) for field in fields.values()], [])
            return excel.sent(file, worded(self.title))
        frame = self._frame(request)
        frame |= {
            "fields": list(fields.values()),
            "limit": workbook.ROWS,
            "back": request.path,
            "crumbs": (
                *self.crumbs(request),
                Crumb(worded(self.title), request.path),
                Crumb(worded("workbench.core.pages.import")),
            ),
        }
        return render(request, "core/pages/import.html", frame | shown)

    def _import(self, request: Any) -> HttpResponse:
        importing = self._importing(request)
        request.GET = request.GET.copy()
        request.GET["import"] = "1"
        user = signed_in(request)
        try:
            if request.POST["import"] == "take":
                asked = request.POST.get("pending", "")
                mine = PendingImport.objects.filter(user=user, page=request.path)
                pending = get_object_or_404(mine, pk=int(asked) if asked.isdigit() else 0)
                taken = importing.take(request, pending)
                messages.success(request, worded("workbench.core.pages.taken", {"n": taken}))
                return redirect(request.path)
            upload = request.FILES.get("file")
            if upload is None:
                raise WrongUse("workbench.core.pages.no_file")
            sheet = workbook.read(upload)
            checked = importing.checked(request, sheet)
        except LuodiError as error:
            return self._import_page(request, refused=told(error))
        name = upload.name or ""
        waits = None if checked.wrong else set_aside(user, request.path, name, sheet)
        return self._import_page(request, **_preview(sheet, checked, waits, name))


def _preview(
    sheet: workbook.Sheet, checked: Checked, pending: PendingImport | None, name: str
) -> dict[str, object]:
    return {
        "checked": checked,
        "headings": sheet.headings,
        "sample": [texts for _, texts in sheet.lines[:8]],
        "pending": pending,
        "file": name,
    }
