"""The table of cases, and how an engine is taken through it."""

import tomllib
from decimal import Decimal
from pathlib import Path

import msgspec

from luodi.transform.model import Kind, Operation
from luodi.transform.program import Column, Pairs, Program, Rule, Target
from transform.engines import written

CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text("utf-8"))["operation"]
OTHERS = [
    Column(name="w", kind=Kind.TEXT),
    Column(name="empty", kind=Kind.TEXT),
    Column(name="n", kind=Kind.INTEGER),
]
DICTIONARIES = {"sex": Pairs(relation="sex", source="s", target="t")}
LOOKUPS = {
    "patient": Pairs(
        relation="patient",
        source="k",
        target="t",
        source_kind=Kind.INTEGER,
        target_kind=Kind.INTEGER,
    ),
    "number": Pairs(
        relation="number",
        source="k",
        target="t",
        source_kind=Kind.DECIMAL,
        target_kind=Kind.INTEGER,
    ),
    "day": Pairs(
        relation="day",
        source="k",
        target="t",
        source_kind=Kind.DATE,
        target_kind=Kind.INTEGER,
    ),
    "card": Pairs(relation="card", source="k", target="t"),
}
SEX = [
    *(("男", "1"), ("女", "2"), ("女", "2"), ("不详", None), ("两可", "1"), ("两可", "2")),
    *(("a'b\\", "引号"), (None, "9")),
]


def name(case):
    return " ".join(step["op"] for step in case["steps"]) or f"to {case.get('target', 'text')}"


def steps_of(case):
    return msgspec.convert(case["steps"], tuple[Operation, ...])


def told(value, kind):
    """A value as the engine takes it."""
    if value == "<null>":
        return None
    match kind:
        case Kind.BOOLEAN:
            return value == "true"
        case Kind.INTEGER:
            return int(value)
        case Kind.FLOAT:
            return float(value)
        case Kind.DECIMAL:
            return Decimal(value)
        case _:
            return value


def outcomes(engine, case):
    kind = Kind(case.get("kind", "text"))
    target = Kind(case.get("target", "text"))
    scale = case.get("scale")
    values = [told(value, kind) for value, _ in case["cases"]]
    if engine.name == "postgresql":
        values = [None if isinstance(v, str) and "\0" in v else v for v in values]
    column = Column(name="v", kind=kind, precision=38, scale=scale)
    engine.keep("cases", [column, *OTHERS], [(value, "乙", " ", 7) for value in values])
    engine.keep("sex", [Column(name="s", kind=Kind.TEXT), Column(name="t", kind=Kind.TEXT)], SEX)
    whole = [Column(name="k", kind=Kind.INTEGER), Column(name="t", kind=Kind.INTEGER)]
    engine.keep("patient", whole, [(7, 1007), (None, 1)])
    number = Column(name="k", kind=Kind.DECIMAL, precision=20, scale=0)
    engine.keep("number", [number, whole[1]], [(Decimal(7), 1007)])
    engine.keep("day", [Column(name="k", kind=Kind.DATE), whole[1]], [("2021-01-03", 3)])
    texts = [Column(name="k", kind=Kind.TEXT), Column(name="t", kind=Kind.TEXT)]
    engine.keep("card", texts, [("C-7", "K7")])
    rule = Rule(
        to="out",
        target=Target(kind=target, scale=case.get("target_scale", scale)),
        from_=("v",),
        steps=steps_of(case),
    )
    program = Program(
        relation="cases",
        columns=(column, *OTHERS),
        rules=(rule,),
        dictionaries=DICTIONARIES,
        lookups=LOOKUPS,
    )
    found = engine.run(program)
    assert len(found) == len(values)
    return {
        value: "<fault>" if faults else "<null>" if result is None else written(result)
        for (value, _), (result, faults) in zip(case["cases"], found, strict=True)
    }
