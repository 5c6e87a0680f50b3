"""What lists, details and forms are made of, so that a new page says only what is its own.

Read in this order: ``columns`` (what a row shows, and how), ``filters`` (what can be asked),
``lists`` (`ListPage`: a list with everything it gets for free), ``asked`` (what one request asks of
it), ``paging``, ``batch``, ``excel`` (out), ``importing`` (in); ``details`` and ``forms`` (one
record: see, change, delete), ``locking`` (the second of two editors), ``kept`` (what was typed
survives a session that ran out), ``history``.

A list page is about ten lines::

    DEPARTMENTS = ListPage(
        key="people.departments",
        title="workbench.people.departments",
        records=lambda request: Department.objects.select_related("organisation"),
        columns=(Column("name"), Column("organisation__name")),
        filters=(Text("q", ("name", "organisation__name")),),
        order=("organisation__name", "name"),
        empty="workbench.people.departments_empty",
    )

    @administers(Office.SYSTEM)
    def departments(request: HttpRequest) -> HttpResponse:
        return DEPARTMENTS.answer(request)
"""

from luodi.workbench.core.pages.batch import Action
from luodi.workbench.core.pages.columns import (
    Column,
    Show,
    brief,
    code,
    day,
    moment,
    number,
    pill,
    words,
)
from luodi.workbench.core.pages.crumbs import Crumb
from luodi.workbench.core.pages.details import Button, DetailPage
from luodi.workbench.core.pages.filters import Choice, Period, Text
from luodi.workbench.core.pages.forms import DeletePage, FormPage
from luodi.workbench.core.pages.importing import Import
from luodi.workbench.core.pages.lists import ListPage

__all__ = [
    "Action",
    "Button",
    "Choice",
    "Column",
    "Crumb",
    "DeletePage",
    "DetailPage",
    "FormPage",
    "Import",
    "ListPage",
    "Period",
    "Show",
    "Text",
    "brief",
    "code",
    "day",
    "moment",
    "number",
    "pill",
    "words",
]
