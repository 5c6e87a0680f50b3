"""Evidence of a vault's beginning and end; the second is its destruction certificate."""

from __future__ import annotations

from luodi.evidence.model import Artefact, Figure, Finding, Severity, Verdict
from luodi.evidence.outcome import Outcome
from luodi.landing.vault.destroyed import Destruction, KeyFate
from luodi.landing.vault.store import Vault
from luodi.landing.vault.take import Taken


def began(vault: Vault) -> Outcome[Vault]:
    """A vault was begun."""
    return Outcome(
        vault,
        subject=f"vault:{vault.record.vault}",
        engine="landing",
        verb="vault-init",
        verdict=Verdict.PASS,
    )


def taken(found: Taken) -> Outcome[Taken]:
    """An object left the vault as a plain file."""
    return Outcome(
        found,
        subject=f"vault:{found.vault}",
        engine="landing",
        verb="vault-get",
        verdict=Verdict.WARN,
        figures=(Figure(name="size", value=found.entry.size, unit="byte"),),
        findings=(Finding(code="landing.taken_out", params={"path": found.path.name}),),
        artefacts=(Artefact(name=found.entry.name, digest=found.entry.sha256, private=True),),
    )


def certificate(destruction: Destruction) -> Outcome[Destruction]:
    """A vault was destroyed: what lay in it, how its key ended, and what nobody can promise."""
    caveats = tuple(Finding(code=code, severity=Severity.INFO) for code in destruction.caveats)
    method = Finding(
        code=destruction.method, params={"key": destruction.key}, severity=Severity.INFO
    )
    return Outcome(
        destruction,
        subject=f"vault:{destruction.vault}",
        engine="landing",
        verb="vault-destroy",
        verdict=Verdict.PASS if destruction.key_fate is KeyFate.ERASED else Verdict.WARN,
        figures=(
            Figure(name="objects", value=destruction.objects, unit="object"),
            Figure(name="size", value=destruction.bytes, unit="byte"),
            Figure(name="workspaces", value=destruction.workspaces, unit="workspace"),
            Figure(name="workspace_size", value=destruction.workspace_bytes, unit="byte"),
        ),
        findings=(method, *caveats),
    )
