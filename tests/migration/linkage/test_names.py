"""names: every distinct text once, into a table."""

import duckdb

from luodi.evidence.progress import Silent
from luodi.migration.linkage import names
from luodi.migration.linkage.into import into


def taken(take, *texts):
    with duckdb.connect() as db:
        db.execute("CREATE TABLE t (x VARCHAR)")
        into(db, "t", [(text,) for text in texts])
        take(db, "SELECT x FROM t", "taken", Silent())
        found = db.execute("SELECT * FROM taken")
        columns = [column for column, *_ in found.description]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def test_it_works():
    (one,) = taken(names.take_names, "張偉（作废）")
    expected = {
        "key": "张伟",
        "kind": "person",
        "surname": "张",
        "given": "伟",
        "pinyin": "zhangwei",
    }
    assert one.items() >= expected.items()
    assert (one["sound"], one["chinese"]) == ("zan wei", True)


def test_nobody_has_no_key():
    assert [one["key"] for one in taken(names.take_names, "无名氏", "***", "")] == [None] * 3


def test_a_newborn_has_its_mothers_key():
    (one,) = taken(names.take_names, "王丽之次子")
    assert (one["key"], one["kind"], one["rank"], one["sex"]) == ("王丽", "newborn", 2, "1")


def test_words_of_other_scripts_are_sorted():
    first, second = taken(names.take_names, "Smith, John", "SMITH JOHN")
    assert first["sorted"] == second["sorted"] == "john smith"


def test_parts_of_names():
    chinese, other = taken(names.take_words, "偉", "O Neil")
    assert (chinese["key"], chinese["sound"], chinese["chinese"]) == ("伟", "wei", True)
    assert (other["key"], other["sound"], other["chinese"]) == ("oneil", "oneil", False)


def test_a_specification_that_does_not_parse_has_no_key():
    first, second, third = taken(
        names.take_specifications, "0.25g×12片/盒", "250mg*12片/盒", "盒装"
    )
    assert first["key"] == second["key"]
    assert third["key"] is None


def test_more_texts_than_a_piece(monkeypatch):
    monkeypatch.setattr(names, "CHUNK", 2)
    assert len(taken(names.take_names, *(f"王{n}" for n in "一二三四五"))) == 5
