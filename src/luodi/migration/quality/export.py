"""Offending rows for the people who mend them at the source; for the vault only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook

from luodi.evidence.catalogue import Lang, say
from luodi.evidence.outcome import Outcome
from luodi.migration.model import ORDINAL
from luodi.migration.profiling.inclusion import filled
from luodi.migration.profiling.model import TableProfile
from luodi.migration.profiling.reports import put
from luodi.migration.profiling.workbook import saved, sheet
from luodi.migration.quality.model import Check, Hit, Repeat, Rule
from luodi.migration.quality.run import Bench
from luodi.migration.quality.sums import SUMS
from luodi.migration.quality.terms import term
from luodi.migration.workspace import quoted

if TYPE_CHECKING:
    from luodi.landing.vault import Vault
    from luodi.migration.assess import Assessed

MOST = 5_000
"""Rows of one check that are exported; the first sheet says how many there are."""


@dataclass(frozen=True)
class OffendingRow:
    """A row that breaks a rule: its ordinal, and the columns concerned with their values."""

    ordinal: int
    values: tuple[str | None, ...]


def offending_rows(bench: Bench, check: Check, most: int = MOST) -> tuple[OffendingRow, ...]:
    """Read the rows that a check found, by ordinal; none of a check about no row."""
    names = shown_columns(bench.profile, check)
    with _condition(bench, check) as condition:
        if condition is None:
            return ()
        values = "".join(f", left(r.{quoted(name)}::VARCHAR, 500)" for name in names)
        rows = bench.db.execute(
            f"SELECT r.{ORDINAL}{values} FROM {bench.relation} AS r WHERE {condition} "
            f"ORDER BY r.{ORDINAL} LIMIT {most}"
        ).fetchall()
    return tuple(OffendingRow(ordinal, tuple(rest)) for ordinal, *rest in rows)


def shown_columns(table: TableProfile, check: Check) -> list[str]:
    """Name the columns of the table that a check is about."""
    return [name for name in dict.fromkeys(check.columns.values()) if table.column(name)]


@contextmanager
def _condition(bench: Bench, check: Check) -> Iterator[str | None]:
    """SQL over ``r`` that holds for the rows a check found, while the context lasts."""
    rule = bench.rules[check.rule]
    form = rule.form
    if form == "value":
        tested, wrong = bench.looked_at(check.column).predicates(check, "r")
        yield f"({tested}) AND ({wrong})"
    elif form == "check":
        with _wrong_values(bench, check):
            yield f"r.{quoted(check.column)} IN (SELECT v FROM wrong_values)"
    elif form == "row":
        tested, wrong = bench.conditions(check)
        yield f"({tested}) AND ({wrong})"
    elif form == "repeat":
        yield _repeats(bench, rule, check)
    elif form == "refer":
        yield _orphans(bench, check)
    elif form == "total":
        found = (one for one in SUMS[rule.total](bench.sums) if one.columns == check.columns)
        yield next((one.condition for one in found), None)
    elif form == "sql":
        ordinals = sorted(bench.own(rule)) or [0]
        yield f"r.{ORDINAL} IN ({', '.join(map(str, ordinals))})"
    else:
        yield None


@contextmanager
def _wrong_values(bench: Bench, check: Check) -> Iterator[None]:
    looked = bench.looked_at(check.column)
    with looked.groups():
        wrong = [[value] for value, _ in looked.wrong_values(check)]
    bench.db.execute("CREATE OR REPLACE TEMP TABLE wrong_values (v VARCHAR)")
    try:
        if wrong:
            bench.db.executemany("INSERT INTO wrong_values VALUES (?)", wrong)
        yield
    finally:
        bench.db.execute("DROP TABLE wrong_values")


def _repeats(bench: Bench, rule: Rule, check: Check) -> str:
    repeat = rule.repeat or Repeat()
    columns = [check.columns[name] for name in repeat.by]
    same = [quoted(name) for name in columns]
    mine = [f"r.{name}" for name in same]
    looked = columns
    if repeat.differs:
        # A row whose other value is blank differs from none, and was not counted.
        looked = [*columns, check.columns[repeat.differs]]
        mine.append(term(bench.column(looked[-1]), "r").v)
        same.append('"""other"""')
    filled = " AND ".join(term(bench.column(name), "r").filled for name in looked)
    wrong = f"SELECT {', '.join(same)} FROM ({bench.repeated(check)}) WHERE wrong"
    return f"({filled}) AND ({', '.join(mine)}) IN ({wrong})"


def _orphans(bench: Bench, check: Check) -> str | None:
    for one in bench.sums.inclusions:
        if (one.table, one.column) == (check.table, check.column):
            mine, key = f"r.{quoted(one.column)}::VARCHAR", f"{quoted(one.key)}::VARCHAR"
            keys = f"SELECT {key} FROM {bench.sums.relation(one.references)}"
            profile = bench.profile.column(one.column)
            there = filled(mine, profile) if profile else f"{mine} IS NOT NULL"
            return f"{there} AND {mine} NOT IN ({keys} WHERE {key} IS NOT NULL)"
    return None


def export(assessed: Assessed, lang: Lang) -> bytes:
    """Write a workbook of what was found and the rows that broke each rule."""
    rules = assessed.quality.rules
    book = Workbook(write_only=True)

    def heads(*names: str) -> list[str]:
        return [say(f"migration.label_{name}", {}, lang) for name in names]

    sheet(
        book,
        say("migration.label_found", {}, lang),
        heads("table", "column", "rule", "tested", "offending", "share", "why", "remedy"),
        (
            (
                hit.check.table,
                hit.check.column,
                rules[hit.check.rule].title.text(lang),
                hit.tested,
                hit.offending,
                round(hit.share, 4),
                rules[hit.check.rule].why.text(lang),
                rules[hit.check.rule].remedy.text(lang),
            )
            for hit in assessed.assessment.found
        ),
    )
    sheet(
        book,
        say("migration.label_rows", {}, lang),
        heads("table", "ordinal", "rule", "column", "value", "others"),
        _lines(assessed.assessment.found, assessed.benches, rules, lang),
    )
    return saved(book)


def _lines(
    found: Iterable[Hit], benches: Mapping[str, Bench], rules: Mapping[str, Rule], lang: Lang
) -> Iterator[Sequence[Any]]:
    for hit in found:
        bench = benches[hit.check.table]
        names = shown_columns(bench.profile, hit.check)
        for row in offending_rows(bench, hit.check):
            first, *rest = row.values or (None,)
            others = "; ".join(f"{n}={v}" for n, v in zip(names[1:], rest, strict=True))
            title = rules[hit.check.rule].title.text(lang)
            yield hit.check.table, row.ordinal, title, hit.check.column, first, others


def exported(
    outcome: Outcome[Assessed], name: str | None, vault: Vault | None, lang: Lang
) -> Outcome[Assessed]:
    """Put the offending rows into the vault under `name`, where both are given."""
    if name is None or vault is None:
        return outcome
    artefact = put(vault, name, export(outcome.result, lang))
    return replace(outcome, artefacts=(*outcome.artefacts, artefact))
