"""Is this site ready: the database answers, its tables are this version's, a worker lives."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from luodi.workbench.jobs.shown import someone_works


def ready() -> dict[str, bool]:
    """Ask each thing that a page or a job needs."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        migrations = _migrated()
        return {
            "database": True,
            "migrations": migrations,
            "worker": migrations and someone_works(),
        }
    except DatabaseError:
        return {"database": False, "migrations": False, "worker": False}


def _migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
