"""Begin a domain's mapping, with a feed for each pair of tables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as Map
from pathlib import Path

from luodi.evidence.errors import WrongUse
from luodi.migration.mapping.model import Feed, KeyRule, KeyStrategy, Mapping, Title
from luodi.migration.mapping.write import write_mapping
from luodi.migration.model import Catalogue, Kind

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def new_mapping(
    folder: Path,
    domain: str,
    *,
    title: Title,
    owner: str,
    source: str,
    target: str,
    tables: Iterable[tuple[str, str]] = (),
    catalogues: Map[str, Catalogue] | None = None,
) -> Mapping:
    """Write ``mapping/<domain>.toml``.

    Parameters
    ----------
    tables : iterable of (source table, target table)
        Each becomes a feed without column rules; its key is the target's primary key.

    Raises
    ------
    WrongUse
        ``migration.map_name``, ``migration.map_exists``.
    """
    for name in (domain, source, target):
        if not _NAME.fullmatch(name):
            raise WrongUse("migration.map_name", {"name": name})
    catalogue = (catalogues or {}).get(target)
    feeds: dict[str, Feed] = {}
    for from_, to in tables:
        feed = _feed(from_, to, catalogue, feeds)
        feeds[feed.id] = feed
    mapping = Mapping(
        format=1,
        domain=domain,
        title=title,
        owner=owner,
        source=source,
        target=target,
        feeds=tuple(feeds.values()),
    )
    if (folder / mapping.file).exists():
        raise WrongUse("migration.map_exists", {"path": str(folder / mapping.file)})
    write_mapping(folder, mapping)
    return mapping


def _feed(from_: str, to: str, catalogue: Catalogue | None, taken: Map[str, Feed]) -> Feed:
    table = catalogue.table(to) if catalogue else None
    key = table.primary_key[0] if table and table.primary_key else "id"
    column = table.column(key) if table else None
    number = column is None or column.kind in (Kind.INTEGER, Kind.DECIMAL)
    strategy = KeyStrategy.SEQUENCE if number else KeyStrategy.UUID
    base = identifier(from_)
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base}_{count}"
    return Feed(id=name, from_=from_, to=to, key=KeyRule(column=key, strategy=strategy))


def identifier(name: str) -> str:
    """A name as an identifier: lower case, pinyin for Chinese characters."""
    from pypinyin import lazy_pinyin  # a second of import that most runs do without

    plain = "_".join(lazy_pinyin(name)).lower()
    plain = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50]
    return plain if _NAME.fullmatch(plain) else f"t_{plain}".rstrip("_")
