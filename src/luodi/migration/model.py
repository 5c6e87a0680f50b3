"""What a database is made of: catalogue, tables, columns, keys."""

from __future__ import annotations

import msgspec

from luodi.evidence.canonical import digest
from luodi.transform.model import Kind as Kind

ORDINAL = "_ordinal"
"""Column that every extracted table gets: the row's place in the source's key order, from 1."""


class Noun(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Base of the nouns of migration."""


class Column(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """A column as the catalogue of its system describes it.

    ``type`` is the product's own word (``varchar(64)``); ``length`` counts characters,
    ``precision`` and ``scale`` decimal digits.  ``origin`` is its name in the source, where it had
    to be given another one here.
    """

    name: str
    type: str
    kind: Kind
    nullable: bool = True
    comment: str = ""
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    default: str | None = None
    generated: bool = False
    origin: str | None = None


class ForeignKey(Noun, frozen=True, kw_only=True):
    """``columns`` of this table name a row of ``table`` by its ``references``."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]


class Table(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """A table or view; ``schema`` is empty where the system has none or it is the default.

    ``origin`` is its name in the source, where it had to be given another one here.
    """

    name: str
    columns: tuple[Column, ...]
    schema: str = ""
    comment: str = ""
    primary_key: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    rows: int | None = None
    view: bool = False
    origin: str | None = None

    @property
    def full_name(self) -> str:
        """``schema.name``, or the name alone in the default schema."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    def column(self, name: str) -> Column | None:
        """Find a column by its name as written."""
        return next((column for column in self.columns if column.name == name), None)


class Catalogue(Noun, frozen=True, kw_only=True):
    """Every table of a system, as it was at one moment."""

    system: str
    product: str
    tables: tuple[Table, ...]

    def table(self, full_name: str) -> Table | None:
        """Find a table by its full name."""
        return next((table for table in self.tables if table.full_name == full_name), None)

    @property
    def declares(self) -> bool:
        """Whether the system says what a column may hold; files of texts do not."""
        return self.product not in ("text", "Excel")

    @property
    def schema_digest(self) -> str:
        """Digest of the structure: names, types and keys, whatever the number of rows."""
        return digest([schema_of(table) for table in self.tables])

    @property
    def rows(self) -> int:
        """Rows of all tables that were counted; of views only where there is nothing else.

        A view shows rows of other tables once more.  A system may show its neighbours views alone.
        """
        tables = [table for table in self.tables if not table.view]
        return sum(table.rows or 0 for table in tables or self.tables)


def schema_of(table: Table) -> dict[str, object]:
    """A table's structure alone, for digests: no counts, no comments."""
    return {
        "table": table.full_name,
        "columns": [[column.name, column.type, column.nullable] for column in table.columns],
        "primary_key": list(table.primary_key),
        "foreign_keys": [
            [list(k.columns), k.table, list(k.references)] for k in table.foreign_keys
        ],
    }
