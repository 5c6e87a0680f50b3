"""Straight on a source, without a landing folder."""

from luodi.evidence.progress import Silent
from luodi.migration.source import opened, source_of
from luodi.migration.straight import staged


def test_it_works(tmp_path):
    (tmp_path / "patients.csv").write_text("id,name\n1,张三\n", encoding="utf-8")
    system = source_of("patients.csv", tmp_path)
    with (
        opened(system, tmp_path, lambda _: "") as source,
        staged(source, progress=Silent()) as (workspace, catalogue, findings),
    ):
        assert catalogue.system == "patients"
        assert findings == ()
        relation = workspace.relation("patients", "patients")
        assert workspace.db.execute(f"SELECT * FROM {relation}").fetchall() == [(1, "1", "张三")]
