"""A hundred million prescription rows: memory is bounded, whatever the number of rows.

``SOAK_ROWS`` changes the number; a hundred million take some 60 GB of disk.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import servers
from migration.load_many import DDL

pytestmark = pytest.mark.soak

ROWS = int(os.environ.get("SOAK_ROWS", "100_000_000"))
BYTES = 600
"""Of disk for each row: the extraction, the staged batch, the table and its log."""
MOST = 650
"""Megabytes, as the design allows for two million rows."""
TESTS = Path(__file__).parents[1]


@pytest.fixture
def server():
    with servers.postgresql("max_wal_size=4GB") as server:
        yield server


def run(home, *words, parameters=None):
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("load_many.py")), *map(str, words)],
        input=json.dumps(parameters),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TESTS), "LUODI_HOME": str(home)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout else {}


def test_it_works(server, tmp_path, capsys):
    free = shutil.disk_usage(tmp_path).free
    if free < ROWS * BYTES:
        pytest.skip(f"{ROWS:,} rows take {ROWS * BYTES >> 30} GB; {free >> 30} GB are free")
    parameters = {
        "host": server.host,
        "port": server.port,
        "user": server.user,
        "password": server.password,
        "dbname": "postgres",
    }
    with servers.connect_postgresql(server) as database:
        for rows in (ROWS // 10, ROWS):
            database.execute("DROP TABLE IF EXISTS prescription, luodi_batch")
            database.execute(DDL)
            home = tmp_path / str(rows)
            run(home, "make", rows)
            said = run(home, "load", rows, parameters=parameters)
            shutil.rmtree(home)
            with capsys.disabled():
                sys.stdout.write(
                    f"\n{rows:,} rows: {said['seconds']:.0f} s, "
                    f"{rows / said['seconds']:,.0f} rows/s, peak {said['peak']} MB\n"
                )
            (held,) = database.execute("SELECT count(*) FROM prescription").fetchone()
            assert said["rejected"] == rows // 3
            assert said["loaded"] == held == rows - rows // 3
            assert said["unaccounted"] == 0
            assert said["peak"] <= MOST
