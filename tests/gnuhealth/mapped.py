"""The mapping of the legacy HIS to GNU Health, as an engineer on site writes it."""

import csv
import tomllib
from pathlib import Path

import msgspec

from luodi.migration.mapping.model import Feed, Mapping

FOLDER = Path(__file__).parent / "mapping"
ORDER = ("departments", "patients", "diagnoses", "drugs", "services", "charges")
"""Domains in the order in which they are loaded."""


def mappings() -> dict[str, Mapping]:
    """Every domain, in order."""
    return {name: _mapping(FOLDER / f"{name}.toml") for name in ORDER}


def _mapping(path: Path) -> Mapping:
    return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Mapping)


def feeds() -> list[Feed]:
    return [feed for mapping in mappings().values() for feed in mapping.feeds]


def dictionary(name: str) -> dict[str, str]:
    """Source values with their target values."""
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {row["source_value"]: row["target_value"] for row in rows}
