"""What a function on a side may do: ``capabilities.tsv``, checked when it is read.

Pages, search, export, files, event streams and the API all ask `may`.  What a person may *see* is
decided by ``visible_to`` (:mod:`luodi.workbench.core.models.records`); both have to say yes.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

from luodi.workbench.core.models.people import User
from luodi.workbench.core.models.projects import Project
from luodi.workbench.core.models.sides import Function, Side

EVERYONE = frozenset(Function)


@cache
def table() -> Mapping[str, Mapping[Side, frozenset[Function]]]:
    """Functions by capability and side.

    Raises
    ------
    ValueError
        A cell names a function that there is not: a defect of the program, found by its tests.
    """
    text = (resources.files("luodi.workbench.core") / "capabilities.tsv").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t")
    return {row["capability"]: {side: _functions(row[side.value]) for side in Side} for row in rows}


def _functions(cell: str) -> frozenset[Function]:
    if cell == "*":
        return EVERYONE
    return frozenset() if cell == "-" else frozenset(Function(name) for name in cell.split(" "))


def may(user: User, project: Project, capability: str) -> bool:
    """Tell whether one of the person's places in `project` carries `capability`."""
    allowed = table()[capability]
    return any(
        seat.project_id == project.pk and Function(seat.function) in allowed[Side(seat.side)]
        for seat in user.seats
    )
