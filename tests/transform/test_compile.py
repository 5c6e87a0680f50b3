"""One SELECT from a program: its shape, its faults, and what cannot be meant."""

from decimal import Decimal
from types import MappingProxyType

import duckdb
import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.transform import model
from luodi.transform.compile import compiled, condition
from luodi.transform.dialect.duckdb import DUCKDB, DuckDB
from luodi.transform.faults import reason
from luodi.transform.model import Compare, Kind, Otherwise, Predicate
from luodi.transform.program import Column, Pairs, Program, Rule, Target

COLUMNS = (
    Column(name="XM", kind=Kind.TEXT),
    Column(name="XB", kind=Kind.TEXT),
    Column(name="CSRQ", kind=Kind.TEXT),
    Column(name="BLOB", kind=Kind.BINARY),
    Column(name="JE", kind=Kind.DECIMAL, precision=10, scale=2),
)
ROWS = [
    (1, " 张三 ", "男", "1980-01-31", "1.50"),
    (2, "李四", "2", "1980/2/30", "0.00"),
    (3, "", "女", None, None),
]


@pytest.fixture
def db():
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE s "
            "(_ordinal BIGINT, XM VARCHAR, XB VARCHAR, CSRQ VARCHAR, JE DECIMAL(10, 2))"
        )
        connection.executemany("INSERT INTO s VALUES (?, ?, ?, ?, ?)", ROWS)
        connection.execute("CREATE TABLE sex (s VARCHAR, t VARCHAR)")
        connection.executemany("INSERT INTO sex VALUES (?, ?)", [("男", "1"), ("女", "2")])
        yield connection


def rule(to, *steps, from_=("XM",), kind=Kind.TEXT, **target):
    return Rule(to=to, target=Target(kind=kind, **target), from_=from_, steps=steps)


def program(*rules, **more):
    return Program(relation="s", columns=COLUMNS, rules=rules, **more)


def rows(db, *rules, **more):
    cursor = db.execute(f"{compiled(program(*rules, **more), DUCKDB)} ORDER BY 1")
    return [
        dict(zip([d[0] for d in cursor.description], row, strict=True)) for row in cursor.fetchall()
    ]


def test_it_works(db):
    sex = Pairs(relation="sex", source="s", target="t")
    found = rows(
        db,
        rule("name", model.Trim(), model.Blank(), model.Require()),
        rule("sex", model.Dictionary(name="sex"), from_=("XB",)),
        rule("birth", from_=("CSRQ",), kind=Kind.DATE),
        rule("amount", from_=("JE",), kind=Kind.DECIMAL, precision=10, scale=2),
        dictionaries={"sex": sex},
    )
    assert [(row["_ordinal"], row["name"], row["sex"], str(row["birth"])) for row in found] == [
        (1, "张三", "1", "1980-01-31"),
        (2, "李四", None, "None"),
        (3, None, "2", "None"),
    ]
    assert [row["_faults"] for row in found] == [
        None,
        ["sex:dictionary", "birth:date"],
        ["name:require"],
    ]


def test_a_column_names_its_first_fault_only(db):
    found = rows(db, rule("birth", model.Date(), model.Require(), from_=("CSRQ",), kind=Kind.DATE))
    assert [row["_faults"] for row in found] == [None, ["birth:date"], ["birth:require"]]


def test_what_becomes_of_a_fault_is_the_steps_choice(db):
    null = model.Date(otherwise=Otherwise.NULL)
    keep = model.Date(otherwise=Otherwise.KEEP)
    found = rows(db, rule("a", null, from_=("CSRQ",)), rule("b", keep, from_=("CSRQ",)))
    assert [(row["a"], row["b"], row["_faults"]) for row in found] == [
        ("1980-01-31", "1980-01-31", None),
        (None, "1980/2/30", None),
        (None, None, None),
    ]


def test_an_untouched_column_is_passed_straight_through():
    sql = compiled(
        program(rule("je", from_=("JE",), kind=Kind.DECIMAL, precision=10, scale=2)), DUCKDB
    )
    assert 'c2 AS "je"' in sql
    assert "CAST(c2" not in sql


def test_a_dictionary_that_says_two_things_says_nothing_and_makes_no_rows(db):
    db.execute("INSERT INTO sex VALUES ('男', '9'), ('女', '2')")
    found = rows(
        db,
        rule("sex", model.Dictionary(name="sex"), from_=("XB",)),
        dictionaries={"sex": Pairs(relation="sex", source="s", target="t")},
    )
    assert [(row["sex"], row["_faults"]) for row in found] == [
        (None, ["sex:dictionary"]),
        (None, ["sex:dictionary"]),
        ("2", None),
    ]


def test_a_required_column_and_its_length_are_the_targets_own(db):
    found = rows(db, rule("name", model.Blank(), length=2, required=True))
    assert [row["_faults"] for row in found] == [["name:length"], None, ["name:require"]]


def test_sql_grows_with_the_steps_and_not_faster():
    step = model.When(test=Predicate(compare=Compare.EQ, value="a"), then=(model.Upper(),))
    short = len(compiled(program(rule("a", *[step] * 10)), DUCKDB))
    long = len(compiled(program(rule("a", *[step] * 40)), DUCKDB))
    assert long < 5 * short


def test_nothing_in_a_mapping_reaches_sql_unquoted(db):
    evil = "'; DROP TABLE s; --\\' \" % _ {x} \n${x}"
    found = rows(
        db,
        rule(f'"{evil}', model.Constant(value=evil)),
        rule("b", model.Replace(old="张", new=evil), model.Pad(length=99, fill="'")),
        rule("c", model.OneOf(values=(evil,), otherwise=Otherwise.NULL)),
    )
    assert found[0][f'"{evil}'] == evil
    assert evil in found[0]["b"]
    assert len(db.execute("SELECT * FROM s").fetchall()) == 3


def test_a_fault_reads_as_a_sentence():
    assert reason("a:b:date").column == "a:b"
    assert "日期写法认不出" in reason("birth:date").text("zh")


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "rules"),
    [
        ("transform.column_unknown", [rule("a", from_=("NO",))]),
        ("transform.column_unknown", [rule("a", model.Concat(columns=("NO",)))]),
        ("transform.column_twice", [rule("a"), rule("a")]),
        ("transform.column_twice", [rule("_ordinal")]),
        ("transform.pairs_unknown", [rule("a", model.Dictionary(name="no"))]),
        ("transform.pairs_unknown", [rule("a", model.Lookup(feed="no"))]),
        ("transform.format_unclear", [rule("a", model.Date(formats=("%d/%m",)))]),
        ("transform.format_unclear", [rule("a", model.Date(formats=("%Y-%m-%d %H:%M",)))]),
        ("transform.format_unclear", [rule("a", model.Date(formats=("%Y-%m-%d%",)))]),
        ("transform.predicate_unclear", [rule("a", model.When(test=Predicate()))]),
        ("transform.factor_unfit", [rule("a", model.Multiply(factor=Decimal("1e-20")))]),
        ("transform.factor_unfit", [rule("a", model.Multiply(factor=Decimal("1e19")))]),
        ("transform.text_unsound", [rule("a", model.Constant(value="\0"))]),
        ("transform.text_unsound", [rule("a", model.Constant(value="\ud840"))]),
        ("transform.constant_unfit", [rule("a", model.Constant(value=2**63))]),
        ("transform.kind_unreadable", [rule("a", kind=Kind.BINARY)]),
        ("transform.kind_unreadable", [rule("a", model.Trim(), from_=("BLOB",))]),
    ],
)
def test_it_refuses(code, rules):
    with pytest.raises(WrongUse) as caught:
        compiled(program(*rules), DUCKDB)
    assert caught.value.code == code


def test_it_refuses_an_operation_that_the_dialect_lacks_by_name():
    class Poor(DuckDB):
        name = "poor"
        operations = MappingProxyType({})

    with pytest.raises(LuodiError) as caught:
        compiled(program(rule("a", model.HalfWidth())), Poor())
    assert caught.value.code == "transform.operation_missing"
    assert caught.value.params == {"operation": "half_width", "dialect": "poor"}


def test_it_refuses_to_read_what_nobody_shows():
    part = model.Specification(part=model.SpecificationPart.COUNT)
    with pytest.raises(LuodiError) as caught:
        compiled(program(rule("a", part)), DUCKDB)
    assert caught.value.code == "transform.rows_unread"


# --- conditions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("predicate", "ordinals"),
    [
        (Predicate(column="XB", compare=Compare.EQ, value="男"), [1]),
        (Predicate(column="XM", compare=Compare.BLANK), [3]),
        (Predicate(column="XM", compare=Compare.NOT_BLANK), [1, 2]),
        (Predicate(column="CSRQ", compare=Compare.NULL), [3]),
        (Predicate(column="CSRQ", compare=Compare.NOT_NULL), [1, 2]),
        (Predicate(column="CSRQ", compare=Compare.NE, value="x"), [1, 2]),
        (Predicate(column="CSRQ", compare=Compare.NOT_IN, value=("x",)), [1, 2]),
        (Predicate(column="CSRQ", compare=Compare.IN, value=()), []),
        (Predicate(column="CSRQ", compare=Compare.STARTS, value="1980/"), [2]),
        (Predicate(column="CSRQ", compare=Compare.ENDS, value="31"), [1]),
        (Predicate(column="CSRQ", compare=Compare.CONTAINS, value="%"), []),
        (Predicate(column="JE", compare=Compare.GT, value="0.005"), [1]),
        (Predicate(column="JE", compare=Compare.LT, value="1.505"), [1, 2]),
        (Predicate(column="JE", compare=Compare.EQ, value="1.5"), [1]),
        (Predicate(column="JE", compare=Compare.EQ, value="1.501"), []),
        (Predicate(column="JE", compare=Compare.NE, value="1.501"), [1, 2]),
        (Predicate(column="JE", compare=Compare.IN, value=(0, "1.50")), [1, 2]),
        (
            Predicate(
                column="XB",
                compare=Compare.NE,
                value="2",
                any=(
                    Predicate(column="JE", compare=Compare.GT, value=1),
                    Predicate(all=(Predicate(column="JE", compare=Compare.NULL),)),
                ),
            ),
            [1, 3],
        ),
    ],
)
def test_a_condition_is_true_or_false(db, predicate, ordinals):
    sql = condition(predicate, COLUMNS, DUCKDB)
    assert db.execute(f"SELECT count(*) FROM s WHERE ({sql}) IS NULL").fetchall() == [(0,)]
    found = db.execute(f"SELECT _ordinal FROM s WHERE {sql} ORDER BY 1").fetchall()
    assert [ordinal for (ordinal,) in found] == ordinals


@pytest.mark.parametrize(
    "predicate",
    [
        Predicate(),
        Predicate(column="XM"),
        Predicate(column="XM", compare=Compare.EQ),
        Predicate(compare=Compare.EQ, value="1"),
        Predicate(column="XM", compare=Compare.IN, value="1"),
        Predicate(column="XM", compare=Compare.NULL, value="1"),
        Predicate(any=(Predicate(),)),
        Predicate(column="JE", compare=Compare.EQ, value="a"),
        Predicate(column="NO", compare=Compare.NULL),
    ],
)
def test_a_condition_that_is_none_is_refused(predicate):
    with pytest.raises(WrongUse):
        condition(predicate, COLUMNS, DUCKDB)
