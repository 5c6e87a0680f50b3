"""What every command has; every command of the tree is walked."""

import importlib
import json
import re
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from luodi.cli import command
from luodi.evidence.catalogue import LANGUAGES, lookup

# What Typer would say by itself.
ENGLISH = re.compile(
    r"Usage|Options|Arguments|Commands|Show this message|default:|required|Missing|No such|Try '"
)


def tree(path: tuple[str, ...], node: Any) -> list[tuple[tuple[str, ...], Any]]:
    found = [(path, node)]
    if isinstance(node, TyperGroup):
        for name in node.list_commands(None):
            found += tree((*path, name), node.get_command(None, name))
    return found


TREE = tree((), command.root())
every_command = pytest.mark.parametrize(
    ("path", "node"), TREE, ids=[" ".join(path) or "luodi" for path, _ in TREE]
)


def test_it_works(sample):
    ran = sample("gate", "check", "上线", "--json")
    assert json.loads(ran.out) == {
        "command": "gate check",
        "exit": 0,
        "result": {
            "gate": "上线",
            "folder": ".",
            "verdict": "go",
            "colour": "red",
            "rows": 1,
            "limit": None,
            "day": None,
            "name": None,
            "loud": False,
            "at": "2026-03-01T00:00:00Z",
        },
    }


@every_command
def test_every_text_is_in_the_catalogue(path, node):
    codes = [node.help, *(param.help for param in node.params)]
    for param in node.params:
        assert param.opts, path
    assert [code for code in codes if not code or lookup(code) is None] == []


@every_command
def test_every_command_speaks_both_forms_and_languages(path, node):
    names = {name for param in node.params for name in param.opts}
    assert {"--json", "--lang", "--help"} <= names


@every_command
def test_every_page_is_in_the_readers_language(luodi, path, node):
    pages = {lang: luodi(*path, "--help", "--lang", lang) for lang in LANGUAGES}
    for page in pages.values():
        assert (page.code, page.err) == (0, "")
        assert "cli." not in page.out
    assert "用法：luodi" in pages["zh"].out
    assert not ENGLISH.search(pages["zh"].out)
    assert not re.search("[\u4e00-\u9fff]", pages["en"].out)


@every_command
def test_every_verb_is_built_from_our_classes(path, node):
    assert isinstance(node, (command.Group, command.Verb))


@pytest.mark.parametrize(
    "words",
    [
        ("--lang", "en", "--json", "gate", "sign"),
        ("gate", "--lang", "en", "--json", "sign"),
        ("gate", "sign", "--lang=en", "--json"),
    ],
)
def test_the_common_options_stand_anywhere(sample, words):
    ran = sample(*words)
    assert json.loads(ran.out)["error"]["text"] == "The argument SCANS is missing."


def test_the_last_language_counts(sample):
    assert "缺少" in sample("--lang", "en", "gate", "sign", "--lang", "zh").err


def test_a_value_that_looks_like_an_option_is_a_value(sample, tmp_path):
    scan = tmp_path / "a"
    scan.touch()
    ran = sample("gate", "sign", str(scan), "--signer", "--json")
    assert (ran.code, ran.out.startswith("找不到")) == (0, True)


def test_what_follows_two_dashes_is_an_argument(sample):
    ran = sample("gate", "check", "--", "--json")
    assert (ran.code, "--json" in ran.out) == (0, True)


@pytest.mark.parametrize("words", [(), ("gate",)])
def test_a_group_alone_says_what_it_can_do(sample, words):
    ran = sample(*words)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("用法：luodi")


def test_a_group_alone_is_wrong_use_for_a_program(sample):
    ran = sample("gate", "--json")
    assert ran.code == 2
    assert json.loads(ran.out)["error"]["code"] == "cli.no_command"


def test_too_many_arguments_are_refused(sample):
    ran = sample("gate", "check", "上线", "落地", "目录")
    assert ran.code == 2
    assert "多出了参数：落地 目录。" in ran.err
    assert "luodi gate check --help" in ran.err


def test_a_verb_without_a_result_says_so_to_a_program(sample):
    assert json.loads(sample("gate", "nothing", "--json").out)["result"] is None
    assert sample("gate", "nothing").out == ""


def test_only_commands_that_are_there_are_listed(luodi):
    names = command.root().list_commands(None)
    assert {"version", "doctor"} <= set(names)
    assert all(importlib.util.find_spec(f"luodi.cli.{name}") for name in names)
    listed = re.findall(r"^  ([a-z]+) ", luodi("--help").out, re.MULTILINE)
    assert listed == names


def test_every_command_of_the_table_has_its_sentence():
    table = command.tomllib.loads(
        (command.resources.files("luodi") / "cli" / "commands.toml").read_text("utf-8")
    )
    for section in table["section"]:
        assert lookup(section["title"]), section
        for name in section["commands"]:
            assert lookup(f"cli.{name}_help"), name


def test_a_group_is_one_even_with_a_single_verb():
    app = command.group("key")

    @app.command()
    def show_all() -> None: ...

    built = app.built()
    assert isinstance(built, command.Group)
    assert built.list_commands(None) == ["show-all"]
    assert built.commands["show-all"].help == "cli.key_show_all_help"


def test_an_exit_of_a_verb_is_honoured(sample, monkeypatch):
    def leave(*_):
        raise typer.Exit(3)

    monkeypatch.setattr("luodi.cli.terminal.Terminal.finish", leave)
    assert sample("gate", "check", "x").code == 3
