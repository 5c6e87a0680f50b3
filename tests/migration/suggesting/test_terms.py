"""Lists of terms: every term finds its own again, whoever wrote it down."""

import csv
import random
import re

import pytest

from luodi.evidence.progress import Silent
from luodi.migration.suggesting.terms import Term, match_terms
from luodi.migration.suggesting.weigh import Sort, icd_code, weighing


def matched(source, target, sort):
    return match_terms(source, target, *weighing(sort), Silent())


def test_it_works():
    source = [Term("1", "内科"), Term("2", "急诊医学科"), Term("3", "太空科")]
    target = [Term("A", "急诊科"), Term("B", "内科"), Term("C", "外科")]
    found = {match.source: match for match in matched(source, target, Sort.NAMES)}
    assert found["1"].target == "B"
    assert found["2"].target == "A"
    assert found["1"].confidence > found["2"].confidence
    assert "3" not in found


def test_nothing_to_compare():
    assert matched([], [Term("1", "a")], Sort.NAMES) == []
    assert matched([Term("1", "a")], [], Sort.NAMES) == []


def test_several_that_are_equally_likely_are_told_and_none_is_sure():
    """Five makers of one drug, and the source does not say which."""
    target = [Term(f"M{n}", "甘油注射液", "20ml×1支", f"第{n}制药厂") for n in range(5)]
    (match,) = matched([Term("x", "甘油注射液", "20ml*1支")], target, Sort.DRUGS)
    assert len(match.candidates) == 5
    assert all(float(one.confidence) < 0.25 for one in match.candidates)


@pytest.mark.parametrize(
    ("one", "other"),
    [("男", "Male"), ("毫克", "mg"), ("肌注", "IM"), ("每日三次", "TID"), ("已婚", "Married")],
)
def test_what_every_hospital_means_in_whichever_language(one, other):
    target = [Term("A", "Unit"), Term("B", other), Term("C", "其他")]
    (match,) = matched([Term("1", one)], target, Sort.NAMES)
    assert match.target == "B"
    assert match.confidence < 1


def test_one_packing_among_many():
    """A hundred packings of one drug: the right one is found among them."""
    target = [Term(str(n), "甘油注射液", f"{n}ml×1支") for n in range(1, 101)]
    (match,) = matched([Term("x", "甘油注射液", "77ml*1支")], target, Sort.DRUGS)
    assert match.target == "77"


def rows(shared_data, name):
    with (shared_data / "legacy_his" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rewritten(row, chance):
    """A drug as another system writes it: widths, units, signs, short names of makers."""
    name, spec, maker = row["name"].strip(), row["format"], row["manufacturer"]
    if chance.random() < 0.3:
        name = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)
    if chance.random() < 0.2:
        name += chance.choice(["(进口)", "[甲类]", "（基药）"])
    if chance.random() < 0.6:
        spec = re.sub(r"^0\.(\d+)g", lambda m: f"{float('0.' + m[1]) * 1000:g}mg", spec)
    spec = spec.replace("×", chance.choice("*xX×＊"))
    if chance.random() < 0.4:
        maker = re.sub("股份有限公司|有限责任公司|有限公司", "", maker)
    return name, spec, "" if chance.random() < 0.15 else maker


@pytest.mark.slow
def test_drugs_of_the_legacy_his(shared_data):
    chance = random.Random(3)
    drugs = [row for row in rows(shared_data, "dms_drug.csv") if row["name"]]
    source = [Term(f"N{at}", *rewritten(row, chance)) for at, row in enumerate(drugs)]
    target = [Term(r["id"], r["name"], r["format"], r["manufacturer"]) for r in drugs]
    twins = {}
    for row in drugs:
        key = (row["name"].strip(), row["format"].strip(), row["manufacturer"].strip())
        twins.setdefault(key, set()).add(row["id"])
    found = matched(source, target, Sort.DRUGS)
    right = 0
    for match in found:
        row = drugs[int(match.source[1:])]
        key = (row["name"].strip(), row["format"].strip(), row["manufacturer"].strip())
        right += match.target in twins[key]
    assert len(found) >= 0.99 * len(source)
    assert right / len(found) >= 0.95


@pytest.mark.slow
def test_diagnoses_by_name_alone(shared_data):
    """Their codes hidden, names lead to the insurance edition; the category tells what is right."""
    lines = (shared_data / "drg" / "icd10_clinical_diagnosis_names.txt").read_text("utf-8")
    target = [Term(*line.split(" ", 1)) for line in lines.splitlines() if " " in line]
    known = random.Random(1).sample(rows(shared_data, "dms_dise.csv"), 2000)
    source = [Term(f"row {at}", row["name"]) for at, row in enumerate(known)]
    found = matched(source, target, Sort.DIAGNOSES)
    sure = [match for match in found if match.confidence >= 0.9]
    right = sum(
        icd_code(m.target)[:3] == icd_code(known[int(m.source[4:])]["ICD"])[:3] for m in sure
    )
    assert len(sure) >= 0.2 * len(source)
    assert right / len(sure) >= 0.93
