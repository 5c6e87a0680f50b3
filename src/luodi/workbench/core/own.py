"""What core itself adds to the shell."""

from __future__ import annotations

from luodi.workbench.core.contribution import Contribution, Group, MenuEntry

CONTRIBUTION = Contribution(
    menu=(MenuEntry(Group.HOUSE, 30, "workbench.core.exchange", "exchange", "project:exchange"),),
)
