"""Every fault has a sentence in both languages."""

import pytest

from luodi.transform.faults import reason
from luodi.transform.model import OPERATIONS, Require
from luodi.transform.work import name_of

IMPLIED = ["time", "float", "nul"]
FAULTY = [name_of(one) for one in OPERATIONS if "otherwise" in one.__struct_fields__]


@pytest.mark.parametrize("operation", [*FAULTY, name_of(Require), *IMPLIED])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_works(operation, lang):
    text = reason(f"出生日期:{operation}").text(lang)
    assert text.startswith("出生日期")
    assert "transform." not in text
    assert operation in text


def test_a_column_may_have_a_colon_in_its_name():
    assert reason("a:b:date") == ("a:b", "date")
