"""The printed reconciliation: one answer, and nothing shown as sound that was not looked at."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from luodi.evidence.model import Verdict
from luodi.migration.mapping.model import Title
from luodi.migration.reconciling.model import Equation, Reconciled
from luodi.migration.reconciling.report import About, Paper
from luodi.migration.reconciling.totals import Balance, BalanceLine, Total
from luodi.reporting.model import Conclusion, KeyFigures

ABOUT = About(project="东江", hospital="示范医院", printed=datetime(2026, 1, 1, tzinfo=UTC))


def reconciled(**counts):
    equation = Equation(table="patient", **{"source": 3, "loaded": 3, **counts})
    return Reconciled(
        batch="b1", domain="patients", source="old", target="new", equations=(equation,)
    )


def balance(old, new):
    total = Total(
        id="fees",
        title=Title(zh="费用", en="Fees"),
        unit="CNY",
        owner="finance",
        system="old",
        target="new",
        old="",
        new="",
    )
    old, new = Decimal(old), Decimal(new)
    line = BalanceLine(part="", old=old, new=new, difference=abs(old - new), items=1)
    return Balance(total=total, lines=(line,))


def answer(of, balances=(), lang="zh"):
    report = Paper([of], balances, lang).report(ABOUT)
    (said,) = (block for block in report.blocks if isinstance(block, Conclusion))
    (figures,) = (block for block in report.blocks if isinstance(block, KeyFigures))
    return said, [figure.value for figure in figures.figures]


def test_it_works():
    said, figures = answer(reconciled(), [balance("3.50", "3.50")])
    assert (said.verdict, figures) == (Verdict.PASS, ["3 行", "0 行", "0 行", "0 项"])
    assert said.text == "没有去向 0 行，两端不一致 0 行，控制总量不平 0 项。"


def test_a_row_without_a_place():
    said, figures = answer(reconciled(loaded=2, unaccounted=1), [balance("1", "1")])
    assert (said.verdict, figures[1]) == (Verdict.FAIL, "1 行")


def test_a_total_that_does_not_balance():
    said, figures = answer(reconciled(), [balance("3.50", "3.49")])
    assert (said.verdict, figures[3]) == (Verdict.FAIL, "1 项")


@pytest.mark.parametrize(
    ("lang", "text"), [("zh", "控制总量没有核对"), ("en", "control totals were not compared")]
)
def test_totals_that_were_not_compared_are_not_called_balanced(lang, text):
    said, figures = answer(reconciled(), lang=lang)
    assert text in said.text
    assert len(figures) == 3
