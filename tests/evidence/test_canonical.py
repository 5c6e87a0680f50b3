"""A digest speaks of what a thing says, not of how it was saved."""

import hashlib
import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.canonical import canonical_json, digest, digest_bytes, plain_decimal
from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Figure, Verdict

text = st.text(st.characters(exclude_categories=("Cs",)))
leaf = (
    st.none()
    | st.booleans()
    | st.integers()
    | text
    | st.decimals(allow_nan=False, allow_infinity=False, places=4)
)
values = st.recursive(leaf, lambda inner: st.lists(inner) | st.dictionaries(text, inner))


def test_it_works():
    said = {"b": [1, True, None, "医嘱"], "a": Decimal("12.50")}
    assert canonical_json(said) == '{"a":12.5,"b":[1,true,null,"医嘱"]}'.encode()


def test_the_digest_is_sha_256():
    assert digest_bytes(b"abc").startswith("ba7816bf8f01cfea")  # FIPS 180-4, appendix B.1
    assert digest({"a": 1}) == hashlib.sha256(b'{"a":1}').hexdigest()


@given(values)
def test_it_is_json_that_says_the_same(value):
    def plain(item):
        if isinstance(item, dict):
            return {key: plain(inner) for key, inner in item.items()}
        if isinstance(item, list):
            return [plain(inner) for inner in item]
        return item

    assert json.loads(canonical_json(value), parse_float=Decimal) == plain(value)


@given(st.dictionaries(text, leaf), st.randoms())
def test_the_order_of_keys_does_not_matter(table, random):
    items = list(table.items())
    random.shuffle(items)
    assert digest(dict(items)) == digest(table)


@given(st.sets(text))
def test_keys_are_sorted_by_code_point(keys):
    found = list(json.loads(canonical_json(dict.fromkeys(keys))))
    assert found == sorted(keys)


@given(values)
def test_lists_and_tuples_are_one(value):
    assert canonical_json((value, value)) == canonical_json([value, value])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("12.50", "12.5"),
        ("12.00", "12"),
        ("1E+3", "1000"),
        ("1E-7", "0.0000001"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("0E+5", "0"),
        ("100", "100"),
        ("-1.10", "-1.1"),
    ],
)
def test_a_decimal_is_written_plainly(value, written):
    assert plain_decimal(Decimal(value)) == written


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6), st.integers(0, 9))
def test_equal_decimals_are_written_alike(value, zeros):
    longer = value.as_tuple()
    longer = Decimal((longer.sign, (*longer.digits, *[0] * zeros), longer.exponent - zeros))
    assert Decimal(plain_decimal(value)) == value
    assert plain_decimal(value) == plain_decimal(longer)


def test_one_moment_in_two_zones_is_one():
    china = timezone(timedelta(hours=8))
    one, other = datetime(2027, 3, 1, 8, tzinfo=china), datetime(2027, 3, 1, tzinfo=UTC)
    assert canonical_json(one) == canonical_json(other) == b'"2027-03-01T00:00:00+00:00"'


def test_days_and_times_are_iso_8601():
    assert canonical_json([date(2027, 3, 1), time(8, 30)]) == b'["2027-03-01","08:30:00"]'


def test_nouns_and_words_of_the_model():
    figure = Figure(name="rows", value=Decimal("7.50"), unit="row")
    assert digest(figure) == digest({"name": "rows", "value": Decimal("7.5"), "unit": "row"})
    assert canonical_json(Verdict.PASS) == b'"pass"'


def test_two_normal_forms_of_one_name_differ():
    assert digest("\u00e9") != digest("e\u0301")


@pytest.mark.parametrize(
    ("value", "where", "kind"),
    [
        ({"a": [1, 0.1]}, "$.a[1]", "float"),
        ({"a": {1: 2}}, "$.a", "key"),
        ({"a": b"bytes"}, "$.a", "bytes"),
        ({"a": {1, 2}}, "$.a", "set"),
        ([object()], "$[0]", "object"),
        (Decimal("NaN"), "$", "Decimal"),
        (Decimal("Infinity"), "$", "Decimal"),
        ({"a": "\udcc9"}, "$", "text"),
        ({"\udcc9": 1}, "$", "text"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, list) else repr(value),
)
def test_what_has_no_canonical_form_is_refused(value, where, kind):
    with pytest.raises(LuodiError) as refused:
        canonical_json(value)
    assert refused.value.code == "evidence.not_canonical"
    assert refused.value.params == {"where": where, "type": kind}
