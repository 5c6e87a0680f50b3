"""What the steps of a mapping run in: the workspace's own engine, or another that is told the same.

Whatever it is, what comes out lies in the workspace, where keys, constraints and fates are settled.
"""

from __future__ import annotations

from typing import Protocol

from luodi.migration.workspace import Workspace
from luodi.transform.compile import compiled
from luodi.transform.dialect.duckdb import DUCKDB
from luodi.transform.program import Program


class Engine(Protocol):
    """Runs programs over relations of the workspace."""

    def rows(self, workspace: Workspace, program: Program) -> str:
        """Run a program; what comes back is SQL over the workspace that yields its rows."""


class InWorkspace:
    """DuckDB, where the rows lie already: nothing runs before the SELECT is asked for."""

    def rows(self, workspace: Workspace, program: Program) -> str:
        """See `Engine.rows`."""

        def ask(select: str) -> list[str]:
            return [text for (text,) in workspace.db.execute(select).fetchall()]

        return compiled(program, DUCKDB, ask=ask)


IN_WORKSPACE = InWorkspace()
