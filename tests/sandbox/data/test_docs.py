"""The handbook publishes what the data says."""

import re
from pathlib import Path

import pytest

from luodi.sandbox.data.model import faults, kinds

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize(("page", "lang"), [("sandbox.md", "zh"), ("sandbox.en.md", "en")])
def test_rates_are_published_as_they_are(page: str, lang: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    lines = re.findall(r"(?m)^\| `(\w+)` \| (.+) \| (\d+) \|$", text)
    found = {name: (middle.split(" | "), int(rate)) for name, middle, rate in lines}
    expected: dict[str, tuple[list[str], int]] = {
        fault.id: ([f"`{fault.table}.{fault.column}`", getattr(fault, lang)], fault.per_10k)
        for fault in faults().faults
    }
    words = {"zh": ("否", "是"), "en": ("no", "yes")}[lang]
    for kind in kinds().kinds:
        expected[kind.id] = ([getattr(kind, lang), words[kind.same]], kind.per_10k)
    assert found == expected
