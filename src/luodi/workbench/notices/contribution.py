"""What notices add to the shell: the bell."""

from __future__ import annotations

from luodi.workbench.core.contribution import Contribution, Corner
from luodi.workbench.core.models import User
from luodi.workbench.notices.services import unread


def bell(user: User) -> dict[str, object]:
    """Count what waits, one query."""
    return {"unread": unread(user)}


CONTRIBUTION = Contribution(corner=(Corner("notices/_bell.html", bell),))
