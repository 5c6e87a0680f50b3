"""规格 in SQL says what `luodi.terminology` says, of a real hospital's drugs and made up ones."""

import csv
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.terminology import specification as terminology
from luodi.transform.model import Kind, Specification, SpecificationPart
from luodi.transform.operations.specification import parts
from luodi.transform.program import Column, Program, Rule, Target
from transform.generated import either

NUMBERS = {SpecificationPart.STRENGTH, SpecificationPart.VOLUME, SpecificationPart.COUNT}
FORMAT = Column(name="format", kind=Kind.TEXT)


def read(engine, texts):
    """Text → its parts, None where it does not parse."""
    engine.keep("drugs", [FORMAT], [(text,) for text in texts])
    rules = tuple(
        Rule(
            to=part.value,
            target=Target(kind=Kind.DECIMAL if part in NUMBERS else Kind.TEXT, scale=10),
            from_=("format",),
            steps=(Specification(part=part),),
        )
        for part in SpecificationPart
    )
    program = Program(relation="drugs", columns=(FORMAT,), rules=rules)
    return {
        text: None if faults else dict(zip(SpecificationPart, values, strict=True))
        for text, (*values, faults) in zip(texts, engine.run(program), strict=True)
    }


def test_it_works(duck):
    found = read(duck, ["10ml:0.4g×6支/盒"])["10ml:0.4g×6支/盒"]
    assert found == {
        SpecificationPart.STRENGTH: Decimal("0.4"),
        SpecificationPart.STRENGTH_UNIT: "g",
        SpecificationPart.VOLUME: Decimal(10),
        SpecificationPart.VOLUME_UNIT: "ml",
        SpecificationPart.COUNT: Decimal(6),
        SpecificationPart.COUNT_UNIT: "支",
        SpecificationPart.PACKAGE_UNIT: "盒",
    }


@pytest.mark.slow
def test_the_drugs_of_a_real_hospital(duck, postgres, shared_data):
    with (shared_data / "legacy_his" / "dms_drug.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["format"] for row in csv.DictReader(file)]
    assert len(texts) > 2900
    expected = {text: parts(text) for text in texts}
    assert read(duck, texts) == expected
    assert read(postgres, texts) == expected
    parsed = [text for text in texts if expected[text] is not None]
    assert len(parsed) > 0.95 * len(texts)


pieces = st.lists(
    st.sampled_from(
        [
            *("0.25", "10", "1", "０", "g", "mg", "ml", "万单位", "%", "片", "支", "盒", "复方"),
            *("×", "*", "x", ":", "/", "(", ")", " ", "'", "\\"),
        ]
    ),
    max_size=9,
).map("".join)


@either
@given(texts=st.lists(pieces, min_size=1, max_size=60, unique=True))
def test_made_up_drugs(duck, texts):
    found = read(duck, texts)
    for text in texts:
        parsed = terminology.parse(text)
        assert (found[text] is None) == isinstance(parsed, terminology.Fault), text
        assert found[text] == parts(text)


@pytest.mark.parametrize("text", ["9" * 40 + "g×1片", "0." + "1" * 30 + "g×1片"])
def test_a_number_that_no_column_holds_is_a_fault(duck, text):
    assert parts(text) is not None
    assert read(duck, [text]) == {text: None}
