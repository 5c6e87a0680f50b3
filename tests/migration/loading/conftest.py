"""A load up to the point where its rows are staged, into a new HIS in a file of SQLite."""

import sqlite3

import pytest

from luodi.evidence.progress import Silent
from luodi.migration.loading.run import Run
from luodi.migration.target.sqlite import SqliteTarget
from luodi.migration.workspace import Workspace
from migration.load_sample import DDL, DICTIONARIES, fill, order, rules


class Loading:
    """The sample hospital, extracted; what it is loaded into can be changed beforehand."""

    def __init__(self, workspace, path):
        self.workspace, self.path, self.opened = workspace, path, []
        self.his = sqlite3.connect(path, isolation_level=None)
        self.his.executescript(DDL)
        fill(workspace)

    def begin(self, mapping=None, **more):
        """Look at everything that the load needs."""
        target = SqliteTarget("new_his", self.path)
        self.opened.append(target)
        return Run.begin(self.workspace, mapping or rules(), target, DICTIONARIES, order(**more))

    def stage(self, mapping=None, **more):
        run = self.begin(mapping, **more)
        run.stage(Silent())
        return run

    def rows(self, run, name, columns="*"):
        """Rows of one of the batch's tables."""
        relation = run.batch.relation(name)
        return self.workspace.db.execute(
            f"SELECT {columns} FROM {relation} ORDER BY ALL"
        ).fetchall()

    def fates(self, run):
        """What became of every row: table and ordinal to fate and reason."""
        lines = self.rows(run, "_fate", "source_table, ordinal, fate, reason")
        assert len({line[:2] for line in lines}) == len(lines)
        return {(table, ordinal): (fate, reason) for table, ordinal, fate, reason in lines}

    def close(self):
        for target in self.opened:
            target.close()
        self.his.close()


@pytest.fixture
def loading(tmp_path):
    with Workspace.in_memory() as workspace:
        loading = Loading(workspace, tmp_path / "new_his.db")
        yield loading
        loading.close()
