"""Values of the extracted rows that a dictionary does not translate, with how often they occur."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from luodi.evidence.model import Finding, Severity
from luodi.migration.mapping.check.place import found
from luodi.migration.model import Noun


class Unmapped(Noun, frozen=True, kw_only=True):
    """Values of one rule, as they reach its dictionary, that find no entry in force.

    ``strangers`` of the ``values`` have no entry at all; ``rows`` hold one of them.
    """

    file: str
    feed: str
    column: str
    dictionary: str
    values: int
    strangers: int
    rows: int


def check_unmapped(counted: Iterable[Unmapped]) -> Iterator[Finding]:
    """Name every rule whose rows hold values that nobody has mapped."""
    for item in counted:
        if item.values:
            yield found(
                "migration.map_values_unmapped",
                Severity.ERROR,
                file=item.file,
                feed=item.feed,
                column=item.column,
                dictionary=item.dictionary,
                values=item.values,
                count=item.rows,
            )
