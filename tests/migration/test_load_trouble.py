"""Trouble from outside while a load runs: it is named, nothing is lost, nothing is loaded twice."""

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent
from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.vault.init import init
from luodi.landing.vault.store import Vault
from luodi.migration.batch import Batches, State
from luodi.migration.load import load
from luodi.migration.target.postgresql import PostgreSQL
from luodi.migration.workspace import Workspace
from migration.load_sample import (
    DICTIONARIES,
    PMS_PATIENT,
    PMS_VISIT,
    changed,
    fates,
    fill,
    order,
    put,
    rules,
)
from servers import connect_postgresql


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        fill(workspace)
        yield workspace


def run(workspace, target, mapping=None, **more):
    return load(
        workspace, mapping or rules(), target, DICTIONARIES, order(**more), progress=Silent()
    )


def test_a_connection_cut_in_the_middle(workspace, new_his):
    """The server ends our connections after the first part; the run goes on where it was."""
    write = new_his.target.write

    def cut(batch, part):
        if part.feed == "visit":
            new_his.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        return write(batch, part)

    new_his.target.write = cut
    with pytest.raises(LuodiError) as caught:
        run(workspace, new_his.target)
    assert caught.value.code == "migration.target_lost"
    (batch,) = Batches(workspace).all()
    assert batch.state is State.WRITING
    assert new_his.rows("SELECT count(*) FROM patient") == [(4,)]
    again = PostgreSQL("new_his", new_his.parameters)
    outcome = run(workspace, again, resume=True)
    again.close()
    assert outcome.result.batch == batch.id
    assert new_his.rows("SELECT id FROM visit ORDER BY id") == [(10,), (11,), (12,)]


def test_two_runs_at_once(workspace, new_his):
    other = PostgreSQL("new_his", new_his.parameters)
    other.begin("other")
    with pytest.raises(LuodiError) as caught:
        run(workspace, new_his.target)
    other.close()
    assert caught.value.code == "migration.target_busy"
    assert not Batches(workspace).unfinished("patients", "new_his")


def test_no_right_to_write(workspace, new_his, postgresql):
    new_his.execute("DROP ROLE IF EXISTS reader")
    new_his.execute("CREATE ROLE reader LOGIN PASSWORD 'luodi-test'")
    new_his.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    new_his.execute("GRANT USAGE ON SCHEMA public TO reader")
    target = PostgreSQL("new_his", {**new_his.parameters, "user": "reader"})
    outcome = run(workspace, target)
    target.close()
    assert not outcome.result.written
    rights = [f.params for f in outcome.findings if f.code == "migration.load_right_missing"]
    assert {"table": "patient", "right": "INSERT"} in rights
    with connect_postgresql(postgresql, new_his.parameters["dbname"]) as admin:
        admin.execute("DROP OWNED BY reader")


def test_no_room_for_the_staging(luodi_home, new_his):
    conf = read_settings()
    init(Home.of(conf), conf, "p1")
    with Workspace.in_vault(Vault.open(Home.of(conf), conf, "p1"), memory="30MB") as workspace:
        fill(workspace)
        patient = workspace.relation("old_his", "pms_patient")
        workspace.db.execute(
            f"INSERT INTO {patient} SELECT range, range, repeat(hash(range)::VARCHAR, 9), '1', '' "
            "FROM range(6, 400000)"
        )
        workspace.db.execute("SET max_temp_directory_size = '1MB'")
        workspace.db.execute("SET memory_limit = '12MB'")
        mapping = rules(feed=changed("patient", merge={"by": ["name", "birth"]}))
        with pytest.raises(LuodiError) as caught:
            run(workspace, new_his.target, mapping)
        assert caught.value.code == "migration.load_disk_full"
        assert not Batches(workspace).unfinished("patients", "new_his")
    assert new_his.rows("SELECT count(*) FROM patient") == [(0,)]


def test_no_patient_in_an_error(workspace, new_his):
    """The server's own words quote the row; ours name table, ordinal and SQLSTATE."""
    new_his.execute("ALTER TABLE patient ADD CHECK (name !~ '李')")
    outcome = run(workspace, new_his.target)
    assert "李四" not in str([(f.code, f.params) for f in outcome.findings])
    with pytest.raises(LuodiError) as caught:
        PostgreSQL("new_his", {**new_his.parameters, "password": "wrong"})
    assert caught.value.__cause__ is None
    assert not isinstance(caught.value, psycopg.Error)


# --- the equation ---------------------------------------------------------------------------------

names = st.one_of(st.none(), st.sampled_from(["张三", " 张三", "", " ", "长" * 30, 'a"b\t', "\\."]))
sexes = st.one_of(st.none(), st.sampled_from(["1", "2", "9", ""]))
births = st.one_of(st.none(), st.sampled_from(["1980-01-02", "2001-02-30", "", "x"]))
patients = st.lists(st.tuples(names, sexes, births), max_size=8)
visits = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["1.00", "7", "abc", "", "99999999999"])),
    max_size=8,
)


@pytest.mark.slow
@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    patients=patients,
    visits=visits,
    merge=st.booleans(),
    strict=st.booleans(),
    key=st.sampled_from(["source", "sequence"]),
    filled=st.booleans(),
    excluded=st.booleans(),
    held=st.booleans(),
    narrow=st.booleans(),
)
def test_every_row_has_one_fate(
    new_his, patients, visits, merge, strict, key, filled, excluded, held, narrow
):
    """source = loaded + merged + rejected + review + excluded, whatever comes."""
    new_his.execute("TRUNCATE visit, patient")
    new_his.execute("DROP TABLE IF EXISTS luodi_batch")
    if filled:
        new_his.execute("INSERT INTO patient VALUES (3, '旧人', 'M', NULL, NULL)")
    feed = {"key": {"column": "id", "strategy": key}, "review": "patients"}
    if merge:
        feed["merge"] = {"by": ["name", "sex"], "order": ["csrq"]}
    if narrow:
        feed["where"] = {"column": "xb", "compare": "ne", "value": "9"}
    if strict:
        mine = {"to": "birth", "from": ["csrq"], "steps": [{"op": "date"}]}
        feed["column"] = [*changed("patient")[1]["column"][:2], mine]
    exclusion = {
        "id": "nobody",
        "table": "pms_patient",
        "reason": "空",
        "home": "老库",
        "where": {"column": "xm", "compare": "blank"},
    }
    mapping = rules(feed=changed("patient", **feed), exclude=[exclusion])
    with Workspace.in_memory() as workspace:
        fill(workspace, [], [])
        put(workspace, PMS_PATIENT, [(n, *row) for n, row in enumerate(patients, start=1)])
        put(workspace, PMS_VISIT, [(n, *row) for n, row in enumerate(visits, start=1)])
        outcome = run(
            workspace,
            new_his.target,
            mapping,
            signed=frozenset({"nobody"} if excluded else ()),
            held={"patients": "SELECT 'pms_patient' AS source_table, 2 AS ordinal"} if held else {},
            part_rows=3,
        )
        found = fates(workspace, outcome)
        for account in outcome.result.tables:
            fated = account.loaded + account.merged + account.rejected
            fated += account.review + account.excluded
            assert account.rows == fated + account.unaccounted
            assert account.unaccounted == 0 or narrow
        loaded = sum(t == "pms_patient" and f == "loaded" for (t, _), (f, _) in found.items())
        (held_rows,) = new_his.rows("SELECT count(*) FROM patient")
        assert held_rows == (loaded + filled,)
        orphans = "SELECT count(*) FROM visit v LEFT JOIN patient p ON p.id = v.patient_id "
        assert new_his.rows(orphans + "WHERE p.id IS NULL") == [(0,)]
