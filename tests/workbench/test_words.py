"""Nothing is said that is not in the catalogue: no bare words in templates, no Chinese in code."""

import ast
import re
from pathlib import Path

import pytest

import luodi.workbench

ROOM = Path(luodi.workbench.__file__).parent
TEMPLATES = sorted(ROOM.rglob("templates/**/*.html"))
CODE = sorted(
    path
    for path in ROOM.rglob("*.py")
    if path.name not in ("demo.py", "sample.py") and "migrations" not in path.parts
)
CJK = re.compile(r"[\u3400-\u9fff]")

# The name of the house, what is written on keys, the other language's own name, and weekdays,
# which the day filter picks from by language.
NAMES = {"落地 Luodi", "Luodi", "Esc", "Enter", "English", "中文", "简体中文", "Luodi 落地"}
NAMES |= {"f", "j", "k", "一二三四五六日", "周", "Luodi："}
SPOKEN_ATTRIBUTES = re.compile(r'\b(?:aria-label|placeholder|title|alt)="([^"]*)"')


def bare(text: str) -> str:
    """What a template says itself, without tags, variables and markup."""
    text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", text, flags=re.S)
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.S)
    said = " ".join(SPOKEN_ATTRIBUTES.findall(text))
    return f"{re.sub(r'<[^>]*>', ' | ', text)} | {said}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOM).as_posix())
def test_a_template_says_only_what_the_catalogue_says(path: Path) -> None:
    words = {each.strip(" \n·/，、：:") for each in bare(path.read_text("utf-8")).split("|")}
    assert {each for each in words - NAMES if re.search(r"[^\W\d_]", each)} == set()


def docstrings(tree: ast.AST) -> set[int]:
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOM).as_posix())
def test_code_speaks_no_chinese(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    silent = docstrings(tree)
    found = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in silent
        and CJK.search(node.value)
    }
    assert found - NAMES == set()
