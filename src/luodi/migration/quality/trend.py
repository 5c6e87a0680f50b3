"""The scores of one system from run to run: a line, and the same in figures."""

from __future__ import annotations

from collections.abc import Sequence

from luodi.evidence.catalogue import Lang
from luodi.migration.profiling.markup import heads
from luodi.migration.quality.model import Assessment

SHOWN = 6
"""Runs told in figures; the line shows all that are remembered."""
_WIDE, _HIGH = 320, 56


def trend(assessment: Assessment, lang: Lang) -> str:
    """Draw the scores of the runs, the oldest first, above the latest ones in figures."""
    runs = [
        (assessment.moment, assessment.score, sum(hit.offending for hit in assessment.hits)),
        *((past.moment, past.score, past.offending) for past in assessment.past),
    ]
    titles = heads(("run", "score:n", "change:n", "offending:n"), lang)
    lines = []
    for number, (moment, score, offending) in enumerate(runs[:SHOWN]):
        before = runs[number + 1][1] if number + 1 < len(runs) else None
        change = "" if score is None or before is None else f"{score - before:+.2f}"
        lines.append(
            f"<tr><td>{moment.astimezone():%Y-%m-%d %H:%M}</td>"
            f"<td class=n>{'–' if score is None else f'{score:.2f}'}</td><td class=n>{change}</td>"
            f"<td class=n>{offending:,}</td></tr>"
        )
    drawn = _line([float(score) for _, score, _ in reversed(runs) if score is not None])
    return f"{drawn}<table><thead><tr>{titles}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _line(scores: Sequence[float]) -> str:
    if len(scores) < 2:
        return ""
    low, high = min(scores), max(scores)
    # A change of a hundredth is no cliff: the line spans one point at the least.
    span = max(high - low, 1.0)
    middle = (high + low) / 2
    step = _WIDE / (len(scores) - 1)
    points = " ".join(
        f"{4 + number * step:.1f},{_HIGH / 2 - (score - middle) / span * (_HIGH - 12):.1f}"
        for number, score in enumerate(scores)
    )
    last = points.rpartition(" ")[2].split(",")
    return (
        f'<svg class="trend" viewBox="0 0 {_WIDE + 10} {_HIGH}" role="img" '
        f'aria-label="{scores[0]:g} → {scores[-1]:g}"><polyline points="{points}"/>'
        f'<circle cx="{last[0]}" cy="{last[1]}" r="3.5"/></svg>'
    )
