"""Earlier assessments of a system, kept in the workspace: scores and counts, no values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from luodi.migration.quality.model import Assessment, Past

if TYPE_CHECKING:
    from luodi.migration.workspace import Workspace

_TABLE = "_luodi.assessment"
LATEST = 20
"""How many earlier runs are told."""


def keep(workspace: Workspace, assessment: Assessment, rules: str) -> None:
    """Remember how an assessment came out."""
    _prepare(workspace)
    past = Past(
        moment=assessment.moment,
        score=assessment.score,
        offending=sum(hit.offending for hit in assessment.hits),
        rules=rules,
    )
    workspace.db.execute(
        f"INSERT INTO {_TABLE} VALUES (?, ?)", [assessment.system, msgspec.msgpack.encode(past)]
    )


def earlier(workspace: Workspace, system: str) -> tuple[Past, ...]:
    """Recall the earlier assessments of a system, the latest first."""
    _prepare(workspace)
    rows = workspace.db.execute(
        f"SELECT content FROM {_TABLE} WHERE system = ? ORDER BY rowid DESC LIMIT {LATEST}",
        [system],
    ).fetchall()
    return tuple(msgspec.msgpack.decode(content, type=Past) for (content,) in rows)


def _prepare(workspace: Workspace) -> None:
    workspace.db.execute(
        f"CREATE TABLE IF NOT EXISTS {_TABLE} (system VARCHAR NOT NULL, content BLOB NOT NULL)"
    )
