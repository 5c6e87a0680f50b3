"""Download of a stored file: asked for by number, given by permission."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header

from luodi.workbench.core.access import ProjectRequest, within
from luodi.workbench.core.files import MEDIA, path_of
from luodi.workbench.core.models import StoredFile


@within("project:view")
def download(request: ProjectRequest, pk: int) -> HttpResponse:
    """Send a file to be saved; nothing that people upload is shown as a page of ours."""
    visible = StoredFile.objects.visible_to(request.user).of(request.project)
    file = get_object_or_404(visible, pk=pk)
    response = HttpResponse(path_of(file).read_bytes(), content_type=MEDIA[file.kind])
    response["Content-Disposition"] = content_disposition_header(True, file.name)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
