"""The generated hospital: whole, the same every time, as wrong as published, and known to be so."""

import hashlib
from math import sqrt
from typing import Any

import pytest

from luodi.evidence.progress import Silent
from luodi.migration.workspace import Workspace
from luodi.sandbox.data.generate import generate
from luodi.sandbox.data.model import Size, faults, kinds
from luodi.sandbox.data.schema import tables


def fingerprint(seed: int, threads: int) -> str:
    with Workspace.in_memory() as workspace:
        workspace.db.execute(f"SET threads = {threads}")
        generate(workspace.db, Size(patients=300, seed=seed), "old", progress=Silent())
        whole = hashlib.sha256()
        for table in tables():
            rows = workspace.db.execute(f"SELECT * FROM old.{table.name} ORDER BY _ordinal")
            whole.update(repr(rows.fetchall()).encode())
        for name in ("person", "fault"):
            rows = workspace.db.execute(f"SELECT * FROM old_truth.{name} ORDER BY ALL")
            whole.update(repr(rows.fetchall()).encode())
        return whole.hexdigest()


KNOWN = "26f23056f69617dacff3ab9aae28c2b70a1c031cc1995f6ca0c167814afcb3df"
"""Of 300 patients with seed 7: another engine or machine makes these, or the change is meant."""


def test_it_works(made: Any) -> None:
    size = made.hospital.size
    assert made.hospital.rows["BRXX"] == size.patients
    assert made.hospital.rows["GHXX"] == size.visits
    lines = made.hospital.rows["CFMX"]
    assert lines == pytest.approx(size.patients * 1200 / 212, rel=0.03)
    assert all(rows > 0 for rows in made.hospital.rows.values())


def test_its_catalogue_is_known(made: Any) -> None:
    catalogue = made.workspace.catalogue("old")
    assert catalogue.rows == sum(made.hospital.rows.values())
    assert all(table.comment for table in catalogue.tables)
    assert made.workspace.extracted("old") == tuple(sorted(t.name for t in catalogue.tables))


def test_the_ordinal_is_the_place_in_key_order(made: Any) -> None:
    for table in tables():
        if table.primary_key:
            keys = ", ".join(table.primary_key)
            wrong = made.value(
                f"SELECT count(*) FROM (SELECT _ordinal, "
                f"row_number() OVER (ORDER BY {keys}) AS place "
                f"FROM old.{table.name}) WHERE _ordinal <> place"
            )
            assert wrong == 0, table.name


@pytest.mark.slow
def test_the_same_seed_makes_the_same_hospital() -> None:
    assert fingerprint(7, 1) == fingerprint(7, 4) == KNOWN
    assert fingerprint(8, 4) != KNOWN


def test_a_person_is_who_the_truth_says(made: Any) -> None:
    assert made.value("SELECT count(*) FROM old_truth.person") == made.hospital.size.patients
    same = {kind.id for kind in kinds().kinds if kind.same}
    for kind, own in made.rows(
        "SELECT kind, bool_and(person = BRID) FROM old_truth.person GROUP BY kind"
    ):
        assert own == (kind not in same)


def test_kinds_come_as_often_as_published(made: Any) -> None:
    found = dict(made.rows("SELECT kind, count(*) FROM old_truth.person GROUP BY kind"))
    for kind in kinds().kinds:
        expected = made.hospital.size.patients * kind.per_10k / 10_000
        assert found.get(kind.id, 0) <= expected + 4 * sqrt(expected)
        assert found.get(kind.id, 0) >= expected * 0.8 - 4 * sqrt(expected), kind.id


def test_faults_come_as_often_as_published(made: Any) -> None:
    found = dict(made.rows("SELECT fault, count(*) FROM old_truth.fault GROUP BY fault"))
    for fault in faults().faults:
        expected = made.hospital.rows[fault.table] * fault.per_10k / 10_000
        assert found.get(fault.id, 0) <= expected + 4 * sqrt(expected) + 1, fault.id
    assert sum(found.values()) > 500


def test_no_two_people_share_an_identity_card_unless_it_was_borrowed(made: Any) -> None:
    made.workspace.db.execute(
        "CREATE OR REPLACE TEMP VIEW held AS SELECT b.SFZH, p.person, p.kind FROM old.BRXX AS b "
        "JOIN old_truth.person AS p USING (BRID) WHERE length(SFZH) = 18 AND ZJLX = '01' "
        "AND NOT EXISTS (FROM old_truth.fault AS f WHERE f.table_name = 'BRXX' "
        "AND f.column_name = 'SFZH' AND f.ordinal = b._ordinal)"
    )
    shared = made.rows(
        "SELECT bool_or(kind = 'borrowed_card') FROM held GROUP BY SFZH "
        "HAVING count(DISTINCT person) > 1"
    )
    assert shared
    assert all(borrowed for (borrowed,) in shared)


def test_the_money_adds_up_where_no_fault_was_injected(made: Any) -> None:
    wrong = made.value(
        "SELECT count(*) FROM old.CFXX AS h JOIN (SELECT CFH, sum(JE) AS total FROM old.CFMX "
        "GROUP BY CFH) AS l USING (CFH) WHERE h.JE <> l.total"
    )
    faulty = made.value(
        "SELECT count(*) FROM old_truth.fault "
        "WHERE fault IN ('prescription_total_wrong', 'line_total_wrong')"
    )
    assert 0 < wrong <= faulty
    cards = made.value(
        "SELECT count(*) FROM old.JZKXX JOIN (SELECT KH, sum(CASE CZLX WHEN '1' THEN JE ELSE -JE "
        "END) AS rest FROM old.KZMX GROUP BY KH) USING (KH) WHERE KYE <> rest"
    )
    assert cards == 0


def test_everything_a_cutover_hands_over_is_there(made: Any) -> None:
    for sql in (
        "old.ZYXX WHERE ZT = '1'",
        "old.BCXX WHERE ZYH IS NOT NULL",
        "old.YJJ WHERE ZT = '1'",
        "old.ZYFY WHERE JSZT = '0'",
        "old.ZYYZ WHERE YZLX = '1' AND ZT = '1'",
        "old.CFXX WHERE SFZT = '1' AND FYZT = '0'",
        "old.JYSQ WHERE BGZT <> '3'",
        "old.YYXX WHERE ZT = '1'",
        "old.JZKXX WHERE KYE > 0",
        "old.YFKC WHERE SL > 0 AND PH <> ''",
        "old.FPLY WHERE ZT = '1'",
    ):
        assert made.value(f"SELECT count(*) FROM {sql}") > 0, sql
