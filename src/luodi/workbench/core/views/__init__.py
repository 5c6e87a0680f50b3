"""Pages that belong to no app: the way in, the language, and what cannot be shown."""

from luodi.workbench.core.views.errors import broken, forbidden, missing
from luodi.workbench.core.views.files import download
from luodi.workbench.core.views.home import home
from luodi.workbench.core.views.language import choose_language

__all__ = ["broken", "choose_language", "download", "forbidden", "home", "missing"]
