import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.terminology.icd import Fault, Icd, Kind, Known, chapter, known, name, parse


def test_it_works():
    code = parse("A00.000x001")
    assert code == Icd(kind=Kind.ICD10, code="A00.000x001")
    assert (code.category, chapter(code), name(code)) == ("A00", "I", "古典生物型霍乱")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (" a00.051 ", "A00.051"),
        ("Ａ００．０５１", "A00.051"),
        ("A00。051", "A00.051"),
        ("A00051", "A00.051"),
        ("A00", "A00"),
        ("A00.", "A00"),
        ("A000", "A00.0"),
        ("I10.X00X002", "I10.x00x002"),
        ("J14.X01", "J14.x01"),
        ("I10×00×002", "I10.x00x002"),
        ("A18.015+M90.0*", "A18.015+M90.0*"),
        ("A18.015†M90.0", "A18.015+M90.0*"),
        ("D86.854+", "D86.854+"),
        ("M90.0*", "M90.0*"),
    ],
)
def test_spellings_of_icd10_have_one_form(text, whole):
    code = parse(text)
    assert (code.kind, code.whole) == (Kind.ICD10, whole)


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("M80000/3", Kind.MORPHOLOGY, "M80000/3"),
        ("m8000/0", Kind.MORPHOLOGY, "M8000/0"),
        ("2.061", Kind.ICD9CM3, "02.061"),
        ("36.0900X001", Kind.ICD9CM3, "36.0900x001"),
        ("03.1x00x001", Kind.ICD9CM3, "03.1x00x001"),
        ("BNX030", Kind.TCM, "BNX030"),
        ("ZYTMBO", Kind.TCM, "ZYTMBO"),
        ("A04.01.01", Kind.TCM, "A04.01.01"),
    ],
)
def test_other_systems_are_told_by_their_shape(text, kind, code):
    assert (parse(text).kind, parse(text).code) == (kind, code)
    assert chapter(parse(text)) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.EMPTY),
        ("\u3000", Fault.EMPTY),
        ("霍乱", Fault.SHAPE),
        ("A0", Fault.SHAPE),
        ("A00.00000", Fault.SHAPE),
        ("AA0.1", Fault.SHAPE),
        ("36", Fault.SHAPE),
        ("A00.1,A00.2", Fault.SHAPE),
    ],
)
def test_what_is_no_code_says_so(text, fault):
    assert parse(text) == fault


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("A00.000", Known.CODE),
        ("A18.015", Known.CODE),
        ("A00.051", Known.CATEGORY),
        ("00.0101", Known.CODE),
        ("E99.999", Known.NOTHING),
        ("M80000/3", Known.NOTHING),
    ],
)
def test_it_says_how_far_the_catalogue_knows_a_code(text, level):
    assert known(parse(text)) == level


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("D48.9", "II"),
        ("D50.0", "III"),
        ("H59", "VII"),
        ("H60", "VIII"),
        ("T98.3", "XIX"),
        ("V01", "XX"),
        ("U07.1", "XXII"),
        ("E99", None),
        ("D49", None),
    ],
)
def test_chapters_end_where_they_end(text, number):
    assert chapter(parse(text)) == number


def test_every_code_of_the_catalogues_is_in_its_normal_form(shared_data):
    for file in ("icd10_clinical_diagnosis_names.txt", "icd9cm3_procedure_names.txt"):
        lines = (shared_data / "drg" / file).read_text("utf-8").splitlines()
        codes = [line.split(" ")[0] for line in lines]
        assert len(codes) > 13_000
        assert [code for code in codes if parse(code).whole != code] == []
        assert all(known(parse(code)) == Known.CODE for code in codes)


@given(st.text(alphabet="ABMXZ0123456789.+*/x ", max_size=12))
def test_any_text_gets_an_answer(text):
    code = parse(text)
    if isinstance(code, Icd):
        assert parse(code.whole) == code
        assert chapter(code) is None or code.kind == Kind.ICD10
