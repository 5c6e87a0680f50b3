from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.terminology.dates import Fault, common, readings
from luodi.terminology.tables import rows

at = datetime.fromisoformat
CALENDAR = [row[2] for row in rows("date_format.tsv") if row[3] != "serial" and "%b" not in row[2]]


def test_it_works():
    (reading,) = readings("1990-06-29")
    assert (reading.format, reading.moment, reading.ambiguous) == (
        "%Y-%m-%d",
        at("1990-06-29"),
        False,
    )


@pytest.mark.parametrize(
    ("text", "name", "moment"),
    [
        ("1990/6/9", "%Y/%m/%d", at("1990-06-09")),
        ("1990年6月9日", "%Y年%m月%d日", at("1990-06-09")),
        ("１９９０．０６．０９", "%Y.%m.%d", at("1990-06-09")),
        ("19900609", "%Y%m%d", at("1990-06-09")),
        ("19900609083000", "%Y%m%d%H%M%S", at("1990-06-09 08:30:00")),
        ("1990-06-09 08:30:00.000", "%Y-%m-%d %H:%M:%S.%f", at("1990-06-09 08:30:00")),
        ("09-JUN-90", "%d-%b-%y", at("1990-06-09")),
        ("09-6月 -90", "%d-%m月-%y", at("1990-06-09")),
        ("Jun  9 1990 12:05AM", "%b %d %Y %I:%M%p", at("1990-06-09 00:05:00")),
        ("Jun  9 1990 12:05PM", "%b %d %Y %I:%M%p", at("1990-06-09 12:05:00")),
        ("33033", "excel", at("1990-06-09")),
        ("644889600", None, None),
        ("1644889600", "unix", at("2022-02-15 01:46:40")),
    ],
)
def test_formats_of_many_systems(text, name, moment):
    found = readings(text)
    if name is None:
        assert found == Fault.UNKNOWN
    else:
        assert (found[0].format, found[0].moment) == (name, moment)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.EMPTY),
        ("0000-00-00", Fault.ZERO),
        ("0000-00-00 00:00:00", Fault.ZERO),
        ("00000000", Fault.ZERO),
        ("2021-02-30", Fault.IMPOSSIBLE),
        ("1900-02-29", Fault.IMPOSSIBLE),
        ("20211301", Fault.IMPOSSIBLE),
        ("2021-01-01 25:00:00", Fault.IMPOSSIBLE),
        ("Foo  9 1990 12:05AM", Fault.IMPOSSIBLE),
        ("Jun  9 1990 13:05AM", Fault.IMPOSSIBLE),
        ("三天前", Fault.UNKNOWN),
        ("2021-1", Fault.UNKNOWN),
        ("1234-56-789", Fault.UNKNOWN),
    ],
)
def test_it_says_what_is_wrong(text, fault):
    assert readings(text) == fault


def test_day_and_month_may_be_either():
    assert [one.format for one in readings("03/04/2021")] == ["%d/%m/%Y", "%m/%d/%Y"]
    assert [one.format for one in readings("25/12/2021")] == ["%d/%m/%Y"]
    assert readings("25/12/2021")[0].ambiguous


def test_the_format_of_a_column_is_what_reads_all_of_it():
    assert common(["03/04/2021", "", "0000-00-00", "25/12/2021"]) == ("%d/%m/%Y",)
    assert common(["2021-01-01", "2021/01/02"]) == ()
    assert common(["2021-01-01", "昨天"]) == ()
    assert common([]) == ()


@given(st.text(alphabet="0123456789-/.:年月日 TJuneAPM", max_size=24))
def test_any_text_gets_an_answer(text):
    found = readings(text)
    assert isinstance(found, Fault) or found


@given(st.datetimes(at("1970-01-01"), at("2068-12-31")), st.sampled_from(CALENDAR))
def test_a_moment_is_read_back(moment, form):
    written = moment.strftime(form)
    read = {one.format: one.moment for one in readings(written)}
    assert read[form].strftime(form) == written
    assert read[form].date() == moment.date()
