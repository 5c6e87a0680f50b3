"""The assessment as one HTML file: is the source good enough, and what to mend first.

It holds scores, rules and counts, and never a value, so that it may lie anywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from html import escape
from importlib import resources

from luodi.evidence.catalogue import Lang, say
from luodi.evidence.model import Severity
from luodi.migration.profiling.markup import CLOSING, figure, heads, label, opening, text
from luodi.migration.quality.model import Assessment, Dimension, Hit, Rule, TableScore
from luodi.migration.quality.score import severity_of
from luodi.migration.quality.trend import trend

WORST = 12
"""Rules that are told with their reason and next step; the tables list every finding."""
_ORDER = (Severity.ERROR, Severity.WARN, Severity.INFO)
_PILLS = {Severity.ERROR: " bad", Severity.WARN: " warn", Severity.INFO: " idle"}


def page(assessment: Assessment, rules: Mapping[str, Rule], lang: Lang) -> str:
    """Write the report of `assessment` in the reader's language."""
    return "\n".join(_Page(assessment, rules, lang).parts())


class _Page:
    def __init__(self, assessment: Assessment, rules: Mapping[str, Rule], lang: Lang) -> None:
        self._found, self._rules = assessment, rules
        self._lang: Lang = lang
        self._by_table: dict[str, list[Hit]] = defaultdict(list)
        for hit in sorted(assessment.found, key=self._weight):
            self._by_table[hit.check.table].append(hit)

    def _weight(self, hit: Hit) -> tuple[int, float]:
        return _ORDER.index(self._severity(hit)), -hit.share

    def _severity(self, hit: Hit) -> Severity:
        return severity_of(hit, self._rules[hit.check.rule])

    def parts(self) -> Iterator[str]:
        title = f"{say('migration.label_assessment', {}, self._lang)} · {self._found.system}"
        css = (resources.files(__package__) / "page.css").read_text(encoding="utf-8")
        note = say("migration.assess_page", {}, self._lang)
        yield from opening(title, self._summary(), note, self._lang, css)
        yield '<div class="pair">'
        yield from self._dimensions()
        yield from self._trend()
        yield "</div>"
        yield from self._worst()
        yield from self._tables()
        for number, table in enumerate(self._found.tables):
            if self._by_table[table.table]:
                yield from self._table(number, table)
        yield from self._offs()
        yield CLOSING

    def _summary(self) -> str:
        found = self._found
        kinds = [self._severity(hit) for hit in found.found]
        counts = (
            ("score", _points(found.score)),
            ("tables", f"{len(found.tables):,}"),
            ("rows", f"{sum(table.rows for table in found.tables):,}"),
            ("checks", f"{len(found.hits):,}"),
            *((f"{kind}s", f"{kinds.count(kind):,}") for kind in _ORDER),
        )
        moment = found.moment.astimezone()
        figures = "".join(figure(n, name, self._lang) for name, n in counts)
        return f'{figures}<span class="figure">{moment:%Y-%m-%d %H:%M}</span>'

    def _dimensions(self) -> Iterator[str]:
        yield f'<section class="card"><h2>{self._label("dimensions")}</h2><table><tbody>'
        for dimension in Dimension:
            points = self._found.dimensions.get(dimension)
            word = say(f"migration.dimension_{dimension}", {}, self._lang)
            yield f"<tr><td>{escape(word)}</td>{self._score(points)}</tr>"
        yield "</tbody></table></section>"

    def _trend(self) -> Iterator[str]:
        found = self._found
        yield f'<section class="card"><h2>{self._label("trend")}</h2>'
        if not found.past:
            yield f'<p class="note">{escape(say("migration.assess_first", {}, self._lang))}</p>'
        yield trend(found, self._lang)
        yield "</section>"

    def _worst(self) -> Iterator[str]:
        by_rule: dict[str, list[Hit]] = defaultdict(list)
        for hit in sorted(self._found.found, key=self._weight):
            by_rule[hit.check.rule].append(hit)
        yield f'<section class="card"><h2>{self._label("worst")}</h2>'
        if not by_rule:
            yield f'<p class="note">{escape(say("migration.assess_clean", {}, self._lang))}</p>'
        yield '<ol class="worst">'
        for name, hits in list(by_rule.items())[:WORST]:
            yield self._rule(self._rules[name], hits)
        yield "</ol></section>"

    def _rule(self, rule: Rule, hits: Sequence[Hit]) -> str:
        places = ", ".join(f"{_place(hit)} {hit.offending:,}" for hit in hits[:4])
        if len(hits) > 4:
            places += " " + say("migration.assess_more", {"count": len(hits) - 4}, self._lang)
        return (
            f"<li>{self._pill(self._severity(hits[0]))} "
            f"<b>{escape(rule.title.text(self._lang))}</b> <small>{escape(places)}</small>"
            f"<p>{text(rule.why.text(self._lang))}</p>"
            f'<p class="next"><b>{self._label("next")}</b> '
            f"{text(rule.remedy.text(self._lang))}</p></li>"
        )

    def _tables(self) -> Iterator[str]:
        yield '<section class="card"><div class="scroll"><table><thead><tr>'
        yield self._heads("table", "rows:n", "score", "found:n")
        for dimension in Dimension:
            yield f"<th>{escape(say(f'migration.dimension_{dimension}', {}, self._lang))}</th>"
        yield "</tr></thead><tbody>"
        numbered = sorted(
            enumerate(self._found.tables),
            key=lambda one: (one[1].score is None, one[1].score or 0, -one[1].rows),
        )
        for number, table in numbered:
            found = len(self._by_table[table.table])
            name = escape(table.table)
            link = f'<a href="#t{number}">{name}</a>' if found else name
            yield (
                f"<tr><td>{link}</td><td class=n>{table.rows:,}</td>"
                f"{self._score(table.score)}<td class=n>{found or ''}</td>"
            )
            yield "".join(self._score(table.dimensions.get(one)) for one in Dimension) + "</tr>"
        yield "</tbody></table></div></section>"

    def _table(self, number: int, table: TableScore) -> Iterator[str]:
        yield f'<section class="card" id="t{number}"><h2>{escape(table.table)} '
        yield f"<small>{self._label('score')} {_points(table.score)}</small></h2>"
        yield '<div class="scroll"><table><thead><tr>'
        yield self._heads("severity", "column", "found", "offending:n", "tested:n", "share:n")
        yield self._heads("next") + "</tr></thead><tbody>"
        for hit in self._by_table[table.table]:
            rule = self._rules[hit.check.rule]
            yield (
                f"<tr><td>{self._pill(self._severity(hit))}</td>"
                f"<td>{escape(hit.check.column)}</td>"
                f"<td>{escape(rule.title.text(self._lang))}</td><td class=n>{hit.offending:,}</td>"
                f"<td class=n>{hit.tested:,}</td><td class=n>{_share(hit.share)}</td>"
                f"<td>{text(rule.remedy.text(self._lang))}</td></tr>"
            )
        yield "</tbody></table></div></section>"

    def _offs(self) -> Iterator[str]:
        if not self._found.offs:
            return
        yield f'<section class="card"><h2>{self._label("off")}</h2><table><tbody>'
        for off in self._found.offs:
            where = ".".join(filter(None, (off.system, off.table, off.column)))
            title = self._rules[off.rule].title.text(self._lang)
            yield f"<tr><td>{escape(title)}</td><td>{escape(where)}</td>"
            yield f"<td>{escape(off.reason)}</td></tr>"
        yield "</tbody></table></section>"

    def _score(self, points: Decimal | None) -> str:
        if points is None:
            return f"<td><small>{self._label('untested')}</small></td>"
        return (
            f'<td class="score"><span>{points:.2f}</span>'
            f'<div class="bar"><i style="width:{points}%"></i></div></td>'
        )

    def _pill(self, severity: Severity) -> str:
        word = say(f"migration.severity_{severity}", {}, self._lang)
        return f'<span class="pill{_PILLS[severity]}">{escape(word)}</span>'

    def _heads(self, *names: str) -> str:
        return heads(names, self._lang)

    def _label(self, name: str) -> str:
        return label(name, self._lang)


def _place(hit: Hit) -> str:
    return f"{hit.check.table}.{hit.check.column}".rstrip(".")


def _points(score: Decimal | None) -> str:
    return "–" if score is None else f"{score:.2f}"


def _share(share: float) -> str:
    """A share in percent; one row of many is never shown as none."""
    return "&lt;0.1%" if 0 < share < 0.001 else f"{share:.1%}"
