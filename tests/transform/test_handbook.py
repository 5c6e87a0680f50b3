"""The handbook names every operation and parameter, and every example of it is a mapping."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from luodi.transform import model
from luodi.transform.model import OPERATIONS, Compare, IdPart, Operation, SpecificationPart
from luodi.transform.work import name_of

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"zh": DOCS / "transform.md", "en": DOCS / "transform.en.md"}

languages = pytest.mark.parametrize("lang", PAGES)


def rows(lang):
    """Operation → the words in code of its parameters."""
    found = {}
    for line in PAGES[lang].read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) >= 4:
            found[cells[0].strip("`")] = re.findall(r"`([a-z_]+)`", cells[1])
    return found


@languages
def test_every_operation_and_parameter_is_named(lang):
    expected = {name_of(one): list(one.__struct_fields__) for one in OPERATIONS}
    assert rows(lang) == expected


@languages
def test_the_number_of_operations_is_right(lang):
    assert str(len(OPERATIONS)) in PAGES[lang].read_text("utf-8")


@languages
def test_every_word_of_a_closed_set_is_named(lang):
    text = PAGES[lang].read_text("utf-8")
    words = [word.value for group in (Compare, IdPart, SpecificationPart) for word in group]
    assert [word for word in words if f"`{word}`" not in text] == []


@languages
def test_every_example_is_a_pipeline(lang):
    text = PAGES[lang].read_text("utf-8")
    lines = re.findall(r"^steps = .*$", text, re.MULTILINE)
    used = set()
    for line in lines:
        steps = msgspec.convert(tomllib.loads(line)["steps"], tuple[Operation, ...])
        used |= {type(step) for step in flattened(steps)}
    assert {name_of(one) for one in set(OPERATIONS) - used} == set()


def flattened(steps):
    for step in steps:
        yield step
        if isinstance(step, model.When):
            yield from flattened((*step.then, *step.other))
