import re
from pathlib import Path

import luodi
from luodi.evidence.catalogue import messages

ROOM = Path(luodi.__file__).parent / "landing"


def used_codes() -> set[str]:
    sources = [path.read_text(encoding="utf-8") for path in (ROOM / "keys").glob("*.py")]
    sources += [path.read_text(encoding="utf-8") for path in (ROOM / "vault").glob("*.py")]
    for name in ("files", "home", "names", "settings"):
        sources.append((ROOM / f"{name}.py").read_text(encoding="utf-8"))
    return {code for text in sources for code in re.findall(r'"landing\.([a-z_]+)"', text)}


def test_it_works() -> None:
    missing = used_codes() - set(messages("landing"))
    assert not missing


def test_codes_made_of_a_state_exist() -> None:
    for state in ("missing", "foreign", "damaged"):
        assert f"vault_key_{state}" in messages("landing")
        assert f"vault_caveat_key_{state}" in messages("landing")
    assert "vault_destroy_method_without_key" in messages("landing")


def test_every_error_has_a_next_step() -> None:
    statements = {
        name for name in used_codes() if name.startswith(("vault_caveat", "vault_stage"))
    } | {"vault_destroy_method"}
    for name in used_codes() - statements:
        assert messages("landing")[name].remedy, name
