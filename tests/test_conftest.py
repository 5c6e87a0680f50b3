"""The mechanism of conftest.py, each claim run in a small project of its own."""

import os
import socket
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

SKIPS = """
    import pytest

    @pytest.mark.needs("python-that-is-not-there", "root-that-is-not-there")
    def test_it_needs(): ...

    def test_it_works(): ...
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with our conftest.py and our pytest settings, but for Django's."""
    settings = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    own = [line for line in settings if not line.startswith("DJANGO_SETTINGS_MODULE")]
    pytester.makepyprojecttoml("\n".join(own))
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text("utf-8"))
    monkeypatch.delenv("LUODI_REQUIRE_ALL", raising=False)
    return pytester


def run(project: pytest.Pytester, source: str) -> pytest.RunResult:
    project.makepyfile(source)
    return project.runpytest("-p", "no:cacheprovider", "-p", "no:django", ".")


def test_what_is_absent_skips_by_name(project: pytest.Pytester) -> None:
    result = run(project, SKIPS)
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*needs python-that-is-not-there, root-that-is-not-there"])
    assert result.ret == pytest.ExitCode.OK


def test_what_is_absent_fails_where_all_is_required(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUODI_REQUIRE_ALL", "1")
    result = run(project, SKIPS)
    result.assert_outcomes(passed=1, errors=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    "source",
    [
        "import pytest\ndef test_it(): pytest.skip('not today')",
        "import pytest\n@pytest.mark.skipif(True, reason='not today')\ndef test_it(): ...",
        "import pytest\npytest.skip('not today', allow_module_level=True)",
    ],
    ids=["in-test", "by-mark", "whole-module"],
)
def test_any_skip_turns_the_run_red_where_all_is_required(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    project.makepyfile(test_other="def test_it_works(): ...")
    assert run(project, source).ret == pytest.ExitCode.OK
    monkeypatch.setenv("LUODI_REQUIRE_ALL", "1")
    result = run(project, source)
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["LUODI_REQUIRE_ALL=1 allows no skip: 1 skipped"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_what_is_present_runs(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
        import pytest

        @pytest.mark.needs("sh", "module:pytest", "locale:C")
        def test_it_works(): ...

        @pytest.mark.needs("module:not_there", "locale:xx_XX.Luodi")
        def test_it_needs(): ...
        """,
    )
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*needs module:not_there, locale:xx_XX.Luodi"])


def test_a_mark_with_a_typing_mistake_is_refused(project: pytest.Pytester) -> None:
    result = run(project, "import pytest\n@pytest.mark.need('sh')\ndef test_it(): ...")
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_no_setting_of_the_developer_leaks_in(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUODI_HOME", "/home/of/the/developer")
    monkeypatch.setenv("LUODI_LANG", "en")
    result = run(
        project,
        """
        import os

        seen = set()

        def test_first(luodi_home):
            assert os.environ["LUODI_HOME"] == str(luodi_home)
            assert "LUODI_LANG" not in os.environ
            assert not luodi_home.exists()
            seen.add(luodi_home)

        def test_second(luodi_home):
            assert luodi_home not in seen
        """,
    )
    result.assert_outcomes(passed=2)
    assert os.environ["LUODI_LANG"] == "en"


@pytest.mark.parametrize("connect", ["connect", "connect_ex"])
def test_the_network_is_out_of_reach(connect: str) -> None:
    # 192.0.2.0/24 and 2001:db8::/32 are for documentation (RFC 5737, RFC 3849): nobody is there.
    for family, host in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with (
            socket.socket(family) as client,
            pytest.raises(pytest.fail.Exception, match="may not leave this machine"),
        ):
            getattr(client, connect)((host, 80))


def test_this_machine_is_within_reach() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            with socket.create_connection((host, port), timeout=5):
                pass
