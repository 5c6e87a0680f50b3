"""Answer a gate of 60 criteria over 10,000 records, each time in a fresh process.

Python keeps its compiled modules, as an installed program does; one run before the counted ones
makes them.  The limit is the interpreter itself, starting and ending.  There is no peer that
answers gates from a verified ledger.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import sample

CRITERIA = 60
RECORDS = 10_000
ROUNDS = 9
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"

LIBRARY = """
import sys
from pathlib import Path
from luodi.evidence.chain import Keep
from luodi.evidence.gate.answer import Shelf
from luodi.evidence.gate.check import check
from luodi.evidence.gate.read import read_gates
from luodi.evidence.json_lines import JsonLinesLedger
from luodi.evidence.shape import read_toml
from luodi.evidence.verify import verify
root = Path(sys.argv[1])
gate, = read_gates(read_toml(root / "gates.toml"), "gates.toml")
found = verify(JsonLinesLedger(root / "evidence", sys.argv[2]), keep=Keep.NEWEST).result
report = check(gate, found, Shelf(found, []), {})
assert not any(item.blocks for item in report.criteria), report.reasons
"""


def gates() -> str:
    """A gate whose every criterion asks another subject, with a comparison and an age."""
    text = ["format = 1"]
    for number in range(CRITERIA):
        text.append(
            f"""
[[criterion]]
id = "data.rows_{number}"
group = "data"
title = "每一行都有去向 {number}"
why = "为什么"
remedy = "怎么补"
kind = "machine"
subject = "migration:table-{number}"
verb = "reconcile"
max_age = "7d"
cannot_tell = "warn"
[[criterion.require]]
figure = "unaccounted"
op = "=="
value = 0
unit = "row"
"""
        )
    names = ", ".join(f'"data.rows_{number}"' for number in range(CRITERIA))
    text.append(
        f"""
[[gate]]
id = "t0"
title = "T-0"
environment = "rehearsal"
decider = "hospital_leader"
criteria = [{names}]
[[gate.seat]]
id = "hospital_leader"
side = "hospital"
"""
    )
    return "\n".join(text)


def prepare(root: Path) -> None:
    """A landing folder with its ledger."""
    ledger, _ = sample.ledger(root)
    drafts = [sample.draft(f"migration:table-{number}") for number in range(CRITERIA)]
    wanted = [drafts[number % CRITERIA] for number in range(RECORDS - 1)]
    for start in range(0, len(wanted), sample.BATCH):
        ledger.append(wanted[start : start + sample.BATCH])
    (root / "gates.toml").write_text(gates(), encoding="utf-8")
    landing = (
        f'format = 1\nproject = "{sample.PROJECT}"\nname = "彩排"\nhospital = "彩排"\n'
        'template = "his"\nenvironment = "rehearsal"\n'
    )
    (root / "landing.toml").write_text(landing, encoding="utf-8")


def milliseconds(command: list[str], expected: int) -> float:
    """Median wall time of a command in fresh processes, in milliseconds."""
    keeping = {name: value for name, value in os.environ.items() if name != NO_BYTECODE}
    times = []
    for _ in range(ROUNDS + 1):
        begun = perf_counter()
        done = subprocess.run(command, capture_output=True, check=False, env=keeping)
        times.append((perf_counter() - begun) * 1000)
        assert done.returncode == expected, done.stderr.decode()
    return median(times[1:])


def main() -> None:
    print(f"{'':<40}{'luodi':>8}{'limit':>8}")
    with sample.workplace() as root:
        prepare(root)
        bare = milliseconds([sys.executable, "-c", "pass"], 0)
        library = [sys.executable, "-c", LIBRARY, str(root), sample.PROJECT]
        ours = milliseconds(library, 0)
        print(
            f"{'gate, 60 criteria, 10,000 records, cold':<40}{ours:>8.0f}{bare:>8.0f}  ms  <= 300"
        )
        trusting = [sys.executable, "-m", "luodi", "gate", "check", "t0", "--json"]
        whole = milliseconds([*trusting, "--folder", str(root)], 1)
        print(f"{'the same by `luodi gate check`':<40}{whole:>8.0f}{bare:>8.0f}  ms")


if __name__ == "__main__":
    main()
