"""The example of the handbook works as it is printed, in both languages."""

import re
from pathlib import Path

import pytest

from luodi.evidence.shape import parse_toml
from luodi.migration.mapping.check import check
from luodi.migration.mapping.model import Book, Dictionary
from luodi.migration.mapping.read import parse_mapping
from luodi.migration.mapping.rule_parse import parse_pipeline
from luodi.migration.mapping.rule_text import pipeline_text

DOCS = Path(__file__).parents[3] / "docs"


def blocks(page, language):
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("page", ["mapping.md", "mapping.en.md"])
def test_it_works(page):
    (text,) = blocks(page, "toml")
    mapping = parse_mapping(parse_toml(text, page), "patients", page)
    book = Book(mappings=(mapping,), dictionaries=(Dictionary(name="sex"),))
    assert {f.code for f in check(book)} == {"migration.map_not_connected"}


@pytest.mark.parametrize("page", ["mapping.md", "mapping.en.md"])
def test_rules_read(page):
    (text,) = blocks(page, "text")
    rules = text.strip().splitlines()
    assert len(rules) >= 4
    for rule in rules:
        assert pipeline_text(parse_pipeline(rule)) == rule
