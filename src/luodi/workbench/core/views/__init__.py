"""Pages that belong to no app: the way in, the language, and what cannot be shown."""

from luodi.workbench.core.views.errors import broken, forbidden, missing
from luodi.workbench.core.views.exchange import bundle, exchange, incoming
from luodi.workbench.core.views.files import download
from luodi.workbench.core.views.find import find_anywhere, find_within
from luodi.workbench.core.views.handbook import help_home, help_page, help_picture
from luodi.workbench.core.views.home import home
from luodi.workbench.core.views.language import choose_language

__all__ = [
    "broken",
    "bundle",
    "choose_language",
    "download",
    "exchange",
    "find_anywhere",
    "find_within",
    "forbidden",
    "help_home",
    "help_page",
    "help_picture",
    "home",
    "incoming",
    "missing",
]
