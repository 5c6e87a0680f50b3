"""A ledger of sample records for the benchmarks: nobody's data, sizes as engines write them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from luodi.evidence.head import SeenHeads
from luodi.evidence.json_lines import JsonLinesLedger
from luodi.evidence.model import (
    ContentInput,
    Draft,
    Environment,
    Figure,
    Finding,
    Kind,
    Side,
    SnapshotInput,
    Status,
    Verdict,
    now,
)
from luodi.evidence.suite import Signer, new_signer

BATCH = 100
PROJECT = "p0123456789ab"


def draft(subject: str = "migration:patients") -> Draft:
    """A reconciliation with two figures, a finding and two inputs: about 900 bytes stored."""
    moment = now()
    return Draft(
        kind=Kind.MACHINE,
        environment=Environment.REHEARSAL,
        subject=subject,
        engine="migration",
        verb="reconcile",
        status=Status.COMPLETED,
        verdict=Verdict.PASS,
        actor="张工",
        host="his-migration-01",
        version="0.1.0",
        started=moment,
        finished=moment,
        figures=(
            Figure(name="unaccounted", value=0, unit="row"),
            Figure(name="difference", value=Decimal("0.00"), unit="CNY"),
        ),
        findings=(Finding(code="evidence.report_torn", params={"seq": 1, "bytes": 2}),),
        inputs=(
            ContentInput(name="mapping/patients.toml", digest="0" * 64),
            SnapshotInput(name="source:old-his", schema="0" * 64, watermark=1_284_517),
        ),
    )


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder on the disk that is measured: beside the project, not in a memory file system."""
    with TemporaryDirectory(dir=Path(__file__).parent, prefix=".room-") as name:
        yield Path(name)


def ledger(folder: Path) -> tuple[JsonLinesLedger, Signer]:
    """An empty ledger with everything on: signing, fsync, lock, memory of heads."""
    signer = new_signer("张工", Side.VENDOR)
    seen = SeenHeads(folder / "seen")
    return JsonLinesLedger(folder / "evidence", PROJECT, signer, seen=seen), signer


def line(name: str, ours: float, peer: float | None, limit: float, unit: str, target: str) -> None:
    """Print our figure, the peer's and the limit's side by side, with the ratio to the limit."""
    beside = f"{peer:>12,.0f}" if peer is not None else f"{'–':>12}"
    ratio = f"{ours / limit:.2f} x limit"
    print(f"{name:<28}{ours:>12,.0f}{beside}{limit:>12,.0f}  {unit:<10}{ratio:<16}{target}")


def heading() -> None:
    """Name the columns."""
    print(f"{'':<28}{'luodi':>12}{'peer':>12}{'limit':>12}")
