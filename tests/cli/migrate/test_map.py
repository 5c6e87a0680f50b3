"""``luodi migrate map``: begin, check, carry through Excel, compare, sign, from the terminal."""

import json
from pathlib import Path

import openpyxl
import pytest


def result(ran):
    return json.loads(ran.out)["result"]


@pytest.fixture
def begun(luodi, project):
    """A domain with one feed and one rule."""
    words = ["--source", "old_his", "--target", "new_his", "--title", "患者"]
    assert luodi("migrate", "map", "new", "patients", *words, "--table", "brxx=patient").code == 0
    path = Path("mapping/patients.toml")
    rule = '\n[[feed.column]]\nto = "name"\nfrom = ["xm"]\nsteps = [{ op = "trim" }]\n'
    path.write_text(path.read_text("utf-8") + rule, "utf-8")
    return path


def test_it_works(luodi, begun):
    ran = luodi("migrate", "map")
    assert (ran.code, ran.err) == (0, "")
    assert "patients" in ran.out
    assert "患者" in ran.out


def test_nothing_yet(luodi, project):
    assert "luodi migrate map new" in luodi("migrate", "map").out
    ran = luodi("migrate", "map", "check")
    assert (ran.code, ran.out) == (2, "")
    assert "还没有任何对照" in ran.err


def test_help_lists_the_verbs(luodi):
    ran = luodi("migrate", "map", "--help")
    assert (ran.code, ran.err) == (0, "")
    for name in ("show", "new", "check", "export", "import", "diff", "sign", "versions"):
        assert f"  {name} " in ran.out


def test_a_verb_that_is_not_there(luodi, project):
    ran = luodi("migrate", "map", "chekc")
    assert ran.code == 2
    assert "chekc" in ran.err


def test_begin_twice(luodi, begun):
    ran = luodi("migrate", "map", "new", "patients", "--source", "a", "--target", "b")
    assert ran.code == 2
    assert "mapping/patients.toml" in ran.err


def test_a_pair_that_is_none(luodi, project):
    words = ["--source", "a", "--target", "b", "--table", "brxx"]
    assert luodi("migrate", "map", "new", "x", *words).code == 2


def test_check_and_versions(luodi, begun):
    checked = result(luodi("migrate", "map", "check", "--json"))
    assert checked["sound"]
    assert checked["verdicts"] == {"mapping:patients": "warn"}  # neither system was connected
    begun.write_text(begun.read_text("utf-8").replace('"trim"', '"upper"'), "utf-8")
    ran = luodi("migrate", "map", "diff", checked["version"][:8])
    assert ran.code == 1
    assert "xm | upper" in ran.out
    listed = result(luodi("migrate", "map", "versions", "--json"))
    assert [(v["id"], v["kept"]) for v in listed["versions"]] == [(checked["version"], True)]
    assert listed["present"] != checked["version"]


def test_unsound(luodi, begun):
    begun.write_text(begun.read_text("utf-8").replace('"trim"', '"lookup", feed = "x"'), "utf-8")
    ran = luodi("migrate", "map", "check")
    assert ran.code == 1
    assert "数据流 x 不存在" in ran.out


def test_through_excel(luodi, begun):
    assert luodi("migrate", "map", "export", "对照.xlsx").code == 0
    assert luodi("migrate", "map", "export", "对照.xlsx").code == 2  # it is there
    same = luodi("migrate", "map", "import", "对照.xlsx")
    assert (same.code, same.out) == (0, "没有差别。\n")
    file = openpyxl.load_workbook("对照.xlsx")
    file["患者"]["K2"] = "trim | half_width"
    file.save("对照.xlsx")
    looked = luodi("migrate", "map", "import", "对照.xlsx")
    assert looked.code == 1
    assert "--take" in looked.out
    assert "half_width" not in begun.read_text("utf-8")
    assert luodi("migrate", "map", "import", "对照.xlsx", "--take").code == 0
    assert "half_width" in begun.read_text("utf-8")


def test_excel_over_newer_edits(luodi, begun):
    luodi("migrate", "map", "export", "对照.xlsx")
    begun.write_text(begun.read_text("utf-8").replace('"trim"', '"upper"'), "utf-8")
    ran = luodi("migrate", "map", "import", "对照.xlsx", "--take")
    assert ran.code == 2
    assert "mapping/patients.toml" in ran.err
    assert '"upper"' in begun.read_text("utf-8")


def test_sign(luodi, begun):
    Path("签字.pdf").write_bytes(b"signed")
    words = ["--scan", "签字.pdf", "--signer", "王主任"]
    assert luodi("migrate", "map", "sign", "patients", *words).code == 0
    shown = result(luodi("migrate", "map", "--json"))
    assert shown["domains"][0]["signed"]
    assert luodi("migrate", "map", "sign", "--exclusions", *words).code == 2
    assert luodi("migrate", "map", "sign", *words).code == 2
    assert luodi("migrate", "map", "sign", "patients").code == 2
