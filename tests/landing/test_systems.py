"""``systems.toml``: read strictly, and never with a password."""

import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import Environment
from luodi.landing.settings import Settings
from luodi.landing.systems import check_url, password_of, read_systems

HEAD = "format = 1\n"
SOURCE = '[[source]]\nid = "old_his"\nurl = "mysql://reader@10.1.2.3/his"\n'
TARGET = '[[target]]\nid = "new_his"\nurl = "new.db"\nenvironment = "test"\n'


def read(tmp_path, text):
    (tmp_path / "systems.toml").write_text(HEAD + text, encoding="utf-8")
    return read_systems(tmp_path)


def refusal(tmp_path, text):
    with pytest.raises(LuodiError) as caught:
        read(tmp_path, text)
    assert caught.value.next_step("zh")
    assert caught.value.next_step("en")
    return caught.value


def test_it_works(tmp_path):
    systems = read(tmp_path, SOURCE + TARGET)
    assert systems.system("old_his").url == "mysql://reader@10.1.2.3/his"
    assert systems.system("new_his") is systems.target_named("new_his")
    assert systems.target_named("new_his").environment is Environment.TEST
    assert not systems.target_named("new_his").in_use


def test_a_system_that_is_not_there(tmp_path):
    systems = read(tmp_path, SOURCE + TARGET)
    with pytest.raises(WrongUse) as caught:
        systems.system("lis")
    assert caught.value.code == "landing.no_system"
    assert caught.value.params["known"] == ("old_his", "new_his")
    with pytest.raises(WrongUse):
        systems.target_named("old_his")


def test_two_of_one_name(tmp_path):
    error = refusal(tmp_path, SOURCE + TARGET.replace("new_his", "old_his"))
    assert error.code == "landing.system_twice"
    assert error.params["system"] == "old_his"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://reader:geheim@10.1.2.3/his",
        "mysql://reader:@10.1.2.3/his",
        "odbc://?DSN=dm8;UID=reader;PWD=geheim",
        "odbc://?DSN=dm8; Pwd = geheim",
        "postgresql://10.1.2.3/his?password=geheim",
    ],
)
def test_a_password_in_the_url(tmp_path, url):
    error = refusal(tmp_path, SOURCE.replace("mysql://reader@10.1.2.3/his", url))
    assert error.code == "landing.system_password"
    for lang in ("zh", "en"):
        assert "geheim" not in error.text(lang) + error.next_step(lang)
        assert "LUODI_PASSWORD_OLD_HIS" in error.next_step(lang)


@pytest.mark.parametrize(
    "url", ["mysql://reader@10.1.2.3/pwd", "export/口令 password.csv", "http://[", "C:\\a\\b.csv"]
)
def test_a_url_without_one(tmp_path, url):
    text = SOURCE.replace("mysql://reader@10.1.2.3/his", url.replace("\\", "\\\\"))
    check_url(read(tmp_path, text).source[0])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (SOURCE + 'paswoord = "x"\n', "evidence.field_unknown"),
        (SOURCE + 'delimeter = "|"\n', "evidence.field_unknown_near"),
        (SOURCE + 'delimiter = "123456789"\n', "evidence.value_wrong"),
        (SOURCE + "header = 1\n", "evidence.value_type"),
        (SOURCE.replace("old_his", "Old-HIS"), "evidence.value_wrong"),
        ('[[source]]\nid = "old_his"\n', "evidence.field_missing"),
        (TARGET.replace('environment = "test"\n', ""), "evidence.field_missing"),
        (TARGET.replace('"test"', '"live"'), "evidence.value_unknown"),
    ],
)
def test_a_wrong_field(tmp_path, text, code):
    error = refusal(tmp_path, text)
    assert error.code == code
    assert str(tmp_path / "systems.toml") in error.text("zh")


def test_no_file(tmp_path):
    with pytest.raises(LuodiError) as caught:
        read_systems(tmp_path)
    assert caught.value.code == "evidence.toml_missing"


def test_the_password_comes_from_the_environment(tmp_path):
    system = read(tmp_path, SOURCE).source[0]
    environ = {"LUODI_PASSWORD_OLD_HIS": " geheim "}
    assert password_of(system, environ) == " geheim "
    assert password_of(system, {"LUODI_PASSWORD_OLD_HIS": ""}) is None
    assert password_of(system, {}) is None
    assert "geheim" not in repr(Settings.read(environ))
