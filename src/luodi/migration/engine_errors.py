"""Errors of the embedded engine, said without the values they quote."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from luodi.evidence.errors import LuodiError


@contextmanager
def engine_error(table: str = "") -> Iterator[None]:
    """Name what went wrong in the workspace; DuckDB's own sentences quote patients' values.

    Raises
    ------
    LuodiError
        ``migration.load_disk_full`` when disk or memory ran out; ``migration.engine_failed``.
    """
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise LuodiError("migration.load_disk_full", {"table": table}) from None
    except duckdb.Error as error:
        text = str(error)
        if (
            "No space left" in text
            or f"errno {errno.ENOSPC}" in text
            or "max_temp_directory" in text
        ):
            raise LuodiError("migration.load_disk_full", {"table": table}) from None
        params = {"table": table, "reason": type(error).__name__}
        raise LuodiError("migration.engine_failed", params) from None
