"""What went wrong becomes a sentence."""

import errno
import os

import pytest

from luodi.cli.failure import defect, refused
from luodi.evidence.catalogue import LANGUAGES, lookup


def test_it_works():
    error = refused(PermissionError(errno.EACCES, "Permission denied", "/数据/a.toml"))
    assert error.text("zh") == "没有权限：/数据/a.toml。"
    assert error.exit_code == 3


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_refusal_of_the_system_has_a_sentence_and_a_next_step(number):
    for error in (OSError(number, os.strerror(number), "/a"), OSError(number, "x")):
        said = refused(error)
        assert lookup(said.code)
        for lang in LANGUAGES:
            assert said.next_step(lang)
            assert "{" not in said.text(lang)


def test_a_refusal_without_a_number_is_survived():
    assert refused(OSError("odd")).code == "cli.os_error_somewhere"


def test_a_report_shows_the_chain_and_no_value(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    secret = "张三"
    try:
        try:
            {}[secret]
        except KeyError as error:
            raise ValueError(secret) from error
    except ValueError as error:
        said = defect(error, "gate check", {})
    (report,) = tmp_path.iterdir()
    text = report.read_text("utf-8")
    assert said.params == {"type": "ValueError", "report": str(report)}
    assert text.index("builtins.ValueError") < text.index("caused by")
    assert "builtins.KeyError" in text
    assert secret not in text
    if os.name != "nt":
        assert report.stat().st_mode & 0o077 == 0
