"""What one should hear of: the list, marking it read, and going where it points."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from luodi.workbench.core.access import signed_in
from luodi.workbench.core.wording import language
from luodi.workbench.notices.models import Notice
from luodi.workbench.notices.sentence import sentence
from luodi.workbench.notices.services import mark_read

PER_PAGE = 30


@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """List the person's notices, newest first."""
    own = Notice.objects.visible_to(signed_in(request)).select_related("project")
    page = Paginator(own, PER_PAGE).get_page(request.GET.get("page"))
    listed = [{"it": each, "text": sentence(each, language())} for each in page.object_list]
    return render(request, "notices/notices.html", {"page": page, "notices": listed})


@login_required
@require_POST
def mark(request: HttpRequest) -> HttpResponse:
    """Mark everything read."""
    mark_read(signed_in(request))
    return redirect("notices:notices")


@login_required
def follow(request: HttpRequest, notice: int) -> HttpResponse:
    """Go where a notice points, and mark it read."""
    user = signed_in(request)
    found = get_object_or_404(Notice.objects.visible_to(user), pk=notice)
    mark_read(user, [found.pk])
    fine = url_has_allowed_host_and_scheme(found.address, allowed_hosts=None)
    return redirect(found.address if found.address and fine else "notices:notices")
