"""Words become values, or a sentence that says why they cannot."""

import json

import pytest


@pytest.fixture
def check(sample):
    return lambda *words: sample("gate", "check", "上线", *words)


def test_it_works(sample):
    ran = sample(
        *("gate", "check", "上线 关口", "--folder", "/落地 目录", "--verdict", "no-go"),
        *("--colour", "green", "--rows", "9", "--limit", "0.10", "--day", "2026-03-01"),
        *("--name", "甲", "--name", "乙", "--loud", "--json"),
    )
    assert ran.code == 1
    assert json.loads(ran.out)["result"] == {
        "gate": "上线 关口",
        "folder": "/落地 目录",
        "verdict": "no-go",
        "colour": "green",
        "rows": 9,
        "limit": "0.10",
        "day": "2026-03-01",
        "name": ["甲", "乙"],
        "loud": True,
        "at": "2026-03-01T00:00:00Z",
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--rows", "0"], "--rows 不能小于 1，给的是 0。"),
        (["--rows", "10"], "--rows 不能大于 9，给的是 10。"),
        (["--rows", "１"], "--rows 要一个数，“１”不是。"),
        (["--rows", "1_0"], "“1_0”不是"),
        (["--rows", "9" * 31], "不是"),
        (["--rows", "1.5"], "“1.5”不是"),
        (["--limit", "NaN"], "“NaN”不是"),
        (["--limit", "1e5"], "“1e5”不是"),
        (["--day", "2026-02-30"], "--day 要一个日期"),
        (["--day", "2026/3/1"], "--day 要一个日期"),
        (["--verdict", "nogo"], "您要的是不是 no-go？可选：go、no-go。"),
        (["--colour", "blue"], "--colour 不能是“blue”，可选：red、green。"),
        (["--lang", "fr"], "--lang 不能是“fr”，可选：zh、en。"),
    ],
)
def test_a_wrong_value_is_refused_by_name(check, words, sentence):
    ran = check(*words)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err
    assert "下一步" in ran.err


def test_what_is_missing_is_named(sample, tmp_path):
    assert "缺少参数 GATE。" in sample("gate", "check").err
    assert "缺少参数 SCANS。" in sample("gate", "sign", "--signer", "a").err
    scan = tmp_path / "a"
    scan.touch()
    ran = sample("gate", "sign", str(scan))
    assert (ran.code, "缺少必填选项 --signer。" in ran.err) == (2, True)


def test_a_path_is_looked_at(sample, tmp_path):
    absent, folder = tmp_path / "没 有", tmp_path
    assert f"SCANS：找不到 {absent}。" in sample("gate", "sign", str(absent), "--signer", "a").err
    ran = sample("gate", "sign", str(folder), "--signer", "a")
    assert (ran.code, f"SCANS 要一个文件，{folder} 是目录。" in ran.err) == (2, True)


def test_a_mistake_in_a_value_is_data_for_a_program(check):
    said = json.loads(check("--rows", "x", "--json").out)
    assert said["exit"] == 2
    assert said["error"]["code"] == "cli.not_a_number"
    assert said["error"]["params"] == {
        "name": "--rows",
        "value": "x",
        "help": "luodi gate check --help",
    }
