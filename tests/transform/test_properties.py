"""Whatever a column holds, DuckDB, PostgreSQL and plain Python say the same, and nothing raises."""

import pytest
from hypothesis import example, given, settings

from transform.generated import check, columns, either


@settings(either, max_examples=8)
@given(column=columns(6))
@example(column=["", "\u3000", "𠮷", "e\u0301", "'", "\\", "%", "1" * 60, "-0", "00", "."])
def test_engines_agree(duck, postgres, column):
    check([duck, postgres], column)


@pytest.mark.slow
@settings(either, max_examples=40)
@given(column=columns(20))
def test_engines_agree_on_more(duck, postgres, column):
    check([duck, postgres], column)
