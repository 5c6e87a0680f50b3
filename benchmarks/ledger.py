"""Append to and verify the ledger.

The peer of appending is SQLite in WAL mode with ``synchronous=FULL``, one commit an append:
durable, but neither signed nor chained.  The limit is the disk: the same bytes appended to a file
and fsynced.
The limit of verifying is SHA-256 over the same lines.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import sample

from luodi.evidence.stored import encode
from luodi.evidence.verify import verify

ROUNDS = 5


def rate(work: Callable[[], int]) -> float:
    """Records per second, the median of some rounds."""
    rates = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        records = work()
        rates.append(records / (perf_counter() - begun))
    return median(rates)


def appended(folder: Path, batch: int, times: int) -> tuple[float, float, float]:
    """Rates of ours, SQLite's and the bare file's for `times` appends of `batch` records."""
    draft = sample.draft()
    ours, _ = sample.ledger(folder / f"luodi-{batch}")
    ours.append([draft])
    record = ours.append([draft])[0]
    stored = encode(record) + b"\n"

    def luodi() -> int:
        for _ in range(times):
            ours.append([draft] * batch)
        return batch * times

    database = sqlite3.connect(folder / f"peer-{batch}.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE evidence (seq INTEGER PRIMARY KEY, record BLOB NOT NULL)")

    def sqlite() -> int:
        for _ in range(times):
            database.execute("BEGIN")
            database.executemany(
                "INSERT INTO evidence (record) VALUES (?)", [(encode(record),)] * batch
            )
            database.execute("COMMIT")
        return batch * times

    handle = os.open(folder / f"limit-{batch}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def disk() -> int:
        for _ in range(times):
            os.write(handle, stored * batch)
            os.fsync(handle)
        return batch * times

    rates = rate(luodi), rate(sqlite), rate(disk)
    database.close()
    os.close(handle)
    return rates


def verified(folder: Path, records: int) -> tuple[float, float]:
    """Rates of verifying a ledger of `records` and of hashing its lines."""
    ledger, signer = sample.ledger(folder / "verify")
    draft = sample.draft()
    for _ in range(records // sample.BATCH):
        ledger.append([draft] * sample.BATCH)
    lines = ledger.data(signer.writer).splitlines()

    def luodi() -> int:
        found = verify(ledger)
        assert not found.findings
        return found.result.count

    def digests() -> int:
        return len([hashlib.sha256(line).hexdigest() for line in lines])

    return rate(luodi), rate(digests)


def main() -> None:
    sample.heading()
    with sample.workplace() as folder:
        ours, peer, limit = appended(folder, 1, 500)
        sample.line("append, signed, durable", ours, peer, limit, "records/s", ">= 500")
        ours, peer, limit = appended(folder, sample.BATCH, 100)
        sample.line("append, batches of 100", ours, peer, limit, "records/s", ">= 50,000")
        ours, limit = verified(folder, 100_000)
        sample.line("verify, 100,000 records", ours, None, limit, "records/s", ">= 150,000")


if __name__ == "__main__":
    main()
