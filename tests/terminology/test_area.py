import pytest

from luodi.terminology.area import Known, full_name, has_province, known, name


def test_it_works():
    assert name("210102") == "和平区"
    assert name("21") == "辽宁省"
    assert full_name("210102") == "辽宁省沈阳市和平区"


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("110101", Known.COUNTY),
        ("110103", Known.CITY),  # 崇文区, abolished in 2010
        ("441900", Known.CITY),  # 东莞 has no counties
        ("512301", Known.PROVINCE),  # 涪陵, which was in 四川
        ("710000", Known.PROVINCE),
        ("990101", Known.NOTHING),
        ("1101", Known.NOTHING),
        ("", Known.NOTHING),
    ],
)
def test_it_says_how_far_a_code_is_known(code, level):
    assert known(code) == level


def test_a_level_that_only_holds_counties_together_is_no_place():
    assert full_name("110101") == "北京市东城区"
    assert full_name("469001") == "海南省五指山市"


def test_an_old_county_is_named_as_far_as_possible():
    assert full_name("210199") == "辽宁省沈阳市"
    assert full_name("999999") == ""


def test_taiwan_has_two_codes():
    assert has_province("71")
    assert has_province("83")
    assert not has_province("84")
