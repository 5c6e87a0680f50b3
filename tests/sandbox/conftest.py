"""One small generated hospital for the tests of this folder."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from luodi.evidence.progress import Silent
from luodi.migration.workspace import Workspace
from luodi.sandbox.data.generate import Hospital, generate_into
from luodi.sandbox.data.model import Size

PATIENTS = 3000


@dataclass(frozen=True)
class Made:
    workspace: Workspace
    hospital: Hospital

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.workspace.db.execute(sql).fetchall()

    def value(self, sql: str) -> object:
        return self.rows(sql)[0][0]


@pytest.fixture(scope="session")
def made() -> Iterator[Made]:
    with Workspace.in_memory() as workspace:
        size = Size(patients=PATIENTS, seed=7)
        yield Made(workspace, generate_into(workspace, size, "old", progress=Silent()))
