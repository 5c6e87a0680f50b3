"""Scores from run to run: a line, the latest runs in figures, and what changed between them."""

import datetime
import re
from decimal import Decimal

import pytest

from luodi.migration.quality.model import Assessment, Past
from luodi.migration.quality.trend import SHOWN, trend

MOMENT = datetime.datetime(2026, 11, 24, 8, tzinfo=datetime.UTC)


def made(score, *past):
    return Assessment(
        system="old_his",
        moment=MOMENT,
        score=None if score is None else Decimal(score),
        dimensions={},
        tables=(),
        hits=(),
        past=tuple(
            Past(
                moment=MOMENT - datetime.timedelta(days=days),
                score=None if points is None else Decimal(points),
                offending=7,
                rules="x",
            )
            for days, points in enumerate(past, 1)
        ),
        offs=(),
    )


def cells(html):
    rows = re.findall(r"<tr>(<td>.*?)</tr>", html)
    return [re.findall(r"<td[^>]*>(.*?)</td>", row)[1:] for row in rows]


def test_it_works():
    html = trend(made("91.20", "90.00", "95.50"), "zh")
    assert cells(html) == [
        ["91.20", "+1.20", "0"],
        ["90.00", "-5.50", "7"],
        ["95.50", "", "7"],
    ]
    assert 'aria-label="95.5 → 91.2"' in html  # the oldest first


def test_the_first_run_draws_no_line():
    assert "<svg" not in trend(made("91.20"), "zh")


def test_a_run_without_a_score():
    html = trend(made("91.20", None, "90.00"), "en")
    assert cells(html) == [["91.20", "", "0"], ["–", "", "7"], ["90.00", "", "7"]]
    assert 'aria-label="90 → 91.2"' in html


def test_many_runs_are_all_drawn_and_the_latest_told():
    html = trend(made("50", *["60"] * 30), "zh")
    assert len(cells(html)) == SHOWN
    points = re.search(r'points="([^"]*)"', html)
    assert points is not None
    assert len(points[1].split()) == 31


@pytest.mark.parametrize("scores", [("100", "0"), ("0", "100"), ("50", "50"), ("50.00", "50.01")])
def test_the_line_stays_inside(scores):
    html = trend(made(*scores), "zh")
    box = re.search(r'viewBox="0 0 (\d+) (\d+)"', html)
    points = re.search(r'points="([^"]*)"', html)
    assert box is not None
    assert points is not None
    for point in points[1].split():
        x, y = map(float, point.split(","))
        assert 0 <= x <= int(box[1])
        assert 0 <= y <= int(box[2])
