"""``luodi key``: show, new, trust, distrust."""

import json

import pytest

from luodi.evidence.model import Side
from luodi.landing import keys
from luodi.landing.home import Home
from luodi.landing.settings import Settings

CARD = {"name", "side", "suite", "writer", "fingerprint", "line", "trusted"}
ROW = {"name", "side", "writer", "fingerprint"}


@pytest.fixture
def colleague(tmp_path):
    settings = Settings.read(
        {"LUODI_HOME": str(tmp_path / "other"), "LUODI_ACTOR": "李 主任", "LUODI_SIDE": "hospital"}
    )
    return keys.show(keys.own_signer(Home.of(settings), settings))


def result(ran):
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)["result"]


def test_it_works(luodi, monkeypatch):
    monkeypatch.setenv("LUODI_ACTOR", "王工")
    ran = luodi("key", "show")
    assert (ran.code, ran.err) == (0, "")
    card = result(luodi("key", "show", "--json"))
    assert card.keys() == CARD
    assert ran.out.splitlines() == [
        "本机密钥：王工，代表厂商，ed25519-sha256",
        f"指纹（打电话逐组核对）：{card['fingerprint']}",
        f"发给对方的一行：{card['line']}",
    ]
    assert result(luodi("key", "show", "--json")) == card
    assert luodi("key", "show", "--lang", "en").out.startswith("This machine's key: 王工, for ")


def test_no_private_key_is_ever_shown(luodi, luodi_home):
    luodi("key", "show")
    text = (luodi_home / "keys" / "signing.toml").read_text(encoding="utf-8")
    private = next(line for line in text.splitlines() if line.startswith("private"))[11:-1]
    for words in (["show"], ["show", "--json"], ["new"], ["new", "--json"]):
        assert private not in luodi("key", *words).out


def test_trust_and_distrust(luodi, colleague):
    ran = luodi("key", "trust", colleague.text)
    assert ran.code == 0
    assert ran.out == f"已信任“李 主任”的密钥。指纹：{colleague.fingerprint}\n"
    shown = result(luodi("key", "show", "--json"))["trusted"]
    assert [row["writer"] for row in shown] == [colleague.writer]
    assert shown[0].keys() == ROW
    assert "李 主任" in luodi("key", "show").out
    gone = luodi("key", "distrust", "李 主任")
    assert (gone.code, gone.out.startswith("不再信任“李 主任”")) == (0, True)
    assert result(luodi("key", "show", "--json"))["trusted"] == []


def test_trust_under_another_name(luodi, colleague):
    words = ["--name", "信息科", "--side", "supervisor"]
    row = result(luodi("key", "trust", colleague.text, *words, "--json"))
    assert row == {
        "name": "信息科",
        "side": Side.SUPERVISOR.value,
        "writer": colleague.writer,
        "fingerprint": colleague.fingerprint,
    }
    assert result(luodi("key", "distrust", colleague.writer, "--json")) == row


def test_another_key(luodi):
    before = result(luodi("key", "show", "--json"))
    after = result(luodi("key", "new", "--json"))
    assert after.keys() == CARD
    assert after["writer"] != before["writer"]
    assert [row["writer"] for row in after["trusted"]] == [before["writer"]]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["trust"], "缺少参数"),
        (["trust", "你好"], "这不是公钥文本"),
        (["trust", "{line}x"], "公钥"),
        (["trust", "{line}", "--side", "hospitl"], "您要的是不是 hospital"),
        (["distrust", "bob"], "没有名为“bob”的受信任密钥。"),
        (["distrust", "本机"], "没有名为“本机”"),
        (["trst", "x"], "您要的是不是"),
        (["show", "x"], "多出了参数：x。"),
    ],
)
def test_wrong_use(luodi, colleague, words, sentence):
    ran = luodi("key", *(word.format(line=colleague.text) for word in words))
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err
    assert "下一步：" in ran.err
    assert ran.err.count("\n") == 2


def test_a_damaged_key_is_not_made_anew(luodi, luodi_home):
    luodi("key", "show")
    path = luodi_home / "keys" / "signing.toml"
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    damaged = path.read_bytes()
    ran = luodi("key", "show", "--json")
    assert ran.code == 3
    assert json.loads(ran.out)["error"]["code"] == "landing.key_damaged"
    assert path.read_bytes() == damaged
