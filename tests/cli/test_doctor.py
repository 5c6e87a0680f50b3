"""``luodi doctor``: the page; what it looks at is tested in tests/landing/test_doctor.py."""

import json

import pytest

from luodi.landing.doctor import Check, Said, State


@pytest.fixture
def found(monkeypatch):
    """Let the doctor find one thing in the state given."""

    def finds(state):
        check = Check(
            "disk",
            state,
            Said("landing.doctor_disk"),
            Said("landing.doctor_disk_empty", {"free": "0.1", "path": "/"}),
        )
        monkeypatch.setattr("luodi.landing.doctor.examine", lambda *_: iter([check]))

    return finds


def test_it_works(luodi):
    ran = luodi("doctor")
    assert ran.code in (0, 1)
    assert "通过" in ran.out
    assert "landing." not in ran.out


@pytest.mark.parametrize("state", [State.PASS, State.WARN, State.ABSENT, State.UNTESTED])
def test_only_what_is_required_fails(luodi, found, state):
    found(state)
    assert luodi("doctor").code == 0


def test_a_failure_says_what_to_do(luodi, found):
    found(State.FAIL)
    ran = luodi("doctor", "--lang", "en")
    assert ran.code == 1
    assert "Required and not in place: 1" in ran.out
    assert "Free some space now" in " ".join(ran.out.split())


def test_a_program_gets_stable_keys(luodi, found):
    found(State.FAIL)
    said = json.loads(luodi("doctor", "--json").out)
    assert said["exit"] == said["result"]["failed"] == 1
    (check,) = said["result"]["checks"]
    assert list(check) == ["name", "state", "what", "found", "code", "params", "next"]
    assert (check["name"], check["state"]) == ("disk", "fail")
