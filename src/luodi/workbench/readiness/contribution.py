"""What readiness adds to the shell."""

from __future__ import annotations

from luodi.workbench.core.contribution import Contribution, Group, LongVerb, MenuEntry
from luodi.workbench.readiness import work

CONTRIBUTION = Contribution(
    menu=(
        MenuEntry(
            Group.PROJECT, 10, "workbench.readiness.cockpit", "readiness:cockpit", "project:view"
        ),
        MenuEntry(Group.GO_LIVE, 10, "workbench.readiness.gates", "readiness:gates", "gate:view"),
        MenuEntry(Group.HOUSE, 20, "workbench.readiness.ledger", "readiness:ledger", "ledger:view"),
    ),
    verbs=(
        LongVerb(
            "evidence",
            "verify",
            "workbench.readiness.verify_ledger",
            "job:run",
            work.ledger_of,
            work.verify_ledger,
            starts=True,
        ),
        LongVerb(
            "evidence",
            "check",
            "workbench.readiness.check_gates",
            "job:run",
            work.gates_of,
            work.check_gates,
            starts=True,
        ),
    ),
)
