"""The reconciliation on paper: what the hospital's departments read and sign."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import luodi
from luodi.evidence.catalogue import Lang, Param, say
from luodi.evidence.figures import amount, unit_name
from luodi.evidence.gate.read import role_title
from luodi.evidence.model import Verdict
from luodi.migration.reconciling.model import Reconciled, SumLine
from luodi.migration.reconciling.totals import Balance
from luodi.reporting.model import (
    Align,
    Block,
    Cell,
    Column,
    Conclusion,
    Heading,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Report,
    Seat,
    Signatures,
    Table,
)

FATES = ("source", "loaded", "merged", "rejected", "review", "excluded", "unaccounted")
_RIGHT = frozenset((*FATES, "rows", "missing", "changed", "repeated", "old", "new", "difference"))


@dataclass(frozen=True)
class About:
    """Whose report it is, when it was printed, and the evidence it rests on."""

    project: str
    hospital: str
    printed: datetime
    evidence: tuple[str, ...] = ()
    mark: str = ""


class Paper:
    """A reconciliation said in one language."""

    def __init__(
        self, reconciled: Sequence[Reconciled], balances: Sequence[Balance], lang: Lang
    ) -> None:
        self._reconciled, self._balances, self._lang = reconciled, balances, lang

    def report(self, about: About) -> Report:
        """The report to be signed, with sums of whole columns."""
        return self._made(about, _by_column(self._all_sums()))

    def details(self, about: About) -> Report:
        """The same with every period and department, for a workbook that people filter."""
        return self._made(about, self._all_sums())

    def _made(self, about: About, sums: Sequence[SumLine]) -> Report:
        batches = tuple(each.batch for each in self._reconciled if each.batch)
        return Report(
            title=self._say("title"),
            subtitle=self._say("subtitle", {"batches": batches}) if batches else "",
            project=about.project,
            hospital=about.hospital,
            lang=self._lang,
            printed=about.printed,
            version=luodi.__version__,
            mark=about.mark,
            evidence=about.evidence,
            blocks=(
                *self._summary(),
                *self._totals(),
                *self._equations(),
                *self._comparisons(),
                *self._sums(sums),
                *self._signing(),
            ),
        )

    # --- parts --------------------------------------------------------------------------------

    def _summary(self) -> Iterable[Block]:
        unaccounted = sum(each.unaccounted for each in self._reconciled)
        mismatched = sum(each.mismatched for each in self._reconciled)
        open_totals = sum(not each.holds for each in self._balances)
        differing = len([line for line in self._all_sums() if line.difference])
        fine = not (unaccounted or mismatched or open_totals or differing)
        rows = sum(e.source for each in self._reconciled for e in each.equations)
        yield Conclusion(
            verdict=Verdict.PASS if fine else Verdict.FAIL,
            word=self._say("balanced" if fine else "not_balanced"),
            text=self._say(
                "conclusion" if self._balances else "conclusion_without_totals",
                {"unaccounted": unaccounted, "mismatched": mismatched, "totals": open_totals},
            ),
        )
        figures = [("source", rows, "row", False), ("unaccounted", unaccounted, "row", True)]
        figures += [("mismatched", mismatched, "row", True)]
        if self._balances:  # what was not looked at does not balance either
            figures += [("open_totals", open_totals, "piece", True)]
        yield KeyFigures(
            figures=tuple(
                KeyFigure(
                    label=self._say(name),
                    value=amount(value, unit, self._lang),
                    state=(Verdict.FAIL if value else Verdict.PASS) if judged else None,
                )
                for name, value, unit, judged in figures
            )
        )

    def _totals(self) -> Iterable[Block]:
        if not self._balances:
            return
        yield Heading(text=self._say("totals"))
        yield Paragraph(text=self._say("totals_note"), muted=True)
        lang = self._lang
        yield Table(
            title="",
            columns=self._columns("total", "owner", "unit", "old", "new", "difference"),
            rows=tuple(
                (
                    getattr(each.total.title, lang),
                    role_title(each.total.owner)[lang],
                    unit_name(each.total.unit, lang),
                    each.old,
                    each.new,
                    each.difference,
                )
                for each in self._balances
            ),
            marks=_marks(not each.holds for each in self._balances),
        )
        parts = [
            (getattr(each.total.title, lang), line.part, line.old, line.new, line.difference)
            for each in self._balances
            for line in each.lines
            if line.difference
        ]
        if parts:
            yield Table(
                title=self._say("parts"),
                columns=self._columns("total", "part", "old", "new", "difference"),
                rows=tuple(parts),
                marks=dict.fromkeys(range(len(parts)), Verdict.FAIL),
            )

    def _equations(self) -> Iterable[Block]:
        lines = [e for each in self._reconciled for e in each.equations]
        if not lines:
            return
        rows: list[tuple[Cell, ...]] = [
            (e.table, *(getattr(e, name) for name in FATES)) for e in lines
        ]
        whole = [sum(getattr(e, name) for e in lines) for name in FATES]
        yield Heading(text=self._say("equation"))
        yield Paragraph(text=self._say("equation_note"), muted=True)
        yield Table(
            title="",
            columns=self._columns("table", *FATES),
            rows=(*rows, (self._say("sum"), *whole)),
            marks=_marks(not e.holds for e in lines),
            total=True,
        )

    def _comparisons(self) -> Iterable[Block]:
        lines = [c for each in self._reconciled for c in each.compared]
        if not lines:
            return
        yield Heading(text=self._say("compared"))
        yield Paragraph(text=self._say("compared_note"), muted=True)
        yield Table(
            title="",
            columns=self._columns(
                *("table", "to", "rows", "missing", "changed", "repeated", "checksum")
            ),
            rows=tuple(
                (
                    c.source_table,
                    c.to,
                    c.rows,
                    c.missing,
                    c.changed,
                    c.repeated,
                    c.target_sum if c.staged_sum == c.target_sum else self._say("checksum_differs"),
                )
                for c in lines
            ),
            marks=_marks(c.mismatched or c.staged_sum != c.target_sum for c in lines),
        )
        extra = [(a.to, a.rows) for each in self._reconciled for a in each.added]
        if extra:
            yield Table(
                title=self._say("added"),
                columns=self._columns("to", "rows"),
                rows=tuple(extra),
                marks=dict.fromkeys(range(len(extra)), Verdict.FAIL),
            )

    def _sums(self, lines: Sequence[SumLine]) -> Iterable[Block]:
        if not lines:
            return
        yield Heading(text=self._say("sums"))
        yield Paragraph(text=self._say("sums_note"), muted=True)
        yield from self._guesses()
        dated = any(line.period or line.department for line in lines)
        about = ("period", "department") if dated else ()
        yield Table(
            title="",
            columns=self._columns("feed", "column", *about, "rows", "old", "new", "difference"),
            rows=tuple(
                (
                    line.feed,
                    line.column,
                    *(getattr(line, name) for name in about),
                    line.rows,
                    line.old,
                    line.new,
                    line.difference,
                )
                for line in lines
            ),
            marks=_marks(bool(line.difference) for line in lines),
        )

    def _guesses(self) -> Iterable[Block]:
        """Say which columns nobody named: a wrong one hides what moved between departments."""
        told = [
            f"{by.feed} · {self._say(name)} = {getattr(by, name)}"
            for each in self._reconciled
            for by in each.sums_by
            for name in by.guessed
        ]
        if told:
            yield Paragraph(text=self._say("sums_guessed", {"columns": tuple(told)}), muted=True)

    def _signing(self) -> Iterable[Block]:
        owners: dict[str, list[str]] = {}
        for each in self._balances:
            owners.setdefault(each.total.owner, []).append(getattr(each.total.title, self._lang))
        comma = "、" if self._lang == "zh" else ", "
        yield Heading(text=self._say("signing"))
        yield Signatures(
            seats=(
                *(
                    Seat(
                        title=role_title(owner)[self._lang],
                        statement=self._say("confirms", {"what": comma.join(totals)}),
                    )
                    for owner, totals in owners.items()
                ),
                *(
                    Seat(title=role_title(role)[self._lang], statement=self._say("confirms_all"))
                    for role in ("information", "implementation_engineer")
                ),
            )
        )

    # --- words --------------------------------------------------------------------------------

    def _all_sums(self) -> tuple[SumLine, ...]:
        return tuple(line for each in self._reconciled for line in each.sums)

    def _columns(self, *names: str) -> tuple[Column, ...]:
        wide = ("table", "to", "total", "feed", "column", "checksum")
        return tuple(
            Column(
                title=self._say(name),
                align=Align.RIGHT if name in _RIGHT else Align.LEFT,
                share=1.6 if name in wide else 1.0,
            )
            for name in names
        )

    def _say(self, name: str, params: dict[str, Param] | None = None) -> str:
        return say(f"migration.reconcile_paper_{name}", params or {}, self._lang)


def _marks(wrong: Iterable[object]) -> dict[int, Verdict]:
    return {number: Verdict.FAIL for number, each in enumerate(wrong) if each}


def _by_column(lines: Sequence[SumLine]) -> tuple[SumLine, ...]:
    """Sums of whole columns; a difference stays one, whatever its sign elsewhere."""
    found: dict[tuple[str, str], list[SumLine]] = {}
    for line in lines:
        found.setdefault((line.feed, line.column), []).append(line)
    return tuple(
        SumLine(
            feed=feed,
            column=column,
            period="",
            department="",
            rows=sum(line.rows for line in parts),
            old=sum((line.old for line in parts), Decimal(0)),
            new=sum((line.new for line in parts), Decimal(0)),
        )
        for (feed, column), parts in found.items()
    )
