"""population: how often levels occur among all pairs."""

import duckdb
import pytest

from luodi.evidence.progress import Silent
from luodi.migration.linkage.bind import bind
from luodi.migration.linkage.block import collapse
from luodi.migration.linkage.compare import count_values
from luodi.migration.linkage.into import into
from luodi.migration.linkage.population import population
from luodi.migration.linkage.prepare import Side, prepare


def seen(sexes, others=()):
    """Of a column of sexes, or of two tables of them."""
    with duckdb.connect() as db:
        sides = []
        for name, values in (("t", sexes), ("u", others)):
            if values:
                db.execute(
                    f"CREATE TABLE {name} (_ordinal BIGINT, id VARCHAR, sex VARCHAR, no VARCHAR)"
                )
                into(db, name, [(n, str(n), sex, f"{name}{n:05}") for n, sex in enumerate(values)])
                fields = bind(["sex", "no"], {"document": ("no",)}, table=name)
                sides.append(Side(name, name, "id", "_ordinal", fields))
        fields = prepare(db, tuple(sides), Silent())
        linking = len(sides) > 1
        collapse(db, fields, linking=linking)
        count_values(db, fields)
        return population(db, fields, linking=linking)


def test_it_works():
    found = seen(["1"] * 30 + ["2"] * 70)
    assert found.pairs == 100 * 99 / 2
    assert found.present == (1, 1)
    assert found.shares[0][0] == pytest.approx((30 * 29 + 70 * 69) / (100 * 99))
    assert [sum(levels) for levels in found.shares] == pytest.approx([1, 1])


def test_two_tables():
    found = seen(["1"] * 10, ["1"] * 5 + ["2"] * 15)
    assert found.pairs == 200
    assert found.shares[0][0] == pytest.approx(0.25)


def test_missing_values_do_not_count():
    found = seen(["1"] * 50 + [None] * 50)
    assert found.present[0] == pytest.approx(50 * 49 / (100 * 99))
    assert found.shares[0][0] == pytest.approx(1, abs=0.01)


def test_no_level_is_impossible():
    """No two of the numbers agree, and yet two rows might."""
    assert all(share > 0 for levels in seen(["1"] * 20).least for share in levels)


def test_one_record():
    assert seen(["1"]).pairs == 1
