"""The profile as one HTML file: no script, nothing from outside, dense enough to work from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from luodi.evidence.catalogue import Lang, say
from luodi.migration.profiling.markup import CLOSING, figure, heads, label, opening
from luodi.migration.profiling.meaning import meanings
from luodi.migration.profiling.model import (
    ColumnProfile,
    Count,
    Inclusion,
    SystemProfile,
    TableProfile,
)

_VALUES, _SHAPES = 8, 6


def page(profile: SystemProfile, lang: Lang) -> str:
    """Write the report of `profile` in the reader's language."""
    return "\n".join(_Page(profile, lang).parts())


class _Page:
    def __init__(self, profile: SystemProfile, lang: Lang) -> None:
        self._profile = profile
        self._lang: Lang = lang

    def parts(self) -> Iterator[str]:
        title = f"{say('migration.label_profile', {}, self._lang)} · {self._profile.system}"
        yield from opening(title, self._summary(), self._note(), self._lang)
        yield from self._index()
        for number, table in enumerate(self._profile.tables):
            if table.rows:
                yield from self._table(number, table)
        yield from self._empty()
        yield from self._references()
        yield CLOSING

    def _summary(self) -> str:
        tables = self._profile.tables
        columns = [column for table in tables for column in table.columns]
        counts = (
            ("tables", len(tables)),
            ("columns", len(columns)),
            ("rows", sum(table.rows for table in tables)),
            ("personal", sum(column.personal for column in columns)),
            ("references", len(self._profile.inclusions)),
        )
        return "".join(figure(f"{n:,}", name, self._lang) for name, n in counts)

    def _note(self) -> str:
        code = "migration.profile_private" if self._profile.private else "migration.profile_public"
        return say(code, {}, self._lang)

    def _index(self) -> Iterator[str]:
        yield '<section class="card"><table><thead><tr>'
        # What comes as files has no comments.
        told = any(table.comment for table in self._profile.tables)
        comment = ("comment",) if told else ()
        yield self._heads("table", *comment, "rows:n", "columns:n", "keys", "personal:n")
        yield "</tr></thead><tbody>"
        for number, table in enumerate(self._profile.tables):
            keys = "; ".join(" + ".join(key.columns) for key in table.keys[:3])
            personal = sum(column.personal for column in table.columns)
            place = f"t{number}" if table.rows else "empty"
            yield (
                f'<tr><td><a href="#{place}">{escape(table.name)}</a></td>'
                f"{f'<td>{escape(table.comment)}</td>' if told else ''}"
                f"<td class=n>{table.rows:,}</td><td class=n>{len(table.columns)}</td>"
                f"<td>{escape(keys)}</td>"
                f"<td class=n>{personal or ''}</td></tr>"
            )
        yield "</tbody></table></section>"

    def _table(self, number: int, table: TableProfile) -> Iterator[str]:
        yield f'<section class="card" id="t{number}"><h2>{escape(table.name)}'
        yield f" <small>{escape(table.comment)}</small></h2>"
        yield '<div class="scroll"><table><thead><tr>'
        yield self._heads(
            "column", "meaning", "filled", "nulls:n", "blanks:n", "distinct:n", "range", "length:n"
        )
        yield self._heads("shapes", "values") + "</tr></thead><tbody>"
        for column in table.columns:
            yield self._column(column)
        yield "</tbody></table></div>"
        if table.samples:
            yield from self._samples(table)
        yield "</section>"

    def _empty(self) -> Iterator[str]:
        empty = [table for table in self._profile.tables if not table.rows]
        if not empty:
            return
        title = say("migration.profile_empty", {"count": len(empty)}, self._lang)
        yield f'<section class="card" id="empty"><h2>{escape(title)}</h2><table><tbody>'
        for table in empty:
            columns = ", ".join(column.name for column in table.columns)
            yield f"<tr><td>{escape(table.name)}</td><td>{escape(columns)}</td></tr>"
        yield "</tbody></table></section>"

    def _column(self, column: ColumnProfile) -> str:
        share = column.filled / column.rows if column.rows else 0
        unique = f' <span class="pill">{self._label("unique")}</span>' if column.unique else ""
        cells = (
            f"<td><b>{escape(column.name)}</b><br><small>{escape(column.type)}"
            f"{' · ' if column.comment else ''}{escape(column.comment)}</small></td>",
            f"<td>{self._meaning(column)}</td>",
            f'<td><div class="bar"><i style="width:{share * 100:.1f}%"></i></div>'
            f"<small>{share:.1%}</small></td>",
            f"<td class=n>{column.nulls or ''}</td><td class=n>{column.blanks or ''}</td>",
            f"<td class=n>{column.distinct:,}{unique}</td>",
            f"<td>{self._range(column)}</td><td class=n>{_lengths(column)}</td>",
            f"<td class=v>{_counts(column.shapes[:_SHAPES])}{self._dates(column)}</td>",
            f"<td class=v>{_counts(column.top[:_VALUES])}</td>",
        )
        return f"<tr>{''.join(cells)}</tr>"

    def _dates(self, column: ColumnProfile) -> str:
        if not column.dates:
            return ""
        return f"<br><small>{self._label('dates')}</small> {_counts(column.dates)}"

    def _meaning(self, column: ColumnProfile) -> str:
        known = meanings()
        named = [
            f"{escape(getattr(known[one.meaning], self._lang))} <small>{one.confidence:.0%}</small>"
            for one in column.guesses[:2]
        ]
        mark = (
            f'<span class="pill warn">{self._label("personal")}</span>' if column.personal else ""
        )
        return "<br>".join([*named, mark] if mark else named)

    def _range(self, column: ColumnProfile) -> str:
        low, high = column.smallest, column.largest
        first, last = (column.minimum, column.maximum) if low is None else (str(low), str(high))
        if first is None or last is None:
            return ""
        return f"{escape(_seen(first[:40]))}<br>{escape(_seen(last[:40]))}"

    def _samples(self, table: TableProfile) -> Iterator[str]:
        yield f"<details><summary>{self._label('samples')}</summary>"
        yield '<div class="scroll"><table><thead><tr>'
        yield "".join(f"<th>{escape(column.name)}</th>" for column in table.columns)
        yield "</tr></thead><tbody>"
        for row in table.samples:
            yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
        yield "</tbody></table></div></details>"

    def _references(self) -> Iterator[str]:
        if not self._profile.inclusions:
            return
        yield f'<section class="card"><h2>{self._label("references")}</h2>'
        yield "<table><thead><tr>"
        yield self._heads(
            "column", "refers", "confidence:n", "distinct:n", "missing:n", "orphans:n"
        )
        yield "</tr></thead><tbody>"
        for one in self._profile.inclusions:
            yield self._reference(one)
        yield "</tbody></table></section>"

    def _reference(self, one: Inclusion) -> str:
        declared = f' <span class="pill">{self._label("declared")}</span>' if one.declared else ""
        return (
            f"<tr><td>{escape(one.table)}.{escape(one.column)}</td>"
            f"<td>{escape(one.references)}.{escape(one.key)}{declared}</td>"
            f"<td class=n>{one.confidence:.0%}</td><td class=n>{one.distinct:,}</td>"
            f"<td class=n>{one.missing or ''}</td><td class=n>{one.orphans or ''}</td></tr>"
        )

    def _heads(self, *names: str) -> str:
        return heads(names, self._lang)

    def _label(self, name: str) -> str:
        return label(name, self._lang)


def _lengths(column: ColumnProfile) -> str:
    if column.longest is None:
        return ""
    if column.shortest == column.longest:
        return f"{column.longest:,}"
    return f"{column.shortest:,}–{column.longest:,}"


def _counts(counts: Iterable[Count]) -> str:
    return "".join(
        f"<span>{escape(_seen(count.value)) or '∅'}<small>{count.rows:,}</small></span>"
        for count in counts
    )


def _seen(value: str) -> str:
    """A value whose blanks at both ends can be seen: they are what a match fails on."""
    inside = value.strip(" ")
    ahead = len(value) - len(value.lstrip(" "))
    return "␣" * ahead + inside + "␣" * (len(value) - ahead - len(inside))
