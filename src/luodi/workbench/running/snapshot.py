"""The database in a file: SQLite's own online copy, or rows as JSON lines where it is a server.

Both are one moment of the database, taken while people work.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from django.apps import apps
from django.core import serializers
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

SQLITE, PORTABLE = "database.sqlite3", "database.jsonl"


FROZEN = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
"""All rows of one moment, and nobody has to wait."""


def is_sqlite() -> bool:
    """Tell whether the tables are in a file of this installation."""
    return connection.vendor == "sqlite"


def take(folder: Path) -> Path:
    """Write the database down in `folder`."""
    if is_sqlite():
        path = folder / SQLITE
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
        return path
    path = folder / PORTABLE
    with path.open("w", encoding="utf-8") as file, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(FROZEN)
        for model in _models():
            rows = model._base_manager.order_by("pk").iterator(chunk_size=500)
            serializers.serialize("jsonl", rows, stream=file)
    return path


def put_back(folder: Path) -> None:
    """Make the database be what `folder` holds; the tables of another kind of database as well."""
    if is_sqlite() and (folder / SQLITE).exists():
        connection.ensure_connection()
        with closing(sqlite3.connect(folder / SQLITE)) as copy:
            copy.backup(connection.connection)
        return
    with transaction.atomic(), connection.constraint_checks_disabled():
        for model in reversed(_models()):
            model._base_manager.all()._raw_delete(connection.alias)
        with (folder / PORTABLE).open(encoding="utf-8") as file:
            for row in serializers.deserialize("jsonl", file):
                row.save()
        connection.check_constraints()
        reset = connection.ops.sequence_reset_sql(no_style(), _models())
        with connection.cursor() as cursor:
            for statement in reset:
                cursor.execute(statement)


def _models() -> list[type[Model]]:
    """Every table's model, what is pointed at before what points at it."""
    left = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    done: list[type[Model]] = []
    while left:
        ready = [
            model
            for model in left
            if not any(
                field.remote_field and field.related_model in left and field.related_model != model
                for field in model._meta.concrete_fields
            )
        ] or left[:1]
        done += ready
        left = [model for model in left if model not in ready]
    return done
