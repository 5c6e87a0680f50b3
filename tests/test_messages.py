"""Every sentence that is spoken exists, in both languages, and every one that exists is spoken."""

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

import luodi
from luodi.evidence.catalogue import Message, messages, placeholders, shown
from luodi.evidence.freshness import Standing
from luodi.evidence.model import Choice, Environment, Kind, Side, Status, Verdict
from luodi.evidence.shape import Form, Spot

HOUSE = Path(luodi.__file__).parent
ROOMS = sorted(
    ".".join(path.parent.relative_to(HOUSE).parts) for path in HOUSE.rglob("messages.toml")
)
ROOM = "|".join(map(re.escape, ROOMS))
CODE = re.compile(
    rf"({ROOM})\.(?!(toml|jsonl|md|secret|sqlite3)$)[a-z][a-z0-9_]*"
)  # not landing.toml
FILES = {path: path.read_text("utf-8") for path in sorted(HOUSE.rglob("*.py"))}
TEMPLATES = {path: path.read_text("utf-8") for path in sorted(HOUSE.rglob("templates/**/*.html"))}
ENTRIES = {f"{room}.{name}": entry for room in ROOMS for name, entry in messages(room).items()}


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(FILES[path])))


def texts(path: Path) -> Iterator[str]:
    """String constants of a module; the parts of a formatted string are none."""
    parts = {
        id(part) for node in nodes(path) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.value


def data_texts() -> Iterator[str]:
    """Strings of the data files that name a code."""
    for path in HOUSE.rglob("*.toml"):
        if path.name != "messages.toml":
            yield from strings(tomllib.loads(path.read_text("utf-8")))


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from chain.from_iterable(map(strings, value.values()))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(strings, value))


def spoken() -> set[str]:
    """Codes that are written out."""
    quoted = chain.from_iterable(
        re.findall(r'\{% say "([a-z_.0-9]+)"', text) for text in TEMPLATES.values()
    )
    said = chain(data_texts(), table_texts(), quoted, *(texts(path) for path in FILES))
    return {text for text in said if CODE.fullmatch(text)}


def table_texts() -> Iterator[str]:
    """Cells of the tables of the workbench that name a code."""
    for path in (HOUSE / "workbench").rglob("*.tsv"):
        for line in path.read_text("utf-8").splitlines():
            yield from line.split("\t")


def families() -> set[str]:
    """Patterns of codes that are put together, such as ``evidence.word_{group}_{value}``."""
    found = set()
    for node in chain.from_iterable(map(nodes, FILES)):
        if isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(part.value) if isinstance(part, ast.Constant) else r"[a-z0-9_]+"
                for part in node.values
            ]
            first = node.values[0] if node.values else None
            begins = isinstance(first, ast.Constant) and re.match(rf"({ROOM})\.", str(first.value))
            if begins and len(parts) > 1:
                found.add("".join(parts))
    for text in TEMPLATES.values():
        for stem in re.findall(r"\|worded:\"([a-z._]+)\"", text):
            found.add(re.escape(f"{stem}_") + r"[a-z0-9_]+")
    return found


def bare(pattern: str) -> bool:
    """A family of everything in a room: what it speaks is a constant elsewhere in that room."""
    return re.fullmatch(r"[a-z\\.]+\\\.\[a-z0-9_\]\+", pattern) is not None


def bare_names() -> set[str]:
    found = set()
    for room in {pattern.split("\\")[0] for pattern in families() if bare(pattern)}:
        for path in FILES:
            if path.is_relative_to(HOUSE / room):
                found |= {f"{room}.{text}" for text in texts(path)}
    return found


def endings() -> set[str]:
    """Endings that are put behind a whole code, such as ``{code}_near``."""
    return {
        node.values[1].value
        for node in chain.from_iterable(map(nodes, FILES))
        if isinstance(node, ast.JoinedStr)
        and len(node.values) == 2
        and isinstance(node.values[1], ast.Constant)
        and re.fullmatch("(_[a-z]+)+", node.values[1].value)
    }


def test_it_works():
    assert "evidence" in ROOMS
    assert len(ENTRIES) > 100
    assert len(spoken()) > 100


def test_every_code_that_is_spoken_exists():
    assert spoken() - ENTRIES.keys() == set()


def test_every_family_has_members():
    childless = {
        pattern
        for pattern in families()
        if not any(re.fullmatch(pattern, code) for code in ENTRIES)
    }
    assert childless == set()


def test_no_entry_is_unused():
    patterns = [pattern for pattern in families() if not bare(pattern)]
    used = spoken() | bare_names()
    known = endings()
    used |= {f"{code}{ending}" for code in used for ending in known}
    unused = {
        code
        for code in ENTRIES.keys() - used
        if not any(re.fullmatch(pattern, code) for pattern in patterns)
    }
    assert unused == set()


@pytest.mark.parametrize(
    ("family", "members"),
    [
        ("word_verdict", Verdict),
        ("word_environment", Environment),
        ("word_side", Side),
        ("word_status", Status),
        ("word_kind", Kind),
        ("word_choice", Choice),
        ("word_form", Form),
        ("word_spot", Spot),
        ("reason_input", set(Standing) - {Standing.SAME}),
        ("span", ("day", "hour", "minute", "now")),
    ],
)
def test_every_family_is_whole(family, members):
    assert {f"evidence.{family}_{member}" for member in members} <= ENTRIES.keys()


# --- placeholders ---------------------------------------------------------------------------------


def test_both_languages_name_the_same_placeholders():
    def agree(words):
        return not words or placeholders([words["zh"]]) == placeholders([words["en"]])

    assert wrong(lambda entry: agree(entry.text) and agree(entry.remedy)) == []


def wrong(right: Callable[[Message], bool]) -> list[str]:
    """Name the entries that are not right."""
    return [code for code, entry in ENTRIES.items() if not right(entry)]


def asked(entry: Message) -> frozenset[str]:
    return placeholders([entry.text["zh"], *entry.remedy.values()])


def given() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Where a code is spoken beside its parameters: the place, the code and their names."""
    for path in FILES:
        for node in nodes(path):
            if isinstance(node, ast.Call) and (found := said_with(node)):
                yield (f"{path.relative_to(HOUSE)}:{node.lineno}", *found)


def said_with(call: ast.Call) -> tuple[str, frozenset[str]] | None:
    values = [*call.args, *(word.value for word in call.keywords)]
    code = next(
        (
            value.value
            for value in values
            if isinstance(value, ast.Constant)
            and isinstance(value.value, str)
            and value.value in ENTRIES
        ),
        None,
    )
    if code is None:
        return None
    if isinstance(call.func, ast.Name) and call.func.id == "chain_finding":
        return code, frozenset({"writer"} | {word.arg for word in call.keywords if word.arg})
    table = next((value for value in values if isinstance(value, ast.Dict)), None)
    if table is None or not all(isinstance(key, ast.Constant) for key in table.keys):
        return None
    return code, frozenset(key.value for key in table.keys)


def test_every_placeholder_is_given():
    missing = [
        (place, code, sorted(asked(ENTRIES[code]) - names))
        for place, code, names in given()
        if not asked(ENTRIES[code]) <= names
    ]
    assert missing == []


# --- words ----------------------------------------------------------------------------------------

NAMES = {"Luodi", "Windows", "Linux", "Python", "Excel", "Ed25519", "U"}  # U盘
ENGLISH = {
    "a",
    "an",
    "and",
    "are",
    "be",
    "can",
    "for",
    "from",
    "has",
    "is",
    "it",
    "not",
    "of",
    "the",
}


def latin(sentence: str) -> set[str]:
    plain = re.sub(r"\{[^}]*\}", " ", sentence)
    return set(re.findall(r"[A-Za-z][A-Za-z0-9_]*", plain))


def test_a_chinese_sentence_is_chinese():
    """Latin words in it are names, commands and keys, which the English entry writes as well."""

    def chinese(entry):
        english = latin(" ".join([entry.text["en"], *entry.remedy.values()])) - ENGLISH
        sentences = (entry.text["zh"], entry.remedy.get("zh", ""))
        return all(latin(sentence) - NAMES <= english for sentence in sentences)

    assert wrong(chinese) == []


def test_an_english_sentence_is_english():
    signs = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")

    def english(entry):
        return not signs.search(entry.text["en"] + entry.remedy.get("en", ""))

    assert wrong(english) == []


def test_every_sentence_can_be_filled():
    """Whatever the parameters hold, a sentence comes out and nothing stays in braces."""

    def filled(entry):
        params = {name: shown("甲{乙}", "zh") for name in asked(entry)}
        return all(
            sentence.strip() and not re.search(r"\{[a-z_]+\}", sentence.format_map(params))
            for sentence in (*entry.text.values(), *entry.remedy.values())
        )

    assert wrong(filled) == []
