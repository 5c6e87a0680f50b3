"""One run of load or rollback in a process of its own, killed at a named point; see test_kill.

``python load_killed.py ACTION POINT`` reads the target's parameters as JSON from standard input:
a ``path`` is SQLite's, a ``database`` MariaDB's, a ``dbname`` PostgreSQL's.
"""

import json
import os
import signal
import sys
from functools import wraps
from pathlib import Path

from luodi.evidence.progress import Silent
from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.vault.store import Vault
from luodi.migration.batch import Batches, State
from luodi.migration.load import load
from luodi.migration.loading import run
from luodi.migration.loading.stage import Staging
from luodi.migration.rollback import rollback
from luodi.migration.target.mysql import MySqlTarget
from luodi.migration.target.postgresql import PostgreSQL
from luodi.migration.target.sqlite import SqliteTarget
from luodi.migration.workspace import Workspace
from migration.load_sample import DICTIONARIES, fill, order, rules


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def after(owner, name, times=1, when=lambda *_: True):
    """Die when a method has returned, the `times`-th time."""
    method, calls = getattr(owner, name), []

    @wraps(method)
    def wrapped(*args, **kwargs):
        found = method(*args, **kwargs)
        if when(*args):
            calls.append(1)
        if len(calls) == times:
            die()
        return found

    setattr(owner, name, wrapped)


def before(owner, name):
    method = getattr(owner, name)
    setattr(owner, name, wraps(method)(lambda *args, **kwargs: die()))


def kept(state):
    return lambda _, batch: batch.state is state


POINTS = {
    "": lambda _: None,
    "planned": lambda _: after(Batches, "keep", when=kept(State.PLANNED)),
    "locked": lambda target: after(target, "begin"),
    "one feed staged": lambda _: after(Staging, "_stage"),
    "before staged": lambda _: before(run, "record"),
    "staged": lambda _: after(Batches, "keep", when=kept(State.STAGED)),
    "writing": lambda _: after(Batches, "keep", when=kept(State.WRITING)),
    "one part committed": lambda target: after(target, "write"),
    "three parts committed": lambda target: after(target, "write", times=3),
    "swapped": lambda target: after(target, "swap"),
    "before complete": lambda target: before(target, "complete"),
    "complete": lambda target: after(target, "complete"),
    "before removal": lambda target: before(target, "remove"),
    "removed": lambda target: after(target, "remove"),
}


def opened(parameters):
    if "path" in parameters:
        return SqliteTarget("new_his", Path(parameters["path"]))
    kind = MySqlTarget if "database" in parameters else PostgreSQL
    return kind("new_his", parameters)


def main():
    action, point = sys.argv[1:]
    parameters = json.load(sys.stdin)
    target = opened(parameters)
    POINTS[point](type(target))
    settings = read_settings()
    vault = Vault.open(Home.of(settings), settings, "p1")
    with Workspace.in_vault(vault) as workspace:
        if action == "rollback":
            (batch,) = Batches(workspace).all()
            done = rollback(workspace, batch.id, target, confirm=batch.id, progress=Silent())
            sys.stdout.write(
                json.dumps({figure.name: int(figure.value) for figure in done.figures})
            )
            return
        if action == "load":
            fill(workspace)
        resume = action == "resume"
        if resume and not Batches(workspace).unfinished("patients", "new_his"):
            sys.stdout.write("nothing to resume")
            return
        load(
            workspace,
            rules(),
            target,
            DICTIONARIES,
            order(resume=resume, part_rows=2),
            progress=Silent(),
        )


main()
