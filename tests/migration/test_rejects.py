"""rejects: every row that did not get in, with its reason, in the vault and nowhere else."""

import io
import sqlite3
from contextlib import closing

import pytest
from openpyxl import load_workbook

from luodi.evidence.catalogue import lookup
from luodi.evidence.model import Verdict
from luodi.evidence.progress import Silent
from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.vault.init import init
from luodi.landing.vault.store import Vault
from luodi.migration.batch import Batches
from luodi.migration.load import load
from luodi.migration.loading.account import Reason
from luodi.migration.rejects import at_hand, reason_text, rejects, unreadable
from luodi.migration.source.model import Reject
from luodi.migration.target.sqlite import SqliteTarget
from luodi.migration.workspace import Workspace
from migration.load_sample import DICTIONARIES, PATIENTS, fill, order, rules
from migration.test_load_again import TABLES


@pytest.fixture
def vault(luodi_home):
    settings = read_settings()
    init(Home.of(settings), settings, "p1")
    return Vault.open(Home.of(settings), settings, "p1")


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        fill(workspace, patients=[*PATIENTS[:3], (4, "=赵六", "9", None), PATIENTS[4]])
        yield workspace


@pytest.fixture
def batch(workspace, tmp_path):
    with closing(sqlite3.connect(tmp_path / "new.db")) as database:
        database.executescript(TABLES.format(key="PRIMARY KEY"))
    with closing(SqliteTarget("new_his", tmp_path / "new.db")) as target:
        load(workspace, rules(), target, DICTIONARIES, order(), progress=Silent())
    return at_hand(workspace, "patients", "new_his")


def sheets(vault, name):
    with vault.get(name) as content:
        book = load_workbook(io.BytesIO(b"".join(content)))
    return {page.title: [[cell.value for cell in row] for row in page.rows] for page in book}


def test_it_works(workspace, batch, vault):
    outcome = rejects(workspace, batch, vault, progress=Silent())
    assert {(e.table, e.column, e.reason, e.rows) for e in outcome.result.rejected} == {
        ("pms_patient", "sex", "dictionary", 1),
        ("pms_visit", "patient_id", "lookup", 1),
        ("pms_visit", "fee", "decimal", 1),
    }
    assert outcome.verdict is Verdict.WARN
    assert "赵六" not in str(outcome)
    book = sheets(vault, f"rejects/{batch.id}/rejects.xlsx")
    assert list(book) == ["汇总", "pms_patient", "pms_visit"]
    assert book["pms_patient"] == [
        ["_ordinal", "_feed", "_column", "_reason", "pid", "xm", "xb", "csrq"],
        [4, "patient", "sex", "dictionary", "4", "=赵六", "9", "∅"],
    ]
    assert len(book["pms_visit"]) == 3
    names = {entry.name for entry in vault.entries()}
    assert f"rejects/{batch.id}/pms_visit.csv" in names


def test_nothing_was_rejected(workspace, vault, batch):
    workspace.db.execute(f"DELETE FROM {batch.relation('_exception')}")
    outcome = rejects(workspace, batch, vault, progress=Silent())
    assert (outcome.result.rejected, outcome.artefacts) == ((), ())
    assert outcome.verdict is Verdict.PASS


def test_lines_that_are_no_rows(workspace, vault):
    workspace.db.execute(
        "CREATE TABLE IF NOT EXISTS _luodi.reject "
        "(system VARCHAR, table_name VARCHAR, line BIGINT, reason VARCHAR, raw BLOB)"
    )
    lines = [
        Reject(line=7, reason="width", raw="7,张三,男,多".encode("gb18030")),
        Reject(line=9, reason="quote", raw=b'9,"\xff\x00'),
    ]
    for each in lines:
        workspace.db.execute(
            "INSERT INTO _luodi.reject VALUES ('old_his', 'a/b', ?, ?, ?)",
            [each.line, each.reason, each.raw],
        )
    outcome = unreadable(workspace, "old_his", vault, lang="en", progress=Silent())
    assert [each.first for each in outcome.result.rejected] == [9, 7]
    book = sheets(vault, "rejects/old_his/unreadable.xlsx")
    assert book["a_b"][1] == [7, "width", "7,张三,男,多"]
    assert book["a_b"][2][2].startswith('9,"')


def test_nothing_was_loaded(workspace):
    assert at_hand(workspace, "patients", "new_his") is None
    assert Batches(workspace).all() == ()


REASONS = (
    *("require", "length", "dictionary", "lookup", "date", "date_time", "integer", "decimal"),
    *("boolean", "id_card", "specification", "nul", "one_of", "multiply", "time", "float"),
    *("unique", "unique_present", "foreign_key", "check", "encoding", "link", "merge"),
    *("target_changed", "target_23503", "target_CONSTRAINT_TRIGGER"),
)


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_words(reason):
    for lang in ("zh", "en"):
        each = Reason(table="t", feed="f", column="列", reason=reason, rows=1, first=1)
        assert not reason_text(each, lang).startswith(("migration.", "transform."))
    assert lookup("migration.reject_target")
