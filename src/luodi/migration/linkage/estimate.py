"""What an agreement is worth: the shares m and u of every level, learned by EM.

The model is that of Fellegi and Sunter (1969): fields agree independently, with shares ``m`` among
pairs of one person and ``u`` among all others.  EM (Dempster, Laird and Rubin 1977; Winkler 1988)
runs over *patterns* of levels with their counts.  The population is all pairs, not only those that
were blocked: how often each level occurs among all of them is known from random pairs and from
the counts of equal values, and a pair that was never blocked is taken for two people.  So ``u`` is
what is left of the population once the expected pairs of one person are taken out (in a small
table they are most of what agrees), and the prior is their share.

Shares given in ``comparisons.toml`` count as `STRENGTH` pairs seen before, so that a small table
gets sensible weights.  Agreement in a value that n of N records hold has u = (n - 1) / N instead of
the mean (term frequency, Winkler 1989); that is applied where pairs are scored, not here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

Pattern = tuple[int, ...]
"""Levels of a pair, one per field; 0 where a value is missing."""

STRENGTH = 20.0
"""How many pairs the given shares count for."""
USUAL = 0.15
"""Pairs of one person for every record, where it cannot be learned."""
ROUNDS = 60
CLOSE = 1e-5
"""EM ends when no share and not the prior moves by more, relatively."""
NEGLIGIBLE = 1e-7
"""Patterns less probable than this under the given shares are two people and are not trained on."""


class Population(msgspec.Struct, frozen=True, gc=False):
    """All pairs there are.

    ``present`` is per field the share of them in which both values are there; ``shares`` the share
    of every level (from 1) among those, and ``least`` the smallest share that could have been
    seen.
    """

    pairs: float
    present: tuple[float, ...]
    shares: tuple[tuple[float, ...], ...]
    least: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Estimate:
    """Shares per field and level, the prior, and how many rounds it took."""

    m: tuple[tuple[float, ...], ...]
    u: tuple[tuple[float, ...], ...]
    prior: float
    rounds: int

    def weight(self, field: int, level: int) -> float:
        """log2(m / u) of a level from 1; 0 for a missing value."""
        if level == 0:
            return 0.0
        return math.log2(self.m[field][level - 1] / self.u[field][level - 1])

    @property
    def start(self) -> float:
        """The prior's log-odds in bits."""
        return math.log2(self.prior / (1 - self.prior))


def estimate(
    patterns: Mapping[Pattern, int],
    given: Sequence[Sequence[float]],
    population: Population,
) -> Estimate:
    """Learn the shares.

    Parameters
    ----------
    patterns : mapping
        Blocked pairs by pattern.
    given : sequence
        m per field and level, before anything was seen.
    population : Population
        How often the levels occur among all pairs.
    """
    m = tuple(tuple(levels) for levels in given)
    u = tuple(map(_floored, population.shares, population.least))
    alone = len(given) == 1
    prior = _usual(population.pairs) if alone else _start(patterns, population.pairs)
    likely = sorted(_likely(patterns, Estimate(m, u, prior, 0)).items())
    rounds = 0
    for rounds in range(1, ROUNDS + 1):
        before = (m, u, prior)
        expected, total = _expect(likely, Estimate(m, u, prior, rounds))
        m = tuple(_smoothed(found, levels) for found, levels in zip(expected, given, strict=True))
        u = tuple(_left(population, field, found) for field, found in enumerate(expected))
        if not alone:
            prior = min(0.5, max(total, 0.5) / population.pairs)
        if _moved(before, (m, u, prior)) < CLOSE:
            break
    return Estimate(m, u, prior, rounds)


def _expect(
    patterns: Sequence[tuple[Pattern, int]], now: Estimate
) -> tuple[list[list[float]], float]:
    """Pairs of one person to be expected at each level, and in all."""
    weights = [
        [0.0, *(math.log2(a / b) for a, b in zip(ms, us, strict=True))]
        for ms, us in zip(now.m, now.u, strict=True)
    ]
    expected = [[0.0] * (len(levels) + 1) for levels in now.m]
    total = 0.0
    for pattern, count in patterns:
        bits = now.start + sum(map(list.__getitem__, weights, pattern))
        share = count / (1 + 2.0**-bits) if bits > -1000 else 0.0
        total += share
        for field, level in enumerate(pattern):
            expected[field][level] += share
    return [levels[1:] for levels in expected], total


def _start(patterns: Mapping[Pattern, int], pairs: float) -> float:
    """Begin with one pair of one person in a hundred blocked ones."""
    blocked = sum(patterns.values())
    return min(0.1, max(1.0, blocked / 100) / pairs)


def _usual(pairs: float) -> float:
    """Where one field is all there is, nothing can be learned from how fields agree together."""
    records = math.sqrt(2 * pairs)
    return min(0.1, USUAL * records / pairs)


def _likely(patterns: Mapping[Pattern, int], now: Estimate) -> dict[Pattern, int]:
    least = math.log2(NEGLIGIBLE)
    return {
        pattern: count
        for pattern, count in patterns.items()
        if now.start + sum(now.weight(f, level) for f, level in enumerate(pattern)) > least
    }


def _smoothed(found: Sequence[float], given: Sequence[float]) -> tuple[float, ...]:
    total = sum(found) + STRENGTH
    return tuple((n + STRENGTH * share) / total for n, share in zip(found, given, strict=True))


def _left(population: Population, field: int, taken: Sequence[float]) -> tuple[float, ...]:
    """Shares of the levels once the expected pairs of one person are out of the population."""
    pairs = population.pairs * population.present[field]
    shares = population.shares[field]
    rest = [max(share * pairs - n, 0.0) for share, n in zip(shares, taken, strict=True)]
    return _floored([n / max(sum(rest), 1.0) for n in rest], population.least[field])


def _floored(shares: Sequence[float], least: Sequence[float]) -> tuple[float, ...]:
    """No level is impossible."""
    lifted = [max(share, floor) for share, floor in zip(shares, least, strict=True)]
    total = sum(lifted)
    return tuple(share / total for share in lifted)


def _moved(before: tuple[object, ...], after: tuple[object, ...]) -> float:
    moved = 0.0
    for old, new in zip(_numbers(before), _numbers(after), strict=True):
        moved = max(moved, abs(old - new) / max(old, new))
    return moved


def _numbers(value: object) -> list[float]:
    if isinstance(value, tuple):
        return [number for part in value for number in _numbers(part)]
    assert isinstance(value, float)
    return [value]
