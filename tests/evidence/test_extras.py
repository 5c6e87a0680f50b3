"""Optional parts are missing by name."""

import sys
import tomllib
from pathlib import Path

import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.extras import extras, present, require

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_it_works():
    assert require("json").dumps([1]) == "[1]"
    assert present("json")


@pytest.mark.parametrize("module", ["gmssl", "gmssl.sm2"])
def test_a_missing_part_says_its_name_and_its_extra(monkeypatch, module):
    monkeypatch.setitem(sys.modules, "gmssl", None)
    monkeypatch.delitem(sys.modules, "gmssl.sm2", raising=False)
    with pytest.raises(LuodiError) as missing:
        require(module)
    assert missing.value.code == "evidence.extra_missing"
    assert missing.value.params == {"module": "gmssl", "extra": "gm"}
    assert 'pip install "luodi[gm]"' in missing.value.next_step("zh")


@pytest.mark.parametrize("module", ["gmssl_is_not_here", "gmssl_is_not_here.sm2"])
def test_what_is_not_installed_is_not_present(module):
    assert not present(module)


def test_every_extra_is_one_of_pyproject():
    known = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]["optional-dependencies"]
    assert {part["extra"] for part in extras().values()} <= set(known)
    assert all(part["zh"] and part["en"] for part in extras().values())
