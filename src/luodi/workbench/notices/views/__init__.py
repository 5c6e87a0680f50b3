"""Pages of notices."""

from luodi.workbench.notices.views.notices import follow, mark, notices

__all__ = ["follow", "mark", "notices"]
