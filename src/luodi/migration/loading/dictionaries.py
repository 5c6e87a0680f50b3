"""Dictionaries as relations of the workspace, for the time of a load."""

from __future__ import annotations

from collections.abc import Mapping

from luodi.migration.loading.values import fill
from luodi.migration.workspace import Workspace, quoted
from luodi.transform.program import Pairs

Dictionaries = Mapping[str, Mapping[str, str | None]]
"""Per dictionary: source value to target value, None for a value that says nothing."""


def dictionary_pairs(workspace: Workspace, dictionaries: Dictionaries) -> dict[str, Pairs]:
    """Put dictionaries where SQL finds them; they end with the connection."""
    pairs = {}
    for name, entries in dictionaries.items():
        relation = quoted(f"_dictionary_{name}")
        workspace.db.execute(
            f"CREATE OR REPLACE TEMP TABLE {relation} (source VARCHAR, target VARCHAR)"
        )
        fill(workspace, relation, ("source", "target"), list(entries.items()))
        pairs[name] = Pairs(relation=relation, source="source", target="target")
    return pairs
