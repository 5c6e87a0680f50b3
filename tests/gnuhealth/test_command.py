"""The whole way by the command line, in a landing folder, as an engineer goes it."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import servers
from gnuhealth.environment import GnuHealth
from gnuhealth.landing import brought_to_life, checksums
from gnuhealth.mapped import LEGACY, in_order, read_book
from legacy_his import ROWS, TABLES, LegacyHis

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs("gcc", "pg_config", "mariadbd", "/usr/lib/postgresql"),
]
BOOK = read_book(LEGACY)
FATES = ("loaded", "merged", "rejected", "review", "excluded")


@dataclass(frozen=True)
class Shell:
    """A terminal in a landing folder."""

    folder: Path
    environment: dict[str, str]

    def run(self, *words: str, code: int = 0) -> Any:
        """Run a command and read its answer; `code` is how it must end."""
        done = subprocess.run(
            [sys.executable, "-m", "luodi", *words, "--json"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == code, done.stderr or done.stdout[-3000:]
        return json.loads(done.stdout)["result"]


@pytest.fixture
def shell(
    shared_data: Path,
    mariadb: servers.Server,
    gnuhealth: GnuHealth,
    tmp_path: Path,
    luodi_home: Path,
) -> Shell:
    source = brought_to_life(LegacyHis.read(shared_data), mariadb, "legacy_his_command")
    secrets = {
        "LUODI_PASSWORD_OLD_HIS": mariadb.password,
        "LUODI_PASSWORD_GNUHEALTH": gnuhealth.server.password,
    }
    start = Shell(tmp_path, os.environ | secrets | {"LUODI_HOME": str(luodi_home)})
    start.run("new", "landing", "--template", "his", "--environment", "rehearsal")
    folder = tmp_path / "landing"
    shutil.copytree(LEGACY / "mapping", folder / "mapping")
    (folder / "systems.toml").write_text(
        "format = 1\n"
        f'[[source]]\nid = "old_his"\nurl = "{source.url}"\n'
        f'[[target]]\nid = "gnuhealth"\nurl = "{gnuhealth.server.url(gnuhealth.database)}"\n'
        'environment = "rehearsal"\n',
        encoding="utf-8",
    )
    return Shell(folder, start.environment)


def test_it_works(shell: Shell, gnuhealth: GnuHealth, tmp_path: Path) -> None:
    before = checksums(gnuhealth)
    paper = tmp_path / "signed.pdf"
    paper.write_bytes(b"a signed paper")
    signed = ("--scan", str(paper), "--signer", "王主任", "--countersigner", "张工")

    shell.run("vault", "init")
    shell.run("migrate", "connect", "old_his")
    shell.run("migrate", "connect", "gnuhealth")
    shell.run("migrate", "extract", "old_his")
    assert shell.run("migrate", "map", "check")["sound"]
    shell.run("migrate", "map", "sign", "--exclusions", *signed)
    for domain in in_order(BOOK):
        shell.run("migrate", "map", "sign", domain, *signed)

    # Rows that were rejected are kept in the vault; none is unexplained.
    loads = shell.run("migrate", "load", "--rejects")["loads"]
    accounts = [each for load in loads for each in load["tables"]]
    assert (len(accounts), sum(each["rows"] for each in accounts)) == (TABLES, ROWS)
    for each in accounts:
        assert each["rows"] == sum(each.get(fate, 0) for fate in FATES), each["table"]
        assert each.get("unaccounted", 0) == 0
    assert {load["domain"]: load["figures"]["rejected"] for load in loads} == {
        **dict.fromkeys(in_order(BOOK), 0),
        "diagnoses": 45,
        "drugs": 23,
    }
    with gnuhealth.asked() as ask:
        assert ask.count("gnuhealth.patient") == 18
        assert ask.count("gnuhealth.healthprofessional") == 19

    told = shell.run("migrate", "reconcile", "--again", "--report", "../report")
    reconciled = {each["domain"]: each for each in told["batches"]}
    assert reconciled.keys() == {*in_order(BOOK), "unmapped"}
    for domain, each in reconciled.items():
        assert each["verdict"] == "pass", domain
        figures = each["figures"]
        assert (figures["differing"], figures["mismatched"], figures["unaccounted"]) == (0, 0, 0)
    assert sum(each["figures"]["rows"] for each in reconciled.values()) == ROWS
    assert {Path(name).suffix for name in told["files"]} == {".docx", ".xlsx", ".pdf"}

    for load in reversed(loads):
        done = shell.run("migrate", "rollback", load["batch"], "--confirm", load["batch"])
        assert done["as_before"]
    assert checksums(gnuhealth) == before
    assert shell.run("evidence", "verify")
