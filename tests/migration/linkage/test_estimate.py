"""estimate: EM finds the shares that made the pairs."""

import random
from collections import Counter

import pytest

from luodi.migration.linkage.estimate import Population, estimate

M = ((0.9, 0.1), (0.8, 0.2), (0.95, 0.05))
U = ((0.01, 0.99), (0.02, 0.98), (0.001, 0.999))
GIVEN = ((0.7, 0.3), (0.7, 0.3), (0.7, 0.3))
PAIRS, SAME = 1_000_000, 4_000


def drawn(shares, draw):
    return tuple(1 if draw.random() < level[0] else 2 for level in shares)


@pytest.fixture(scope="module")
def learned():
    """Pairs of one person and others, of which those that agree somewhere were blocked."""
    draw = random.Random(1)
    found = Counter(drawn(M, draw) for _ in range(SAME))
    others = Counter(drawn(U, draw) for _ in range(PAIRS - SAME))
    blocked = Counter({p: n for p, n in (found + others).items() if 1 in p})
    shares = tuple(
        tuple((m * SAME + u * (PAIRS - SAME)) / PAIRS for m, u in zip(ms, us, strict=True))
        for ms, us in zip(M, U, strict=True)
    )
    return estimate(blocked, GIVEN, Population(PAIRS, (1.0,) * 3, shares, ((1e-7, 1e-7),) * 3))


def test_it_works(learned):
    assert learned.prior * PAIRS == pytest.approx(SAME, rel=0.1)
    for found, made in zip((*learned.m, *learned.u), (*M, *U), strict=True):
        assert found == pytest.approx(made, rel=0.25, abs=0.02)


def test_weights_are_bits(learned):
    assert learned.weight(0, 1) == pytest.approx(6.5, abs=0.3)  # log2(0.9 / 0.01)
    assert learned.weight(0, 2) < 0 < learned.weight(2, 1)
    assert learned.weight(0, 0) == 0


def test_shares_add_up(learned):
    for levels in (*learned.m, *learned.u):
        assert sum(levels) == pytest.approx(1)


def test_no_pairs_at_all():
    """The given shares stay, and nothing divides by zero."""
    found = estimate({}, GIVEN, Population(1, (1.0,) * 3, U, ((1e-7, 1e-7),) * 3))
    assert found.m == GIVEN
    assert 0 < found.prior <= 0.5
