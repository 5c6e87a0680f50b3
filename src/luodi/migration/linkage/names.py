"""Names and 规格 taken apart once per distinct value, in Python, and handed back to DuckDB."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from luodi.evidence.progress import Progress
from luodi.migration.linkage.into import into
from luodi.terminology import pinyin, specification
from luodi.terminology.name import Name, NameKind, parse
from luodi.terminology.text import clean, half_width, simplify

CHUNK = 20_000


def take_names(db: duckdb.DuckDBPyConnection, source: str, table: str, progress: Progress) -> None:
    """Make `table` of the distinct texts that the query `source` gives.

    Columns: ``raw``, ``key`` (NULL where nobody is named), ``kind``, ``surname``, ``given``,
    ``pinyin``, ``sound``, ``shape``, ``sorted`` (characters, or words of other scripts, in
    alphabetical order), ``chinese``, ``rank``, ``sex``, ``name_key`` (a newborn's is its
    mother's).
    """
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} (raw VARCHAR, key VARCHAR, kind VARCHAR, "
        "surname VARCHAR, given VARCHAR, pinyin VARCHAR, sound VARCHAR, shape VARCHAR, "
        "sorted VARCHAR, chinese BOOLEAN, rank TINYINT, sex VARCHAR)"
    )
    _through(db, source, table, _name, progress)


def take_words(db: duckdb.DuckDBPyConnection, source: str, table: str, progress: Progress) -> None:
    """Make `table` of distinct parts of names: ``raw``, ``key``, ``sound``, ``chinese``."""
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} "
        "(raw VARCHAR, key VARCHAR, sound VARCHAR, chinese BOOLEAN)"
    )
    _through(db, source, table, _word, progress)


def take_specifications(
    db: duckdb.DuckDBPyConnection, source: str, table: str, progress: Progress
) -> None:
    """Make `table` of distinct 规格: ``raw``, ``key`` (NULL for one that does not parse)."""
    db.execute(f"CREATE OR REPLACE TEMP TABLE {table} (raw VARCHAR, key VARCHAR)")
    _through(db, source, table, _specification, progress)


def _through(
    db: duckdb.DuckDBPyConnection,
    source: str,
    table: str,
    take: Callable[[str], tuple[object, ...]],
    progress: Progress,
) -> None:
    texts = [text for (text,) in db.execute(source).fetchall()]
    for start in range(0, len(texts), CHUNK):
        piece = [take(text) for text in texts[start : start + CHUNK]]
        into(db, table, piece)
        progress.advance(len(piece))


_NOBODY = (NameKind.PLACEHOLDER, NameKind.EMPTY)


def _name(text: str) -> tuple[object, ...]:
    name = parse(text)
    if name.kind in _NOBODY:
        return (text, None, name.kind, None, None, None, None, None, None, False, 0, "")
    spelling = name.pinyin
    return (
        text,
        name.key,
        name.kind,
        name.surname,
        name.given,
        spelling.replace(" ", ""),
        pinyin.folded_all(spelling) if name.chinese else spelling,
        name.shape,
        _sorted(name),
        name.chinese,
        name.rank,
        name.sex,
    )


def _sorted(name: Name) -> str:
    return "".join(sorted(name.key)) if name.chinese else " ".join(sorted(name.key.split()))


def _word(text: str) -> tuple[object, ...]:
    key = simplify(half_width(clean(text))).casefold().replace(" ", "")
    chinese = any("\u3400" <= character <= "\u9fff" for character in key)
    sound = pinyin.folded_all(pinyin.pinyin(key)) if chinese else key
    return (text, key or None, sound or None, chinese)


def _specification(text: str) -> tuple[object, ...]:
    found = specification.parse(text)
    return (text, None if isinstance(found, specification.Fault) else found.packing)
