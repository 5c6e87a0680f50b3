"""``luodi version``."""

import json
import platform
import subprocess
import sys

import luodi as package


def test_it_works(luodi):
    ran = luodi("version")
    assert ran.code == 0
    assert package.__version__ in ran.out
    assert platform.python_version() in ran.out


def test_a_program_gets_stable_keys(luodi):
    found = json.loads(luodi("version", "--json").out)
    assert found["command"] == "version"
    assert set(found["result"]) == {"version", "python", "executable", "platform"}


def test_it_loads_nothing_it_does_not_need():
    heavy = ("rich", "pydantic", "cryptography", "msgspec", "luodi.landing", "luodi.cli.doctor")
    script = (
        "import sys; from luodi.cli.main import run; run(['version']);"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert ran.stdout.splitlines()[-1] == b"[]"
