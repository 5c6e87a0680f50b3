"""Append as a process of its own: ``appends.py FOLDER HOME COUNT [RECORDS [LIMIT]]``.

Every acknowledged append is told on standard output by the seq of its last record.  LIMIT is the
largest file this process may write, in bytes.
"""

import sys
from pathlib import Path

from luodi.evidence.errors import LuodiError
from luodi.evidence.head import SeenHeads
from luodi.evidence.json_lines import JsonLinesLedger
from luodi.evidence.model import Draft, Environment, Kind, Side, Status, Verdict, now
from luodi.evidence.suite import Ed25519Sha256, Signer


def draft(number: int) -> Draft:
    moment = now()
    return Draft(
        kind=Kind.MACHINE,
        environment=Environment.TEST,
        subject=f"test:{number}",
        engine="test",
        verb="append",
        status=Status.COMPLETED,
        verdict=Verdict.PASS,
        actor="王工",
        host="站点-01",
        version="0.1",
        started=moment,
        finished=moment,
    )


def limit(size: int) -> None:
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def tell(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(folder: str, home: str, count: str, records: str = "1", size: str = "") -> int:
    key = Signer(Ed25519Sha256(), bytes([1]) * 32, "实施工程师的笔记本", Side.VENDOR)
    seen = SeenHeads(Path(home) / "seen")
    ledger = JsonLinesLedger(Path(folder), "同济-his-2027", key, seen=seen)
    if size:
        limit(int(size))
    for number in range(int(count)):
        try:
            kept = ledger.append([draft(number)] * int(records))
        except LuodiError as error:
            tell(error.code)
            return 3
        tell(kept[-1].seq)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
