"""Open a target, whatever its product."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from luodi.evidence.errors import WrongUse
from luodi.landing.systems import System
from luodi.migration.source.location import Location, Product, locate
from luodi.migration.target.protocol import Target


@contextmanager
def opened_target(
    system: System, base: Path, password: Callable[[System], str]
) -> Iterator[Target]:
    """Open a target for one run; its module, and with it its driver, is imported now.

    Raises
    ------
    WrongUse
        As `locate`; ``migration.target_product`` for what cannot be written to.
    LuodiError
        ``migration.target_lost`` and what else the target says.
    """
    location = locate(system, base)
    target = _opened(system, location, password)
    try:
        yield target
    finally:
        target.close()


def _opened(system: System, place: Location, password: Callable[[System], str]) -> Target:
    match place.product:
        case Product.POSTGRESQL:
            from luodi.migration.target.postgresql import PostgreSQL

            parameters = {"host": place.host, "port": place.port, "user": place.user}
            return PostgreSQL(
                system.id,
                {**parameters, "dbname": place.database, "password": password(system)},
            )
        case Product.MYSQL:
            from luodi.migration.target.mysql import MySqlTarget

            parameters = {"host": place.host, "port": place.port, "user": place.user}
            return MySqlTarget(
                system.id,
                {**parameters, "database": place.database, "password": password(system)},
            )
        case Product.SQLITE:
            from luodi.migration.target.sqlite import SqliteTarget

            return SqliteTarget(system.id, place.file)
    raise WrongUse(
        "migration.target_product", {"target": system.id, "product": place.product.value}
    )
