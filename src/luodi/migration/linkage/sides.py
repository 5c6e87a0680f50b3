"""A table of a catalogue as a side to be compared: which table, which id, which fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from luodi.evidence.errors import WrongUse
from luodi.migration.linkage.bind import bind, column_of, id_column
from luodi.migration.linkage.model import FieldKind
from luodi.migration.linkage.prepare import Side
from luodi.migration.model import ORDINAL, Catalogue, Table
from luodi.migration.workspace import Workspace, quoted


def side_of(
    workspace: Workspace,
    catalogue: Catalogue,
    table: str | None,
    id: str | None,
    given: Mapping[FieldKind, Sequence[str]],
) -> Side:
    """Make the side of a table.

    Parameters
    ----------
    table : str, optional
        Full name; not needed where the system has one table.
    id : str, optional
        Column that names a row to the reader: by default the one whose header says so, else the
        primary key of one column, else the ordinal.

    Raises
    ------
    WrongUse
        ``migration.dedupe_which_table``, ``migration.no_table``,
        ``migration.dedupe_column_absent``, ``migration.dedupe_no_field``.
    """
    found = _table(catalogue, table)
    columns = [column.name for column in found.columns]
    name = found.full_name
    if id is not None:
        named = ORDINAL if id == ORDINAL else column_of(columns, id, table=name)
    else:
        key = found.primary_key[0] if len(found.primary_key) == 1 else None
        named = id_column(columns, table=name) or key or ORDINAL
    return Side(
        relation=workspace.relation(catalogue.system, name),
        table=name,
        id=named,
        ordinal=quoted(ORDINAL),
        fields=bind([column for column in columns if column != named], given, table=name),
    )


def _table(catalogue: Catalogue, name: str | None) -> Table:
    tables = [table for table in catalogue.tables if not table.view or name is not None]
    known = tuple(table.full_name for table in tables)
    if name is None:
        if len(tables) != 1:
            raise WrongUse(
                "migration.dedupe_which_table", {"system": catalogue.system, "tables": known}
            )
        return tables[0]
    found = catalogue.table(name)
    if found is None:
        raise WrongUse(
            "migration.no_table", {"system": catalogue.system, "table": name, "known": known}
        )
    return found
