"""Create the reference hospital in an empty database."""

from __future__ import annotations

from luodi.evidence.errors import WrongUse
from luodi.evidence.progress import Progress
from luodi.migration.source.location import Location, Product
from luodi.sandbox.database import Database, opened
from luodi.sandbox.his.schema import statements, tables


def create(location: Location, password: str, *, progress: Progress) -> tuple[str, ...]:
    """Create every table, all of them or none; return their names.

    Raises
    ------
    WrongUse
        ``sandbox.his_not_here``: only SQLite and PostgreSQL hold it;
        ``sandbox.his_exists``: tables of these names are there already.
    LuodiError
        ``sandbox.database_refused``.
    """
    if location.product not in (Product.SQLITE, Product.POSTGRESQL):
        raise WrongUse("sandbox.his_not_here", {"product": location.product.value})
    dialect = "sqlite" if location.product is Product.SQLITE else "postgresql"
    names = tuple(table.name for table in tables())
    written = statements("sqlite" if dialect == "sqlite" else "postgresql")
    progress.stage("sandbox.creating", len(written), "piece")
    with opened(location, password) as db:
        there = sorted(set(names) & _there(db, location.product))
        if there:
            raise WrongUse("sandbox.his_exists", {"tables": tuple(there[:5])})
        for statement in written:
            db.execute(statement)
            progress.advance()
    return names


def _there(db: Database, product: Product) -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if product is Product.SQLITE
        else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    )
    return {name for (name,) in db.execute(query).fetchall()}
