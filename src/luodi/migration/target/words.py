"""How a product spells what every target is asked."""

from __future__ import annotations

from typing import Protocol

from luodi.migration.model import Table


class Words(Protocol):
    """The SQL of one product.  ``mark`` stands for a parameter, ``begin`` opens a transaction."""

    mark: str
    begin: str
    lock: str
    """What is added to a SELECT so that nobody changes its rows before we do."""
    hint: str
    """The same where the product wants it behind the table's name."""
    overriding: str
    """What an INSERT says so that a key is taken which the product would hand out itself."""
    text: str
    """Its type of texts of varying length."""
    whole: str
    """What the control table calls the line of a whole batch: a product may take '' for NULL."""
    judge: str
    """What has deferred constraints judged now; empty where none can be deferred."""

    def quote(self, name: str) -> str:
        """An identifier, whatever characters it holds."""

    def name(self, table: Table) -> str:
        """A table with its schema."""

    def tables_like(self, table: Table) -> str:
        """A SELECT of the names of tables that are called so."""

    def image(self, table: Table) -> str:
        """A 64-bit hash of a whole row, as a number."""

    def total(self, value: str) -> str:
        """The exact sum of a number over many rows."""
