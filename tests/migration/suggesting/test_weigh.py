"""Pairs of terms: what makes them the same and what keeps them apart."""

import pytest

from luodi.migration.suggesting.terms import Term
from luodi.migration.suggesting.weigh import (
    Sort,
    icd_code,
    weigh_diagnoses,
    weigh_drugs,
    weigh_names,
    weighing,
)

MAKER = "江苏恒瑞医药股份有限公司"


def drug(name, spec="", maker=""):
    return Term("1", name, spec, maker)


def codes(weighed):
    return [reason.code.removeprefix("migration.suggest_") for reason in weighed.reasons]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            drug("阿莫西林胶囊", "0.25g×24粒/盒", MAKER),
            drug("阿莫西林胶囊", "250mg*24粒", "江苏恒瑞"),
        ),
        (drug("氯化钠注射液", "0.9%100ml/瓶", MAKER), drug("氯化钠注射液 ", "0.9%100ml", MAKER)),
        (drug("維生素C片", "0.1g×100片/瓶", MAKER), drug("维生素Ｃ片", "100mg×100片/瓶", MAKER)),
    ],
)
def test_the_same_drug(one, other):
    weighed = weigh_drugs(one, other)
    assert weighed.confidence >= 0.9
    assert "spec_same" in codes(weighed)


@pytest.mark.parametrize(
    ("one", "other", "most", "reason"),
    [
        (("阿莫西林胶囊", "0.25g×24粒/盒"), ("阿莫西林胶囊", "0.5g×24粒/盒"), 0.3, "spec_differs"),
        (("阿莫西林胶囊", "0.25g×24粒/盒"), ("阿莫西林胶囊", "0.25g×36粒/盒"), 0.75, "spec_count"),
        (("阿莫西林胶囊", "0.25g×24粒/盒"), ("阿莫西林颗粒", "0.25g×24粒/盒"), 0.4, "name_near"),
        (("左氧氟沙星片", "0.1g×10片"), ("氧氟沙星片", "0.1g×10片"), 0.85, "name_near"),
        (("硝苯地平缓释片", "10mg×30片"), ("硝苯地平控释片", "10mg×30片"), 0.4, "name_near"),
    ],
)
def test_another_drug(one, other, most, reason):
    weighed = weigh_drugs(drug(*one), drug(*other))
    assert weighed.confidence <= most
    assert reason in codes(weighed)


def test_another_manufacturer():
    one, other = (drug("头孢呋辛酯片", "0.25g×12片", m) for m in (MAKER, "广州白云山制药总厂"))
    weighed = weigh_drugs(one, other)
    assert 0.4 <= weighed.confidence < 0.7
    assert "maker_differs" in codes(weighed)


def test_one_code_in_two_editions():
    """A00.051 of one edition is another disease in the next: the name decides."""
    other = weigh_diagnoses(Term("K06.806", "牙龈息肉"), Term("K06.806", "牙龈溃疡"))
    assert "icd_same_other" in codes(other) or other.confidence < 0.6
    same = weigh_diagnoses(Term("I10.X00", "高血压病"), Term("I10.x00x002", "高血压病"))
    assert same.confidence >= 0.95


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("左膝关节炎", "右膝关节炎"),
        ("急性胃炎", "慢性胃炎"),
        ("良性肿瘤", "恶性肿瘤"),
        ("1型糖尿病", "2型糖尿病"),
        ("Ⅰ型呼吸衰竭", "Ⅱ型呼吸衰竭"),
        ("高血压病2级", "高血压病3级"),
    ],
)
def test_names_that_differ_in_what_matters(one, other):
    assert weigh_diagnoses(Term("", one), Term("", other)).confidence < 0.4


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("心血管内科", "心血管内科", True),
        ("心血管内科（一病区）", "心血管内科一病区", True),
        ("内一科", "内二科", False),
        ("妇科", "产科", False),
        ("挂号费", "掛號費", True),
        ("急诊科", "儿科", False),
        ("主任医师", "副主任医师", False),
    ],
)
def test_names(one, other, same):
    sure = weigh_names(Term("1", one), Term("2", other)).confidence
    assert sure >= 0.9 if same else sure < 0.5


def test_a_short_code_says_nothing():
    """Every list begins with 1."""
    assert weigh_names(Term("1", "内科"), Term("1", "药房")).confidence < 0.4


@pytest.mark.parametrize("sort", Sort)
def test_anything_may_be_weighed(sort):
    weigh, code = weighing(sort)
    for one in (Term("", ""), Term("x"), Term("1", "", "??", "()"), Term("9", "a" * 5000)):
        for other in (Term("", ""), Term("1", "药", "1g", "厂")):
            assert 0 <= weigh(one, other).confidence <= 1
            code(one.value)


def test_codes_of_icd():
    assert icd_code("i10.X00x002") == icd_code("I10.x00x002")
    assert icd_code("阑尾炎") == ""
