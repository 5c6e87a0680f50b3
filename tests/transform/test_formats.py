"""Formats of days: what they match, and which are refused."""

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.errors import WrongUse
from luodi.transform.formats import patterns
from luodi.transform.model import DATE_FORMATS, DATETIME_FORMATS

DAYS = [*DATE_FORMATS, "%d/%m/%Y", "%m-%d-%Y", "%d-%b-%Y", "%d %b %y", "%y%m%d", "%d-%m月-%y"]


def rewritten(format_, text, *, time):
    """As the dialects do it: the first pattern that fits."""
    for one in patterns(format_, time=time):
        if match := re.fullmatch(one.pattern, text):
            return match.expand(one.into)
    return None


def test_it_works():
    assert rewritten("%Y-%m-%d", "2021-1-3", time=False) == "2021-1-3 00:00:00"
    assert rewritten("%d/%m/%Y %H:%M", "3/01/2021 4:05", time=True) == "2021-01-3 4:05:00"
    assert rewritten("%Y-%m-%d", "2021-1-3x", time=False) is None


@given(day=st.dates(datetime.date(1969, 1, 1), datetime.date(2068, 12, 31)))
@pytest.mark.parametrize("format_", DAYS)
def test_what_python_writes_is_read(format_, day):
    found = rewritten(format_, day.strftime(format_).upper(), time=False)
    assert found is not None
    written = re.sub("-([A-Z]{3})-", lambda m: f"-{month(m[1]):02}-", found.partition(" ")[0])
    assert written == day.isoformat()


def month(name):
    return datetime.datetime.strptime(name, "%b").month  # noqa: DTZ007


@given(at=st.datetimes(datetime.datetime(1969, 1, 1), datetime.datetime(2068, 12, 31)))  # noqa: DTZ001
@pytest.mark.parametrize("format_", DATETIME_FORMATS)
def test_every_format_of_moments_reads_itself(format_, at):
    assert rewritten(format_, at.strftime(format_), time=True) is not None


def test_numbers_side_by_side_have_all_their_digits():
    assert rewritten("%Y%m%d", "2021113", time=False) is None
    assert rewritten("%y%m%d", "210103", time=False) == "2021-01-03 00:00:00"


def test_a_literal_is_no_pattern():
    assert rewritten("%Y.%m.%d", "2021x01x03", time=False) is None
    assert rewritten("[%Y]+%m*%d", "[2021]+01*03", time=False) == "2021-01-03 00:00:00"


@pytest.mark.parametrize(
    "format_",
    [
        "",
        "%Y",
        "%Y-%m",
        "%Y-%m-%d%",
        "%Y-%m-%d %q",
        "%Y-%y-%m-%d",
        "%Y-%m-%b-%d",
        "%Y-%m-%d%m",
        "%Y-%m-%d %I:%M",
        "%Y-%m-%d %H%p",
        "%Y-%m-%d %M",
        "%Y-%m-%d %H:%S",
        "%Y-%m-%d %H:%M.%f",
    ],
)
def test_it_refuses(format_):
    with pytest.raises(WrongUse) as caught:
        patterns(format_, time=True)
    assert caught.value.code == "transform.format_unclear"


def test_a_day_has_no_time():
    with pytest.raises(WrongUse):
        patterns("%Y-%m-%d %H:%M", time=False)
