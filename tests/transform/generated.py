"""Generated columns, and what engines must say of them."""

import datetime

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from luodi.transform import model
from luodi.transform.model import Kind
from luodi.transform.program import Column, Program, Rule, Target
from transform import oracle
from transform.engines import written

TEXT = Target(kind=Kind.TEXT)
RULES = {
    "trim": ([model.Trim()], TEXT),
    "blank": ([model.Blank()], TEXT),
    "upper": ([model.Upper()], TEXT),
    "lower": ([model.Lower()], TEXT),
    "half_width": ([model.HalfWidth()], TEXT),
    "digits": ([model.Digits()], TEXT),
    "pad": ([model.Pad(length=8, fill="*")], TEXT),
    "slice_": ([model.Slice(start=2, length=3)], TEXT),
    "split": ([model.Split(separator="-", part=2)], TEXT),
    "length": ([model.Length(most=5)], TEXT),
    "cut": ([model.Length(most=5, cut=True)], TEXT),
    "hash_": ([model.Hash(salt="盐", length=16)], TEXT),
    "replaced": ([model.Replace(old="'", new="\\")], TEXT),
    "date": ([model.Date()], Target(kind=Kind.DATE)),
    "date_time": ([model.DateTime()], Target(kind=Kind.DATETIME)),
    "integer": ([model.Integer()], Target(kind=Kind.INTEGER)),
    "decimal": ([model.Decimal(scale=2)], Target(kind=Kind.DECIMAL, scale=2)),
    "rounded": ([model.Decimal(scale=3, round=True)], Target(kind=Kind.DECIMAL, scale=3)),
    "id_card": ([model.IdCard()], TEXT),
}
V = Column(name="v", kind=Kind.TEXT)

anything = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
white = st.text(oracle.GAPS + "a張𠮷'\\%_", max_size=6)
numbers = st.from_regex(
    r"[ 　]?[+-]?[¥￥$]? ?[0-9０-９]{0,42}([,，][0-9]{3}){0,2}([.．][0-9]{0,6}0{0,3})?元?[ \n]?",
    fullmatch=True,
)
days = st.builds(
    lambda year, marks, month, day, tail: f"{year}{marks[0]}{month}{marks[1]}{day}{marks[2]}{tail}",
    st.sampled_from(["2021", "2020", "2000", "1900", "0001", "9999", "２０２１", "0000", "21"]),
    st.sampled_from(
        [
            *[("-", "-", "")] * 4,
            *[("/", "/", ""), (".", ".", ""), ("", "", ""), ("年", "月", "日"), ("－", "－", "")]
            * 2,
            *[("-", "/", ""), ("-", "-", "日"), ("年", "月", ""), ("-", "-", ".")],
        ]
    ),
    st.sampled_from(["1", "01", "02", "2", "04", "4", "12", "13", "00"]),
    st.sampled_from(["1", "01", "11", "28", "29", "29", "30", "31", "32"]),
    st.sampled_from(
        [
            *("", "", " ", " 00:00:00", "T00:00", " 0:00", "  0:00:00.000", "T00:00:00.", "T 0:00"),
            *(" 4:05:06", " 04:05:06.120", "T24:00:00", "x", " 23:59:59.123456789", " 23:59:60"),
            *(
                " 12:60",
                "Z",
                " 04:05:06+08",
                "T04:05",
                "0405",
                "040506",
                "240000",
                "　４：０５：０６",
            ),
        ]
    ),
)


def right(first):
    """A number with its check digit."""
    total = sum(2 ** (17 - place) * int(digit) for place, digit in enumerate(first))
    return first + "10X98765432"[total % 11]


cards = st.one_of(
    st.from_regex(r"11010519[0-9]{2}(0[1-9]|1[0-3])[0-3][0-9]{4}[0-9Xx]", fullmatch=True),
    st.from_regex(r"[1-9][0-9]0105[0-9]{9}", fullmatch=True),
    st.builds(
        lambda born, sequence: right(f"110105{born:%Y%m%d}{sequence:03}"),
        st.dates(datetime.date(1840, 1, 1), datetime.date(2040, 1, 1)),
        st.integers(0, 999),
    ),
)


def columns(size):
    """A column with something of every sort in it."""
    sorts = (anything, white, numbers, days, days, cards)
    lists = [st.lists(sort, min_size=size, max_size=size) for sort in sorts]
    return st.tuples(*lists).map(lambda found: [text for one in found for text in one])


def check(engines, column):
    rules = tuple(
        Rule(to=name, target=target, from_=("v",), steps=tuple(steps))
        for name, (steps, target) in RULES.items()
    )
    program = Program(relation="generated", columns=(V,), rules=rules)
    for engine in engines:
        engine.keep("generated", [V], [(text,) for text in column])
        for text, row in zip(column, engine.run(program), strict=True):
            *values, faults = row
            faulty = {fault.partition(":")[0] for fault in faults or ()}
            for name, value in zip(RULES, values, strict=True):
                wanted = getattr(oracle, name)(text)
                if name == "date_time" and wanted is None:
                    continue
                found = (
                    oracle.FAULT if name in faulty else None if value is None else written(value)
                )
                assert found == wanted, (engine.name, name, text)


either = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
