"""A source is asked whether evidence still speaks for it."""

from datetime import UTC, datetime, timedelta

import pytest

from luodi.evidence.freshness import Freshness, Standing
from luodi.evidence.model import ContentInput, Environment, Evidence, Kind, Status, Verdict
from luodi.evidence.progress import Silent
from luodi.landing.systems import System, Systems
from luodi.migration.connect import connect
from luodi.migration.freshness import batches, sources
from luodi.migration.source import opened

SYSTEMS = Systems(format=1, source=(System(id="old", url="p.csv"),))


@pytest.fixture
def evidence(tmp_path):
    (tmp_path / "p.csv").write_text("id,name\n1,a\n", encoding="utf-8")
    with opened(SYSTEMS.source[0], tmp_path, lambda _: "") as source:
        (item,) = connect(source, progress=Silent()).inputs
    return item


def standing(tmp_path, item):
    resolve = sources(SYSTEMS, tmp_path, lambda _: "")
    answer = Freshness([resolve], {}, {})._answer(item)
    return answer.standing, answer.drift


def test_it_works(tmp_path, evidence):
    assert standing(tmp_path, evidence) == (Standing.SAME, 0)
    (tmp_path / "p.csv").write_text("id,name\n1,a\n2,b\n", encoding="utf-8")
    assert standing(tmp_path, evidence) == (Standing.DRIFTED, 1)


def test_another_structure(tmp_path, evidence):
    (tmp_path / "p.csv").write_text("id,title\n1,a\n", encoding="utf-8")
    assert standing(tmp_path, evidence)[0] is Standing.CHANGED


def test_a_source_that_is_gone(tmp_path, evidence):
    (tmp_path / "p.csv").unlink()
    assert standing(tmp_path, evidence)[0] is Standing.CHANGED


def test_a_source_that_does_not_answer(tmp_path, evidence):
    systems = Systems(format=1, source=(System(id="old", url="mysql://x@127.0.0.1:9/x"),))
    resolve = sources(systems, tmp_path, lambda _: "")
    assert resolve(evidence) is None


def test_what_is_not_a_source(tmp_path, evidence):
    resolve = sources(SYSTEMS, tmp_path, lambda _: "")
    assert resolve(ContentInput(name="source:old", digest="0" * 64)) is None


# --- batches --------------------------------------------------------------------------------------


def record(verb, batch="", *, at=0, subject="migration:patients", environment="rehearsal"):
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=at)
    return Evidence(
        format=1,
        project="p1",
        writer="w0",
        seq=at + 1,
        previous="0" * 64,
        recorded=moment,
        kind=Kind.MACHINE,
        environment=Environment(environment),
        subject=subject,
        engine="migration",
        verb=verb,
        status=Status.COMPLETED,
        verdict=Verdict.PASS,
        actor="a",
        host="h",
        version="0",
        started=moment,
        finished=moment,
        inputs=(batch_input(batch),) if batch else (),
    )


def batch_input(batch):
    return ContentInput(name=f"batch:{batch}", digest="5" * 64)


def batch_standing(records, batch):
    (answer,) = Freshness([batches(records)], {}, {}).of(record("reconcile", batch))
    return answer.standing


def test_a_batch_counts():
    assert batch_standing([record("load", "b1")], "b1") is Standing.SAME


def test_a_batch_that_another_load_came_after():
    records = [record("load", "b2", at=2), record("load", "b1", at=1)]
    assert batch_standing(records, "b1") is Standing.CHANGED
    assert batch_standing(records, "b2") is Standing.SAME


def test_a_batch_that_was_rolled_back_and_one_loaded_since():
    rolled_back = record("rollback", at=1)
    assert batch_standing([record("load", "b1"), rolled_back], "b1") is Standing.CHANGED
    again = record("load", "b2", at=2)
    assert batch_standing([rolled_back, again], "b2") is Standing.SAME


def test_batches_of_other_domains_and_environments():
    elsewhere = record("rollback", at=1, environment="test")
    others = record("rollback", at=2, subject="migration:drugs")
    assert batch_standing([record("load", "b1"), elsewhere, others], "b1") is Standing.SAME


def test_a_batch_that_nobody_loaded():
    assert batch_standing([], "b1") is Standing.CHANGED
