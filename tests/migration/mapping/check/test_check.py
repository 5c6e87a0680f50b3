"""Checks: a sound mapping says nothing, every trouble is named with file, feed and column."""

import msgspec
import pytest

from luodi.evidence.catalogue import say
from luodi.evidence.model import Severity
from luodi.evidence.shape import parse_toml
from luodi.migration.mapping.check import Known, check
from luodi.migration.mapping.check.unmapped import Unmapped
from luodi.migration.mapping.model import Book, Dictionary, DictionaryRule, Terms
from luodi.migration.mapping.read import parse_mapping, read_book


def codes(findings):
    return [finding.code.removeprefix("migration.map_") for finding in findings]


@pytest.fixture
def known(catalogues):
    return Known(catalogues)


@pytest.fixture
def edited(folder):
    """The sample with some of its text replaced."""

    def edit(*pairs):
        text = (folder / "mapping" / "patients.toml").read_text("utf-8")
        for before, after in pairs:
            assert before in text
            text = text.replace(before, after, 1)
        mapping = parse_mapping(parse_toml(text, ""), "patients", "")
        return Book(mappings=(mapping,), dictionaries=read_book(folder).dictionaries)

    return edit


def test_it_works(folder, known):
    assert check(read_book(folder), known) == ()


def test_without_any_system(folder):
    findings = check(read_book(folder))
    assert codes(findings) == ["not_connected", "not_connected"]
    assert {finding.severity for finding in findings} == {Severity.WARN}


FEED = '[[feed]]\nid = "x"\nfrom = "pms_patient"\nto = "patient"\nkey = { column = "id" }\n'
EXCLUDE = "[[exclude]]"
LINK, REVIEW = 'link = "{}"\n{}[feed.key]', 'review = "patients"\n'


@pytest.mark.parametrize(
    ("before", "after", "code", "params"),
    [
        ('to = "sex"', 'to = "name"', "column_twice", {"column": "name", "count": 2}),
        ('strategy = "sequence"', 'strategy = "mapped"', "key_unruled", {"column": "id"}),
        ('to = "sex"', 'to = "id"', "key_ruled", {"strategy": "sequence"}),
        ('column = "id"', 'column = ""', "key_missing", {"feed": "patient"}),
        ('"pms_patient"', '"pms_patients"', "table_unknown", {"near": "pms_patient"}),
        ('to = "patient"', 'to = "patients"', "table_unknown", {"system": "new_his"}),
        ('["gender"]', '["gendre"]', "source_column_unknown", {"near": "gender"}),
        ('to = "balance"', 'to = "balanc"', "target_column_unknown", {"near": "balance"}),
        ('to = "name"', 'to = "serial"', "generated", {"column": "serial"}),
        ('to = "name"', 'to = "birth"', "required_unmapped", {"column": "name"}),
        ('{ op = "decimal", scale = 2 }', "", "kind", {"found": "text", "operation": "decimal"}),
        ('{ op = "date", formats', '{ op = "trim" }, { op = "date_time", formats', "kind", {}),
        (', { op = "require" }', "", "null", {"column": "name"}),
        ("[feed.key]", LINK.format("sex", ""), "link_queue", {"feed": "patient"}),
        ("[feed.key]", LINK.format("sex", REVIEW), "link_unfit", {"column": "sex"}),
        ("[feed.key]", LINK.format("id", REVIEW), "link_unfit", {"column": "id"}),
        ("[feed.key]", LINK.format("sexx", REVIEW), "target_column_unknown", {"near": "sex"}),
        ('["gender"]', '["name"]', "", {}),
        ('name = "sex"', 'name = "sexx"', "dictionary_missing", {"near": "sex"}),
        ("老库只读备份，机房 A3", " ", "exclusion_home", {"exclusion": "login_log"}),
        ("登录日志不迁", "", "exclusion_reason", {"exclusion": "login_log"}),
        ('"sms_login_log"', '"sms_log"', "table_unplaced", {"table": "sms_login_log", "rows": 7}),
        (EXCLUDE, FEED + EXCLUDE, "feed_empty", {"feed": "x"}),
        (EXCLUDE, FEED.replace('"x"', '"patient"') + EXCLUDE, "feed_twice", {"count": 2}),
        (
            'op = "require"',
            'op = "lookup", feed = "person"',
            "lookup_unknown",
            {"lookup": "person"},
        ),
        ('op = "require"', 'op = "coalesce", columns = ["nick"]', "source_column_unknown", {}),
        ('["birthday"]', '["balance"]', "", {}),
        ('strategy = "sequence"', 'strategy = "uuid"', "key_kind", {"strategy": "uuid"}),
        (
            "[feed.key]",
            'merge = { by = ["nam"] }\n[feed.key]',
            "merge_unknown",
            {"near": "name"},
        ),
        (
            "[feed.key]",
            'source_key = ["idd"]\n[feed.key]',
            "source_column_unknown",
            {"name": "idd"},
        ),
        (
            "[feed.key]",
            'where = { column = "xb", compare = "null" }\n[feed.key]',
            "source_column_unknown",
            {"column": "where"},
        ),
    ],
)
def test_trouble_by_name(edited, known, before, after, code, params):
    findings = {item.code: item for item in check(edited((before, after)), known)}
    if not code:
        assert not any(f.severity is Severity.ERROR for f in findings.values())
        return
    finding = findings[f"migration.map_{code}"]
    assert params.items() <= finding.params.items()
    for lang in ("zh", "en"):
        assert "{" not in say(finding.code, finding.params, lang)


def test_a_text_that_is_too_long(edited, known):
    trouble = check(
        edited(('{ op = "dictionary", name = "sex" }', ""), ('["gender"]', '["name"]')), known
    )
    assert "length" in codes(trouble)
    shortened = '{ op = "length", most = 1, cut = true }'
    mended = check(
        edited(('{ op = "dictionary", name = "sex" }', shortened), ('["gender"]', '["name"]')),
        known,
    )
    assert "length" not in codes(mended)


def feeds(*pairs):
    """Feeds that look each other up."""
    return "".join(
        FEED.replace('"x"', f'"{name}"')
        + '[[feed.column]]\nto = "name"\nfrom = ["id"]\n'
        + f'steps = [{{ op = "lookup", feed = "{other}" }}]\n'
        for name, other in pairs
    )


def test_look_ups_in_a_circle(edited):
    book = edited((EXCLUDE, feeds(("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")) + EXCLUDE))
    found = [f for f in check(book) if f.code == "migration.map_lookup_cycle"]
    assert [finding.params["feeds"] for finding in found] == ["a → b → c → a"]


def test_a_feed_may_look_itself_up(edited):
    """A department's parent is a department: keys are known before rows."""
    assert "lookup_cycle" not in codes(check(edited((EXCLUDE, feeds(("a", "a")) + EXCLUDE))))


def test_a_long_chain_of_look_ups(edited):
    chain = [(f"f{n}", f"f{n + 1}") for n in range(2000)]
    assert "lookup_cycle" not in codes(check(edited((EXCLUDE, feeds(*chain) + EXCLUDE))))


def test_a_source_without_a_key(edited, catalogues):
    old = catalogues["old_his"]
    bare = msgspec.structs.replace(
        old, tables=tuple(msgspec.structs.replace(table, primary_key=()) for table in old.tables)
    )
    known = Known({**catalogues, "old_his": bare})
    assert "source_key" in codes(check(edited(), known))
    named = edited(("[feed.key]", 'source_key = ["id"]\n[feed.key]'))
    assert "source_key" not in codes(check(named, known))


def test_an_empty_table_without_a_place(edited, catalogues):
    """It loses no row; it is said, and stops nothing."""
    old = catalogues["old_his"]
    empty = msgspec.structs.replace(
        old, tables=tuple(msgspec.structs.replace(table, rows=0) for table in old.tables)
    )
    findings = check(edited(('"sms_login_log"', '"pms_patient"')), Known({"old_his": empty}))
    found = next(f for f in findings if f.code == "migration.map_table_unplaced")
    assert found.severity is Severity.INFO


def dictionary(*entries):
    return msgspec.convert({"name": "sex", "entries": entries}, Dictionary)


def test_entries_nobody_decided(folder):
    book = Book(
        mappings=read_book(folder).mappings,
        dictionaries=(
            dictionary(
                {"source_value": "1"},
                {"source_value": "2", "target_value": "F", "status": "proposed"},
                {"source_value": "3", "status": "accepted"},
            ),
        ),
    )
    assert {"entries_open", "entries_proposed", "entry_without_target"} <= set(codes(check(book)))


def test_a_dictionary_nobody_uses(edited):
    book = edited(
        ('{ op = "dictionary", name = "sex" }', '{ op = "trim" }'), ('id = "sex"', 'id = "dept"')
    )
    assert "dictionary_unused" in codes(check(book))


def test_values_the_target_does_not_have(folder):
    mapping = read_book(folder).mapping("patients")
    rule = DictionaryRule(id="sex", target=Terms(table="code_sex", value="code"))
    book = Book(
        mappings=(msgspec.structs.replace(mapping, dictionaries=(rule,)),),
        dictionaries=read_book(folder).dictionaries,
    )
    told = {("new_his", "code_sex", "code"): frozenset({"M"})}
    known = Known(values=lambda *place: told.get(place))
    found = next(f for f in check(book, known) if f.code == "migration.map_target_values")
    assert (found.count, found.params["table"]) == (1, "code_sex")


def test_values_without_an_entry(folder):
    missing = Unmapped(
        file="mapping/patients.toml",
        feed="patient",
        column="sex",
        dictionary="sex",
        values=2,
        strangers=1,
        rows=40,
    )
    found = next(
        f
        for f in check(read_book(folder), Known(unmapped=(missing,)))
        if f.code == "migration.map_values_unmapped"
    )
    assert (found.params["values"], found.count) == (2, 40)


# --- a source that declares nothing ---------------------------------------------------------------


def test_a_file_says_nothing_of_empty_values(edited, catalogues):
    """CSV and Excel declare no column; which rows are empty is for the load to say."""
    book = edited((', { op = "require" }', ""))
    old = next(each for each in catalogues.values() if each.system == book.mappings[0].source)
    file = msgspec.structs.replace(old, product="text")
    assert "null" in codes(check(book, Known(catalogues)))
    assert "null" not in codes(check(book, Known({**catalogues, file.system: file})))


def test_a_text_key_may_hold_numbers(edited, catalogues):
    book = edited(('strategy = "sequence"', 'strategy = "source"'))
    mapping = book.mappings[0]
    feed = msgspec.structs.replace(mapping.feeds[0], source_key=("name",))
    mapping = msgspec.structs.replace(mapping, feeds=(feed, *mapping.feeds[1:]))
    book = Book(mappings=(mapping,), dictionaries=book.dictionaries)
    (found,) = [f for f in check(book, Known(catalogues)) if "map_key" in f.code]
    assert (found.code, found.severity) == ("migration.map_key_text", Severity.WARN)
