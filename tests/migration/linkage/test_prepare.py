"""prepare: normal forms, in which a value that says nothing is none."""

import duckdb
import pytest

from luodi.evidence.progress import Silent
from luodi.migration.linkage.bind import bind
from luodi.migration.linkage.into import into
from luodi.migration.linkage.prepare import Side, prepare


@pytest.fixture(scope="module")
def db():
    with duckdb.connect() as db:
        yield db


def prepared(db, field, *values):
    """The normal form of values of a field, in their order."""
    db.execute(
        f"CREATE OR REPLACE TABLE t (_ordinal BIGINT, id VARCHAR, {field} VARCHAR, text VARCHAR)"
    )
    into(db, "t", [(n, f"{n:03}", value, "there") for n, value in enumerate(values)])
    fields = bind([field, "text"], {"text": ("text",)}, table="t")
    prepare(db, (Side("t", "t", "id", "_ordinal", fields),), Silent())
    return [value for (value,) in db.execute(f"SELECT {field} FROM record ORDER BY rid").fetchall()]


def test_it_works(db):
    written = [
        "1980-01-02",
        "1980/1/2",
        "19800102",
        "1980.1.2",
        "1980年1月2日",
        "1980-01-02 00:00:00",
    ]
    assert set(prepared(db, "birth", *written)) == {"19800102"}


def test_the_day_stands_first_unless_a_month_cannot(db):
    assert prepared(db, "birth", "03/04/1990") == ["19900403"]
    assert prepared(db, "birth", "03/04/1990", "03/25/1990") == ["19900304", "19900325"]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("birth", ["1900-01-01", "0000-00-00", "9999-12-31", "1899-12-30", "不详"]),
        ("id_card", ["111111111111111111", "123456789012345678", "00000000000000000X", "无", "1"]),
        ("phone", ["13800000000", "11111111111", "13800138000", "12345678901", "0", "无"]),
        ("address", ["不详", "/", "　", "无"]),
        ("sex", ["9", "未知", "U"]),
    ],
)
def test_values_that_stand_for_nothing(db, field, values):
    assert prepared(db, field, *values, "1980-05-06")[:-1] == [None] * len(values)


def test_identity_cards(db):
    whole = "11010519491231002X"
    written = [
        whole,
        "110105 19491231 002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105491231002",
    ]
    assert set(prepared(db, "id_card", *written)) == {whole}
    valid = db.execute("SELECT DISTINCT id_card_valid FROM record").fetchall()
    assert valid == [(True,)]


def test_papers_of_other_people_stay_as_they_are(db):
    assert prepared(db, "id_card", "H0123456701", "m01234567(02)", "E-12345678", "12345678A") == [
        "H01234567",
        "M01234567",
        "E12345678",
        "12345678A",
    ]


def test_sexes(db):
    assert prepared(db, "sex", "1", "男", "M", "2", "女性", "f", "0") == [*"111222", None]
    assert prepared(db, "sex", "0", "1") == ["0", "1"]


def test_phones(db):
    written = [
        "13912345670",
        "139-1234-5670",
        "+86 139 1234 5670",
        "0086-13912345670",
        "１３９１２３４５６７０",
    ]
    assert set(prepared(db, "phone", *written)) == {"13912345670"}


def test_addresses(db):
    assert set(prepared(db, "address", "杭州市西湖區 學院路8号", "杭州市西湖区学院路8号。")) == {
        "杭州市西湖区学院路8号"
    }


def test_names(db):
    assert prepared(db, "name", "張三（作废）", " 张 三", "无名氏", "") == [
        "张三",
        "张三",
        None,
        None,
    ]
