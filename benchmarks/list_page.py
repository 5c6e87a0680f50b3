"""A list page over 100,000 rows: signed in, four clients, two workers.

The page is the ledger's, filtered and sorted as people do, beside the search that `/` opens and
the cockpit.  Printed are the milliseconds a client waits, the processor time the workers spend on
a page, its queries and its size on the wire.  The peer named in DESIGN §7, GLPI, is not run here.
"""

from __future__ import annotations

import gzip
import http.client
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import sample

ROWS = 100_000
CLIENTS = 4
REQUESTS = 60
"""Of each client, of each page."""


def fill(folder: Path) -> tuple[str, str]:
    """Host a landing with a long ledger; gives its code and a session of somebody signed in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from luodi.evidence.model import Environment
    from luodi.landing.new import new
    from luodi.workbench.core.hosted import HostedSite, host
    from luodi.workbench.core.models import Membership, StoredRecord, User

    made = new(
        folder / "landing",
        template_name="demo",
        hospital="东江市第一人民医院",
        environment=Environment.SANDBOX,
    )
    project = host(made.result, vendor="样例软件公司")
    ledger = HostedSite.of(project).ledger
    drafts = [sample.draft()] * 1_000
    for _ in range(ROWS // len(drafts)):
        ledger.append(drafts)
    # Spread over half a year, so that an order in time is one.
    rows = list(StoredRecord.objects.only("pk", "recorded"))
    for number, row in enumerate(rows):
        row.recorded -= timedelta(minutes=2.5 * (len(rows) - number))
    StoredRecord.objects.bulk_update(rows, ["recorded"], batch_size=400)
    user = User.objects.create_user("zhang", "x", "张工", organisation=project.vendor)
    Membership.objects.create(
        user=user, project=project, side="vendor", function="implementation_engineer"
    )
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return project.code, session.session_key


def queries(session: str, address: str) -> int:
    """Queries of one page."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"Host": "localhost"})
    client.cookies["luodi_session"] = session
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    return len(seen)


def processor(pid: int) -> float:
    """Seconds that a process and its children have spent so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == pid or int(fields[1]) == pid:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def client(port: int, session: str, address: str) -> tuple[list[float], int]:
    """Ask for a page again and again over one connection; seconds, and bytes on the wire."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": f"luodi_session={session}", "Accept-Encoding": "gzip"}
    waited, size = [], 0
    for _ in range(REQUESTS):
        begun = perf_counter()
        connection.request("GET", address, headers=headers)
        answer = connection.getresponse()
        data = answer.read()
        waited.append(perf_counter() - begun)
        assert answer.status == 200, (answer.status, address)
        size = len(data)
        assert len(gzip.decompress(data)) > 1_000
    connection.close()
    return waited, size


def measured(port: int, pid: int, session: str, address: str) -> tuple[float, float, float, int]:
    """Median and 95th percentile of waiting, processor time a page (ms), bytes."""
    client(port, session, address)  # both workers have been here once
    before = processor(pid)
    with ThreadPoolExecutor(CLIENTS) as pool:
        found = list(pool.map(lambda _: client(port, session, address), range(CLIENTS)))
    spent = processor(pid) - before
    waited = [1000 * each for times, _ in found for each in times]
    return median(waited), quantiles(waited, n=20)[-1], 1000 * spent / len(waited), found[0][1]


def served(port: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "LUODI_LISTEN": f"127.0.0.1:{port}"}
    process = subprocess.Popen([sys.executable, "-m", "luodi", "serve"], env=environment)
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return process
    raise SystemExit("the workbench does not answer")


def main() -> None:
    sample.heading()
    with sample.workplace() as folder:
        os.environ["LUODI_HOME"] = str(folder / "home")
        from luodi.workbench.prepare import prepare

        prepare()
        project, session = fill(folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = served(port)
        try:
            print(f"{'page':38} {'median':>8} {'p95':>8} {'CPU':>8} {'queries':>8} {'gzip':>8}")
            for title, address in (
                ("ledger, first page", "ledger/"),
                ("ledger, page 150", "ledger/?page=150"),
                ("ledger, by verb", "ledger/?sort=verb"),
                ("ledger, subject holds migration", "ledger/?subject=migration"),
                ("ledger, subject holds nothing of it", "ledger/?subject=%E5%8C%BB%E5%98%B1"),
                ("search for two signs", "find/?q=%E5%8C%BB%E5%98%B1"),
                ("cockpit", ""),
            ):
                place = f"/p/{project}/{address}"
                half, late, spent, size = measured(port, process.pid, session, place)
                number = queries(session, place)
                print(
                    f"{title:38} {half:6.0f}ms {late:6.0f}ms {spent:6.1f}ms {number:8} "
                    f"{size / 1000:6.1f}KB"
                )
            print("wanted of a list: p95 <= 100 ms, CPU <= 25 ms, <= 15 queries, <= 150 KB;")
            print("of the cockpit: <= 150 ms on the server.")
        finally:
            process.terminate()
            process.wait(10)


if __name__ == "__main__":
    main()
