"""Columns that are no texts, at their limits: every operation takes them, and nothing raises."""

from decimal import Decimal

import pytest

from luodi.transform import model
from luodi.transform.model import Compare, Kind, Predicate
from luodi.transform.program import Column, Program, Rule, Target

STEPS = {
    "nothing": (),
    "trim": (model.Trim(),),
    "blank": (model.Blank(values=("0",)),),
    "default": (model.Default(value="1"),),
    "concat": (model.Concat(columns=("v",), separator="-"),),
    "digits": (model.Digits(),),
    "pad": (model.Pad(length=30),),
    "length": (model.Length(most=3),),
    "date": (model.Date(),),
    "date_time": (model.DateTime(),),
    "integer": (model.Integer(),),
    "decimal": (model.Decimal(scale=2, round=True),),
    "decimal_0": (model.Decimal(scale=0),),
    "decimal_37": (model.Decimal(scale=37),),
    "multiply": (model.Multiply(factor=Decimal("0.01")),),
    "boolean": (model.Boolean(yes=("1", "true"), no=("0",)),),
    "id_card": (model.IdCard(),),
    "hash": (model.Hash(),),
    "one_of": (model.OneOf(values=("1",)),),
    "when": (model.When(test=Predicate(compare=Compare.BLANK), then=(model.Trim(),)),),
}
TARGETS = {
    "text": Target(kind=Kind.TEXT, length=5),
    "integer": Target(kind=Kind.INTEGER, bits=16),
    "decimal": Target(kind=Kind.DECIMAL, precision=5, scale=2),
    "float": Target(kind=Kind.FLOAT),
    "boolean": Target(kind=Kind.BOOLEAN),
    "date": Target(kind=Kind.DATE),
    "datetime": Target(kind=Kind.DATETIME),
    "time": Target(kind=Kind.TIME),
}
DAYS = [
    "'2021-01-03'",
    "'0001-01-01'",
    "'9999-12-31'",
    "'10000-01-01'",
    "'infinity'",
    "'-infinity'",
]
MOMENTS = [day.rstrip("'") + (" 23:59:59.999999'" if "-" in day[2:] else "'") for day in DAYS[:5]]
DIGITS = "9" * 38
VALUES = {
    (Kind.INTEGER, "BIGINT"): ["0", "1", "-9223372036854775808", "9223372036854775807"],
    (Kind.DECIMAL, "DECIMAL(38, 0)"): ["0", "1", DIGITS, "-" + DIGITS],
    (Kind.DECIMAL, "DECIMAL(38, 37)"): ["0", "1", "'9." + "9" * 37 + "'", "-0.0000001"],
    (Kind.FLOAT, "DOUBLE PRECISION"): [
        *("0", "1", "-0.0", "0.1", "1e-300", "1e308", "-1e308", "123456789012345680"),
        *("'NaN'", "'Infinity'", "'-Infinity'"),
    ],
    (Kind.BOOLEAN, "BOOLEAN"): ["TRUE", "FALSE"],
    (Kind.DATE, "DATE"): DAYS,
    (Kind.DATETIME, "TIMESTAMP"): MOMENTS,
    (Kind.TIME, "TIME"): ["'00:00:00'", "'23:59:59.999999'"],
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", VALUES, ids=" ".join)
@pytest.mark.parametrize("name", ["duck", "postgres"])
def test_nothing_raises(request, name, kind):
    engine = request.getfixturevalue(name)
    engine.execute("DROP TABLE IF EXISTS typed")
    engine.execute(f"CREATE TABLE typed (_ordinal BIGINT, v {kind[1]})")
    for ordinal, value in enumerate([*VALUES[kind], "NULL"]):
        engine.execute(f"INSERT INTO typed VALUES ({ordinal}, CAST({value} AS {kind[1]}))")
    scales = {"DECIMAL(38, 0)": 0, "DECIMAL(38, 37)": 37}
    column = Column(name="v", kind=kind[0], precision=38, scale=scales.get(kind[1]))
    rules = tuple(
        Rule(to=f"{step}_{target}", target=TARGETS[target], from_=("v",), steps=STEPS[step])
        for step in STEPS
        for target in TARGETS
    )
    for start in range(0, len(rules), 40):
        sql_rules = rules[start : start + 40]
        sql = Program(relation="typed", columns=(column,), rules=sql_rules)
        # Only the faults come out: Python has no day for infinity.
        found = engine.faults(sql)
        assert len(found) == len(VALUES[kind]) + 1
        assert found[-1] is None or all(
            fault.startswith(("default", "when")) for fault in found[-1]
        )
