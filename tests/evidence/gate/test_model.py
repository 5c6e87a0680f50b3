from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from luodi.evidence.gate.model import Gate, real_enough
from luodi.evidence.model import Environment


def test_it_works(gate: Any) -> None:
    one: Gate = gate()
    assert one.definition() == gate().definition()
    assert len(one.definition()) == 64
    assert one.seat("finance").title == {"zh": "财务科", "en": "Finance"}
    assert one.seat("nobody") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"require": [{"figure": "unaccounted", "op": "==", "value": 1, "unit": "row"}]},
        {"require": [{"figure": "unaccounted", "op": "<=", "value": 0, "unit": "row"}]},
        {"require": []},
        {"hard_stop": True},
        {"verdicts": ["pass", "warn"]},
        {"max_age": "7d"},
        {"environment": "production"},
        {"cannot_tell": "stale"},
        {"drift_limit": 5},
        {"why": "别的理由"},
        {"owner": {"vendor": "development"}},
        {"gate": {"environment": "test"}},
        {"gate": {"decider": "finance"}},
        {"gate": {"seat": [{"id": "hospital_leader", "side": "hospital"}]}},
        {"gate": {"offset_days": -3}},
    ],
    ids=str,
)
def test_a_signature_moves_to_no_other_definition(gate: Any, changes: dict[str, Any]) -> None:
    assert gate(**changes).definition() != gate().definition()


def test_the_way_a_number_is_written_is_no_other_definition(gate: Any) -> None:
    def asking(value: object) -> Gate:
        return gate(require=[{"figure": "amount", "op": "<=", "value": value, "unit": "CNY"}])

    assert asking(Decimal("12.50")).definition() == asking(Decimal("12.5")).definition()
    assert asking(Decimal("12.51")).definition() != asking(Decimal("12.5")).definition()


@pytest.mark.parametrize(("found", "required"), list(product(Environment, Environment)))
def test_only_an_equal_or_more_real_environment_counts(
    found: Environment, required: Environment
) -> None:
    order = ["sandbox", "test", "rehearsal", "production"]
    enough = order.index(found.value) >= order.index(required.value)
    assert real_enough(found, required) is enough
