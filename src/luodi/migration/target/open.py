"""Open a target, whatever its product and however it takes rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from luodi.evidence.errors import WrongUse
from luodi.landing.systems import System
from luodi.landing.systems import Target as TargetSystem
from luodi.migration.mapping.model import Mapping as Rules
from luodi.migration.model import Table
from luodi.migration.source.location import Location, Product, locate
from luodi.migration.target.interface_tables import InterfaceTables
from luodi.migration.target.layout import layout
from luodi.migration.target.manner import Manner
from luodi.migration.target.marks import LocalMarks, Marks, TableMarks
from luodi.migration.target.procedures import ProcedureCalls
from luodi.migration.target.protocol import Target
from luodi.migration.target.relational import Relational
from luodi.migration.workspace import Workspace


@contextmanager
def opened_target(
    system: TargetSystem,
    base: Path,
    password: Callable[[System], str],
    workspace: Workspace | None = None,
    rules: Sequence[Rules] = (),
) -> Iterator[Target]:
    """Open a target for one run; its module, and with it its driver, is imported now.

    Parameters
    ----------
    workspace : Workspace, optional
        Where marks are kept for a target that may hold none.
    rules : sequence of Mapping
        What is going to be loaded: nothing else says what columns a file has.

    Raises
    ------
    WrongUse
        As `locate`; ``migration.target_product`` for what cannot be written to,
        ``migration.target_option`` for an option that does not go with it.
    LuodiError
        ``migration.target_lost`` and what else the target says.
    """
    target = _opened(system, locate(system, base), password, workspace, rules)
    try:
        yield target
    finally:
        target.close()


def _opened(
    system: TargetSystem,
    place: Location,
    password: Callable[[System], str],
    workspace: Workspace | None,
    rules: Sequence[Rules],
) -> Target:
    if place.product in (Product.TEXT, Product.PARQUET):
        return _files(system, place, layout(rules, workspace))
    manner = _manner(system, place)
    if place.product is Product.POSTGRESQL and not (system.local_marks or manner):
        from luodi.migration.target.postgresql import PostgreSQL

        return PostgreSQL(
            system.id, {**_server(place), "password": password(system)}, system.control
        )
    return _relational(system, place, password, _marks(system, place, workspace), manner)


def _relational(
    system: TargetSystem,
    place: Location,
    password: Callable[[System], str],
    kept: Marks,
    manner: Manner | None,
) -> Relational:
    """A database behind a driver."""
    match place.product:
        case Product.POSTGRESQL:
            from luodi.migration.target.postgresql_statements import PostgreSqlStatements

            parameters = {**_server(place), "password": password(system)}
            return PostgreSqlStatements(system.id, parameters, kept, manner)
        case Product.MYSQL:
            from luodi.migration.target.mysql import MySqlTarget

            parameters = {**_server(place, "database"), "password": password(system)}
            return MySqlTarget(system.id, parameters, kept, manner)
        case Product.MSSQL:
            from luodi.migration.target.sqlserver import SqlServerTarget

            instance = place.query.get("instance", "")
            server = f"{place.host}\\{instance}" if instance else place.host
            parameters = {
                "server": server,
                "user": place.user,
                "database": place.database,
                **({} if instance else {"port": str(place.port)}),
                "password": password(system),
                "tds_version": place.query.get("tds"),
                "encryption": place.query.get("encryption"),
            }
            return SqlServerTarget(system.id, parameters, kept, manner)
        case Product.ORACLE:
            from luodi.migration.target.oracle import OracleTarget

            sid = place.query.get("sid", "")
            parameters = {
                "host": place.host,
                "port": place.port,
                "user": place.user,
                **({"sid": sid} if sid else {"service_name": place.database}),
                "password": password(system),
            }
            return OracleTarget(system.id, parameters, kept, manner)
        case Product.SQLITE:
            from luodi.migration.target.sqlite import SqliteTarget

            return SqliteTarget(system.id, place.file, kept, manner)
    raise WrongUse(
        "migration.target_product", {"target": system.id, "product": place.product.value}
    )


def _files(system: TargetSystem, place: Location, tables: Mapping[str, Table]) -> Target:
    """A hand-over folder."""
    from luodi.migration.target.csv_files import CsvFormat
    from luodi.migration.target.files import FileTarget
    from luodi.migration.target.parquet_files import ParquetFormat

    for option in ("control", "local_marks", "interface", "procedures"):
        if getattr(system, option):
            raise unfit(system, place, option)
    format = CsvFormat.of(system) if place.product is Product.TEXT else ParquetFormat()
    return FileTarget(system.id, place.file, place.product.value, format, tables)


def _server(place: Location, database: str = "dbname") -> dict[str, object]:
    return {"host": place.host, "port": place.port, "user": place.user, database: place.database}


def _manner(system: TargetSystem, place: Location) -> Manner | None:
    """How rows are taken, where not by the tables themselves."""
    if system.interface is not None:
        if system.procedures is not None:
            raise unfit(system, place, "procedures")
        return InterfaceTables(system.interface)
    if system.procedures is None:
        return None
    unseen = system.local_marks and not system.procedures.reads
    if place.product is Product.SQLITE or unseen:
        raise unfit(system, place, "local_marks" if unseen else "procedures")
    return ProcedureCalls(system.procedures)


def _marks(system: TargetSystem, place: Location, workspace: Workspace | None) -> Marks:
    if system.local_marks:
        if system.control or workspace is None:
            raise unfit(system, place, "local_marks")
        return LocalMarks(workspace)
    if system.control and place.product is Product.SQLITE:
        raise unfit(system, place, "control")
    return TableMarks(system.control)


def unfit(system: TargetSystem, place: Location, option: str) -> WrongUse:
    """An option of ``systems.toml`` that does not go with the target or the others."""
    params = {"target": system.id, "product": place.product.value, "option": option}
    return WrongUse("migration.target_option", params)
