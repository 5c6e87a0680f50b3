"""What readiness adds to the shell."""

from __future__ import annotations

from luodi.workbench.core.contribution import Contribution, Group, MenuEntry

CONTRIBUTION = Contribution(
    menu=(
        MenuEntry(
            Group.PROJECT, 10, "workbench.readiness.cockpit", "readiness:cockpit", "project:view"
        ),
        MenuEntry(Group.GO_LIVE, 10, "workbench.readiness.gates", "readiness:gates", "gate:view"),
        MenuEntry(Group.HOUSE, 20, "workbench.readiness.ledger", "readiness:ledger", "ledger:view"),
    ),
)
