"""The page of an assessment in a folder: public, by its digest, without a value of a row."""

import hashlib

import pytest

from luodi.evidence.progress import Silent
from luodi.migration.assess import assess
from luodi.migration.quality.reports import reported
from luodi.migration.workspace import Workspace
from staged import stage, table

ROWS = [(1, "张三丰", "110101199003071235"), (2, "李四光", "1101011990")]


@pytest.fixture(scope="module")
def outcome():
    with Workspace.in_memory() as workspace:
        columns = {"id": "BIGINT", "name": "VARCHAR", "id_card": "VARCHAR"}
        stage(workspace, "his", table(workspace, "his", "patient", columns, ROWS))
        yield assess(workspace, "his", progress=Silent())


def test_it_works(outcome, tmp_path):
    done = reported(outcome, tmp_path / "new" / "folder", "zh")
    (artefact,) = done.artefacts
    data = (tmp_path / "new" / "folder" / "assess-his.html").read_bytes()
    assert (artefact.name, artefact.private) == ("assess-his.html", False)
    assert artefact.digest == hashlib.sha256(data).hexdigest()
    assert done.figures == outcome.figures


def test_no_value_of_a_row_is_in_it(outcome, tmp_path):
    reported(outcome, tmp_path, "en")
    html = (tmp_path / "assess-his.html").read_text(encoding="utf-8")
    for _, name, card in ROWS:
        assert name not in html
        assert card not in html
    assert "patient.id_card" in html


def test_without_a_folder_nothing_is_written(outcome):
    assert reported(outcome, None, "zh") is outcome
