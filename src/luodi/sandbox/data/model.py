"""The nouns of the generated hospital: its size, its kinds of patient rows, its faults."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

CUTOVER = datetime.fromisoformat("2026-06-30 23:00:00")
"""The moment the old system stops: every generated hospital hands over in the same night."""
DAYS = 1095
"""Days before the cutover that visits and admissions fall into."""


class Noun(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the nouns."""


class Size(Noun, frozen=True, kw_only=True):
    """How large a hospital is: rows of the patient table, and what follows from them.

    212,000 patients make 600,000 visits, about 1,200,000 lines of prescriptions and 18,000
    admissions.
    """

    patients: int
    seed: int = 1

    @property
    def visits(self) -> int:
        """Outpatient visits in `DAYS` days."""
        return self.patients * 600 // 212

    @property
    def stays(self) -> int:
        """Admissions in `stay_days` days."""
        return max(150, self.patients * 18 // 212)

    @property
    def stay_days(self) -> int:
        """Days that admissions are spread over: few in a small hospital, so it is not empty."""
        return min(DAYS, self.stays * 2 // 5)


class Kind(Noun, frozen=True, kw_only=True):
    """What a patient row is to the row it was made from; see ``kinds.toml``."""

    id: str
    zh: str
    en: str
    same: bool
    per_10k: int
    needs: str
    holds: str = "TRUE"
    alone: bool = False
    set: dict[str, str] = {}


class Kinds(Noun, frozen=True, kw_only=True):
    """``kinds.toml``."""

    format: Literal[1]
    sorts: dict[str, int]
    also: dict[str, int]
    kinds: tuple[Kind, ...] = msgspec.field(name="kind")


class Fault(Noun, frozen=True, kw_only=True):
    """Something wrong with a column of some rows; see ``faults.toml``."""

    id: str
    table: str
    column: str
    per_10k: int
    change: str
    zh: str
    en: str
    where: str = "TRUE"


class Faults(Noun, frozen=True, kw_only=True):
    """``faults.toml``."""

    format: Literal[1]
    faults: tuple[Fault, ...] = msgspec.field(name="fault")

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that have any."""
        return tuple(dict.fromkeys(fault.table for fault in self.faults))

    def of(self, table: str, column: str) -> tuple[Fault, ...]:
        """Faults of one column, in the order of the file."""
        return tuple(f for f in self.faults if (f.table, f.column) == (table, column))


def text_of(name: str) -> str:
    """A data file of this room."""
    folder = resources.files("luodi") / "sandbox" / "data"
    return folder.joinpath(*name.split("/")).read_text(encoding="utf-8")


def rows_of(name: str) -> list[list[str]]:
    """Rows of a TSV file; lines that begin with # say what it is."""
    return [line.split("\t") for line in text_of(name).split("\n") if line and line[0] != "#"]


@cache
def kinds() -> Kinds:
    """Read ``kinds.toml``."""
    return msgspec.toml.decode(text_of("kinds.toml"), type=Kinds)


@cache
def faults() -> Faults:
    """Read ``faults.toml``."""
    return msgspec.toml.decode(text_of("faults.toml"), type=Faults)
