"""The site as an ASGI application, its files served beside it."""

import os
from pathlib import Path

from django.core.asgi import get_asgi_application
from servestatic import ServeStaticASGI

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "luodi.workbench.settings")

FOLDER = Path(__file__).parent / "static"


def _site() -> ServeStaticASGI:
    from django.conf import settings

    site = get_asgi_application()
    # The version is part of the address, so a browser may keep a file for good.
    return ServeStaticASGI(site, root=FOLDER, prefix=settings.STATIC_URL, max_age=31_536_000)


application = _site()
