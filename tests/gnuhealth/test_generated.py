"""The generated hospital lands in GNU Health: where the shared legacy HIS is absent, this is it.

What is wrong with the generated rows is known, so exactly those rows must be rejected.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import duckdb
import pytest

import servers
from gnuhealth.environment import GnuHealth
from gnuhealth.landing import Landing, begun
from gnuhealth.mapped import GENERATED, feeds, in_order, read_book
from luodi.evidence.model import Verdict
from luodi.evidence.progress import Silent
from luodi.landing.systems import System
from luodi.migration.source.location import locate
from luodi.sandbox.data.generate import Hospital, generate
from luodi.sandbox.data.model import Size
from luodi.sandbox.data.schema import tables
from luodi.sandbox.data.write.database import write_database

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs("gcc", "pg_config", "mariadbd", "/usr/lib/postgresql"),
]
BOOK = read_book(GENERATED)


@dataclass
class Known:
    """The generated hospital and the truth about it."""

    db: duckdb.DuckDBPyConnection
    hospital: Hospital

    def faulty(self, table: str, *faults: str) -> set[int]:
        """Ordinals of the rows that have one of the faults."""
        rows = self.db.execute(
            f"SELECT ordinal FROM {self.hospital.truth}.fault "
            "WHERE table_name = ? AND list_contains(?, fault)",
            [table, list(faults)],
        ).fetchall()
        return {ordinal for (ordinal,) in rows}

    def ordinals(self, table: str, where: str) -> set[int]:
        rows = self.db.execute(
            f'SELECT _ordinal FROM {self.hospital.system}."{table}" WHERE {where}'
        ).fetchall()
        return {ordinal for (ordinal,) in rows}


@pytest.fixture(scope="module")
def known() -> Iterator[Known]:
    with duckdb.connect() as db:
        yield Known(db, generate(db, Size(patients=2000), "old", progress=Silent()))


@pytest.fixture(scope="module")
def landing(
    known: Known,
    mariadb: servers.Server,
    new_gnuhealth: Callable[[], GnuHealth],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Landing]:
    database = f"generated_{os.getpid()}"
    with servers.connect_mariadb(mariadb) as connection:
        connection.cursor().execute(f"CREATE DATABASE {database}")
    source = System(id="old_his", url=mariadb.url(database))
    folder = tmp_path_factory.mktemp("generated")
    location = locate(source, folder)
    write_database(known.db, known.hospital, location, mariadb.password, progress=Silent())
    with begun(source, mariadb.password, folder, new_gnuhealth(), BOOK) as landing:
        landing.before = landing.checksums()
        landing.load_all()
        yield landing


def test_every_table_is_mapped_or_excluded() -> None:
    named = {feed.from_ for feed in feeds(BOOK)}
    named |= {each.table for mapping in BOOK.mappings for each in mapping.exclusions}
    assert named == {table.name for table in tables()}


def test_it_works(landing: Landing, known: Known) -> None:
    accounts = landing.accounts()
    assert {each.table: each.rows for each in accounts} == known.hospital.rows
    for each in accounts:
        told = each.loaded + each.merged + each.rejected + each.review + each.excluded
        assert (each.rows, each.unaccounted) == (told, 0), each.table


def test_exactly_the_rows_that_are_wrong_are_rejected(landing: Landing, known: Known) -> None:
    births = known.faulty("BRXX", "birth_impossible", "birth_in_future")
    nobody = known.faulty("GHXX", "visit_of_nobody")
    assert landing.refused("patients")[("BRXX", "date_time")] == births
    assert nobody <= landing.refused("patients")[("GHXX", "lookup")]
    assert landing.refused("drugs") == {
        ("YPXX", "specification"): known.faulty("YPXX", "specification_unreadable")
    }
    assert landing.refused("diagnoses") == {
        ("ICDDM", "unique"): known.faulty("ICDDM", "diagnosis_code_repeated")
    }
    assert landing.refused("departments") == {}


def test_gnu_health_reads_it(landing: Landing, known: Known) -> None:
    with landing.new.asked() as ask:
        for table, model in (
            ("KSDM", "gnuhealth.hospital.unit"),
            ("YGXX", "gnuhealth.healthprofessional"),
            ("BRXX", "gnuhealth.patient"),
            ("YPXX", "gnuhealth.medicament"),
            ("GHXX", "gnuhealth.appointment"),
        ):
            (account,) = [each for each in landing.accounts() if each.table == table]
            retired = [["active", "in", [True, False]]]
            everybody = retired if table in ("YGXX", "BRXX", "YPXX") else []
            assert ask.count(model, everybody) == account.loaded, table


def test_patients_are_who_they_were(landing: Landing, known: Known) -> None:
    """All but those whose name, sex or birth is written in an odd way."""
    rows = known.db.execute(
        """
        SELECT 'P' || BRID, BRXM, CSRQ, CASE XB WHEN '1' THEN 'm' WHEN '2' THEN 'f' END, JTDZ
        FROM old."BRXX" WHERE XB IN ('1', '2') AND ZFBZ = '0' AND _ordinal NOT IN
        (SELECT ordinal FROM old_truth.fault WHERE table_name = 'BRXX')
        """
    ).fetchall()
    with landing.new.asked() as ask:
        people = {
            row["puid"]: row
            for row in ask.read("gnuhealth.patient", ["puid", "rec_name", "dob", "gender"])
        }
        homes = {
            row["party."]["ref"]: row["street"]
            for row in ask.read("party.address", ["street", "party.ref"])
        }
    assert len(rows) > 1000
    for puid, name, birth, gender, home in rows:
        found = people[puid]
        assert (found["rec_name"], found["dob"], found["gender"]) == (name, birth, gender)
        assert homes.get(puid) == home


def test_the_roll_back_returns_the_target_to_its_first_checksum(landing: Landing) -> None:
    for domain in landing.present():
        assert landing.roll_back(domain).verdict is Verdict.PASS
    assert list(in_order(BOOK)) == landing.present()[::-1]
    assert landing.checksums() == landing.before
