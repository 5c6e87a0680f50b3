"""Exchange a project: a bundle out, a bundle in, and the look at what differs in between."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from luodi.evidence.errors import LuodiError
from luodi.landing.bundle.difference import Whose
from luodi.landing.bundle.import_ import Choices
from luodi.landing.keys import fingerprint
from luodi.workbench.core.access import ProjectRequest, side_of, within
from luodi.workbench.core.exchange import accept, receive, send, waiting
from luodi.workbench.core.hosted import HostedSite
from luodi.workbench.core.wording import lazy, told, worded


class BundleForm(forms.Form):
    """The bundle somebody sent."""

    bundle = forms.FileField(label=lazy("workbench.core.bundle"))


def _site(request: ProjectRequest) -> HostedSite:
    return HostedSite.of(request.project, side_of(request.user, request.project))


@within("project:exchange")
def exchange(request: ProjectRequest) -> HttpResponse:
    """Offer the bundle, and take one in."""
    form = BundleForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            digest = receive(_site(request), form.cleaned_data["bundle"])
        except LuodiError as error:
            form.add_error("bundle", told(error))
        else:
            return redirect("incoming", request.project.code, digest)
    return render(request, "core/exchange.html", {"form": form})


@within("project:exchange")
@require_POST
def bundle(request: ProjectRequest) -> HttpResponse:
    """Send the project as a signed bundle; that leaves a record, so looking does not do it."""
    name, data = send(_site(request), request.user)
    response = HttpResponse(data, content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@within("project:exchange")
def incoming(request: ProjectRequest, digest: str) -> HttpResponse:
    """Show what a bundle says otherwise, and take what was chosen."""
    site = _site(request)
    try:
        found = waiting(site, digest)
    except LuodiError as error:
        messages.error(request, told(error))
        return redirect("exchange", request.project.code)
    if request.method == "POST":
        said = {item.name: request.POST.get(item.name, "") for item in found.differences}
        choices = Choices(
            frozenset(name for name, choice in said.items() if choice == "take"),
            frozenset(name for name, choice in said.items() if choice == "keep"),
        )
        try:
            outcome = accept(site, digest, choices, request.user)
        except LuodiError as error:
            messages.error(request, told(error))
        else:
            done = outcome.result
            params = {
                "records": sum(each.records for each in done.merged),
                "taken": len(done.taken),
                "waiting": len(done.waiting),
            }
            messages.success(request, worded("workbench.core.bundle_taken", params))
            if not done.waiting:
                return redirect("exchange", request.project.code)
            return redirect("incoming", request.project.code, digest)
    shown = [
        {
            "it": item,
            "lines": [_line(text) for text in item.lines[2:]],
            "mine": item.whose is Whose.MINE,
        }
        for item in found.differences
    ]
    signer = found.bundle.signer
    return render(
        request,
        "core/incoming.html",
        {
            "manifest": found.bundle.manifest,
            "signer": signer,
            "fingerprint": fingerprint(signer.public_key),
            "differences": shown,
        },
    )


def _line(text: str) -> tuple[str, str]:
    """A line of a difference, and what it is: gone, new, or the place."""
    return {"-": "gone", "+": "new", "@": "place"}.get(text[:1], ""), text
