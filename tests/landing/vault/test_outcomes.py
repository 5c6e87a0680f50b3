"""Evidence of a vault's beginning and end."""

import msgspec
import pytest

from luodi.evidence.catalogue import lookup
from luodi.evidence.model import Environment, Kind, Severity, Verdict, now
from luodi.evidence.outcome import Author
from luodi.evidence.stored import encode
from luodi.landing.home import Home
from luodi.landing.settings import Settings
from luodi.landing.vault import Vault
from luodi.landing.vault.destroy import destroy
from luodi.landing.vault.destroyed import KeyFate
from luodi.landing.vault.key import key_path
from luodi.landing.vault.outcomes import began, certificate

PROJECT = "市一院 HIS"
AUTHOR = Author("王工", Environment.PRODUCTION)


def test_it_works(filled: Vault, home: Home, settings: Settings) -> None:
    (filled.workspace("staging") / "db").write_bytes(b"x" * 100)
    gone = destroy(home, settings, PROJECT, confirm=PROJECT)
    outcome = certificate(gone)
    assert outcome.result is gone
    assert (outcome.subject, outcome.verb) == (f"vault:{gone.vault}", "vault-destroy")
    assert (outcome.kind, outcome.verdict) == (Kind.MACHINE, Verdict.PASS)
    assert {figure.name: figure.value for figure in outcome.figures} == {
        "objects": 2,
        "size": gone.bytes,
        "workspaces": 1,
        "workspace_size": 100,
    }
    method, *caveats = outcome.findings
    assert (method.code, method.params) == ("landing.vault_destroy_method", {"key": gone.key})
    assert [finding.code for finding in caveats] == list(gone.caveats)
    assert {finding.severity for finding in outcome.findings} == {Severity.INFO}
    assert all(lookup(finding.code) for finding in outcome.findings)


def test_a_beginning(vault: Vault) -> None:
    outcome = began(vault)
    assert (outcome.subject, outcome.verb) == (f"vault:{vault.record.vault}", "vault-init")
    assert outcome.verdict is Verdict.PASS


def test_neither_tells_where_or_what_the_key_is(
    filled: Vault, home: Home, settings: Settings
) -> None:
    first = began(filled)
    outcomes = [first, certificate(destroy(home, settings, PROJECT, confirm=PROJECT))]
    for outcome in outcomes:
        stored = encode(outcome.draft(AUTHOR, now())).decode()
        assert str(key_path(settings, PROJECT).parent) not in stored
        assert str(home.path) not in stored
        assert filled.key.material.hex() not in stored
        assert "张三" not in stored


def test_without_the_key_it_is_a_warning(filled: Vault, home: Home, settings: Settings) -> None:
    key_path(settings, PROJECT).unlink()
    gone = destroy(home, settings, PROJECT, confirm=PROJECT, without_key=True)
    outcome = certificate(gone)
    assert outcome.verdict is Verdict.WARN
    assert outcome.findings[0].code == "landing.vault_destroy_method_without_key"
    assert outcome.findings[1].code == "landing.vault_caveat_key_missing"


@pytest.mark.parametrize("fate", [fate for fate in KeyFate if fate is not KeyFate.ERASED])
def test_only_an_erased_key_passes(
    vault: Vault, home: Home, settings: Settings, fate: KeyFate
) -> None:
    gone = destroy(home, settings, PROJECT, confirm=PROJECT)
    assert certificate(msgspec.structs.replace(gone, key_fate=fate)).verdict is Verdict.WARN
