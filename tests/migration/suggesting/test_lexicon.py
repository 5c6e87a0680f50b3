"""What names mean: Chinese, English, initials and full pinyin, with the prefixes of houses."""

import re

import pytest

from luodi.migration.suggesting.lexicon import lexicon


def meant(name):
    return [max(spot, key=spot.get) for spot in lexicon().read(name).spots]


@pytest.mark.parametrize(
    ("name", "concepts"),
    [
        ("BRXM", {"person_name"}),
        ("CSRQ", {"birth_date"}),
        ("dateOfBirth", {"birth_date"}),
        ("DATE_OF_BIRTH", {"birth_date"}),
        ("出生年月", {"birth_date"}),
        ("chushengriqi", {"birth_date"}),
        ("F_XB", {"sex"}),
        ("brlxdh", {"patient", "phone"}),
        ("病人联系电话", {"patient", "phone"}),
        ("deptcode", {"department_code"}),
        ("ypgg", {"specification"}),
        ("tbl_drugs", {"drug"}),
        ("家庭住址", {"address"}),
        ("医保编码", {"insurance_code"}),
    ],
)
def test_it_works(name, concepts):
    assert set(meant(name)) == concepts


def test_initials_may_mean_several_things():
    (spot,) = lexicon().read("XM").spots
    assert {"person_name", "service"} <= set(spot)


def test_a_name_nobody_knows():
    reading = lexicon().read("qwrtzk")
    assert not reading.known
    assert reading.joined == "qwrtzk"


@pytest.mark.parametrize("name", ["", "_", "123", "x" * 500, "𠮷", "姓" * 200])
def test_names_of_any_kind(name):
    lexicon().read(name)


def test_a_table_says_what_its_columns_leave_out():
    words = lexicon()
    (spot,) = words.within(words.read("name"), {"drug": 1.0}).spots
    assert spot["drug_name"] > 0.8
    (alone,) = words.read("name").spots
    assert "drug_name" not in alone


def test_the_data_is_sound():
    concepts = lexicon().concepts
    assert len(concepts) >= 150
    for concept in concepts.values():
        assert re.fullmatch("[a-z_0-9]+", concept.id)
        assert set(concept.is_) <= concepts.keys()
        assert 0 < concept.weight <= 1
        assert concept.zh
        assert concept.en
