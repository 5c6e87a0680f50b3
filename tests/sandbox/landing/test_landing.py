"""The mapping from the generated hospital to the reference one: whole, and it runs."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from luodi.migration.mapping.model import Feed, Mapping
from luodi.sandbox.data.schema import tables as legacy_tables
from luodi.sandbox.his.schema import tables as his_tables
from luodi.sandbox.landing import files, write_landing
from luodi.transform.compile import compiled
from luodi.transform.dialect.duckdb import DUCKDB
from luodi.transform.model import Dictionary, Kind, Lookup
from luodi.transform.program import Column, Pairs, Program, Rule, Target

MAPPINGS = [
    msgspec.convert(tomllib.loads(content.decode()), Mapping)
    for name, content in files().items()
    if name.startswith("mapping/") and name.endswith(".toml")
]
FEEDS = {feed.id: feed for mapping in MAPPINGS for feed in mapping.feeds}
HIS = {table.name: {column.name: column for column in table.columns} for table in his_tables()}
LEGACY = {table.name: table for table in legacy_tables()}
REJECTED = {
    "visit": 8 + 1,
    "visit_diagnosis": 8 + 1,
    "prescription_line": 12 + 3,
    "card_movement": 0,
}
"""Rows of 10,000 that published faults keep out of each feed; of every other feed none."""


def test_it_works(tmp_path: Path) -> None:
    written = write_landing(tmp_path)
    assert "systems.toml" in written
    assert {f"mapping/{m.domain}.toml" for m in MAPPINGS} <= set(written)
    assert write_landing(tmp_path) == ()


def test_every_legacy_table_is_mapped_or_excluded() -> None:
    mapped = {feed.from_ for feed in FEEDS.values()}
    excluded = {item.table for mapping in MAPPINGS for item in mapping.exclusions}
    assert mapped | excluded == set(LEGACY)
    assert not mapped & excluded
    assert all(item.home for mapping in MAPPINGS for item in mapping.exclusions)


def test_every_column_of_the_new_system_is_filled() -> None:
    for feed in FEEDS.values():
        filled = {rule.to for rule in feed.columns} | {feed.link} - {""}
        assert filled == set(HIS[feed.to]) - {"id"}, feed.id
        names = {column.name for column in LEGACY[feed.from_].columns}
        assert {name for rule in feed.columns for name in rule.from_} <= names, feed.id
        assert set(feed.source_key) <= names


def target_of(type_: str, nullable: bool) -> Target:
    name, _, size = type_.rstrip(")").partition("(")
    kinds = {
        "varchar": Kind.TEXT,
        "decimal": Kind.DECIMAL,
        "bigint": Kind.INTEGER,
        "integer": Kind.INTEGER,
        "boolean": Kind.BOOLEAN,
        "date": Kind.DATE,
        "timestamp": Kind.DATETIME,
    }
    sizes = [int(part) for part in size.split(",") if part]
    return Target(
        kind=kinds[name],
        length=sizes[0] if name == "varchar" else None,
        precision=sizes[0] if name == "decimal" else None,
        scale=sizes[1] if name == "decimal" else None,
        required=not nullable,
    )


def program(made: Any, feed: Feed, text: bool) -> Program:
    columns = LEGACY[feed.from_].columns
    relation = f"old.{feed.from_}"
    if text:  # as a CSV file would bring it
        cast = ", ".join(f"{c.name}::VARCHAR AS {c.name}" for c in columns)
        relation = f"(SELECT _ordinal, {cast} FROM {relation})"
    dictionaries, lookups = {}, {}
    for rule in feed.columns:
        for step in rule.steps:
            if isinstance(step, Dictionary):
                lines = files()[f"mapping/{step.name}.tsv"].decode().splitlines()[1:]
                pairs = ", ".join("('{}', '{}')".format(*line.split("\t")[:2]) for line in lines)
                relation_ = f"(FROM (VALUES {pairs}) AS d(source_value, target_value))"
                dictionaries[step.name] = Pairs(
                    relation=relation_, source="source_value", target="target_value"
                )
            if isinstance(step, Lookup):
                other = FEEDS[step.feed]
                (key,) = other.source_key
                whole = next(c for c in LEGACY[other.from_].columns if c.name == key)
                lookups[step.feed] = Pairs(
                    relation=f"old.{other.from_}",
                    source=key,
                    target="_ordinal",
                    source_kind=whole.kind,
                    target_kind=Kind.INTEGER,
                )
    return Program(
        relation=relation,
        columns=tuple(
            Column(
                name=c.name,
                kind=Kind.TEXT if text else c.kind,
                precision=None if text else c.precision,
                scale=None if text else c.scale,
            )
            for c in columns
        ),
        rules=tuple(
            Rule(
                to=rule.to,
                target=target_of(HIS[feed.to][rule.to].type, HIS[feed.to][rule.to].nullable),
                from_=rule.from_,
                steps=rule.steps,
            )
            for rule in feed.columns
        ),
        dictionaries=dictionaries,
        lookups=lookups,
    )


@pytest.mark.slow
@pytest.mark.parametrize("text", [False, True], ids=["typed", "csv"])
def test_only_published_faults_keep_rows_out(made: Any, text: bool) -> None:
    for feed in FEEDS.values():
        select = compiled(program(made, feed, text), DUCKDB)
        rows = made.value(f"SELECT count(*) FROM ({select})")
        rejected = made.value(f"SELECT count(*) FROM ({select}) WHERE _faults IS NOT NULL")
        assert rows == made.hospital.rows[feed.from_]
        expected = rows * REJECTED.get(feed.id, 0) / 10_000
        reasons = made.rows(
            f"SELECT DISTINCT unnest(_faults) FROM ({select}) WHERE _faults IS NOT NULL"
        )
        assert rejected <= 2 * expected + (8 if expected else 0), (feed.id, reasons)
