"""quality.toml: own rules, meanings by hand, rules switched off; what an own rule may not do."""

import json
from pathlib import Path

import duckdb
import msgspec
import pytest

from luodi.evidence.errors import WrongUse
from luodi.migration.quality.own import Quality, offenders, read_quality
from luodi.migration.workspace import Workspace
from staged import stage, table

GOLDEN = Path(__file__).parents[2] / "landing" / "golden"


@pytest.fixture
def workspace():
    with Workspace.in_memory() as opened:
        wards = [(1, 10), (2, 0), (3, None), (4, 0)]
        made = table(opened, "his", "ward", {"id": "BIGINT", "beds": "BIGINT"}, wards)
        stage(opened, "his", made)
        yield opened


def rule(sql):
    return msgspec.structs.replace(read_quality(GOLDEN).rule[0], sql=sql)


def test_it_works(workspace):
    assert offenders(workspace, "his", rule("SELECT _ordinal FROM ward WHERE beds = 0;")) == {2, 4}


def test_version_1_reads_the_same_for_ever():
    kept = json.loads((GOLDEN / "quality.json").read_text(encoding="utf-8"))
    assert json.loads(msgspec.json.encode(read_quality(GOLDEN))) == kept


def test_a_project_without_the_file(tmp_path):
    assert read_quality(tmp_path) == Quality()


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM ward",
        "UPDATE ward SET beds = 1",
        "INSERT INTO ward SELECT * FROM ward",
        "CREATE TABLE x AS SELECT 1",
        "DROP TABLE ward",
        "SELECT _ordinal FROM ward; DROP TABLE ward",
        "COPY ward TO '{path}'",
        "ATTACH '{path}'",
        "PRAGMA database_list",
        "SET threads = 1",
        "CALL pragma_version()",
        "EXPORT DATABASE '{path}'",
        "INSTALL httpfs",
        "LOAD '{path}'",
        "WITH x AS (SELECT 1) DELETE FROM ward",
        "SELECT 1) ; DROP TABLE ward; SELECT (1",
        "SELECT nothing FROM ward",
        "SELECT id FROM ward",
        "SELECT _ordinal FROM nowhere",
        "SELECT _ordinal FROM read_csv('/etc/passwd')",
        "SELECT 1 AS _ordinal FROM read_text('/etc/passwd')",
        "SELECT 1 AS _ordinal FROM glob('/*')",
        "SELECT 1 AS _ordinal FROM '/etc/passwd'",
        "SELECT 1 AS _ordinal FROM read_csv('https://example.org/a.csv')",
        "SELECT 'x' AS _ordinal",
        "not sql at all",
        "",
    ],
)
def test_what_an_own_rule_may_not_do(workspace, tmp_path, sql):
    path = tmp_path / "out"
    with pytest.raises(WrongUse) as caught:
        offenders(workspace, "his", rule(sql.replace("{path}", str(path))))
    assert caught.value.code == "migration.quality_sql"
    assert not path.exists()
    assert workspace.count('"his"."ward"') == 4
    # and what is refused leaves the workspace fit for work
    assert offenders(workspace, "his", rule("SELECT _ordinal FROM ward WHERE beds = 0")) == {2, 4}


def test_the_refusal_quotes_no_value(workspace):
    workspace.db.execute("""UPDATE "his"."ward" SET beds = 987654321""")
    with pytest.raises(WrongUse) as caught:
        offenders(workspace, "his", rule("SELECT error(beds::VARCHAR) AS _ordinal FROM ward"))
    assert "987654321" not in caught.value.text("zh") + repr(caught.value.params)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[off]]\nrule = "nonsense"\nreason = "x"', "nonsense"),
        ('[[off]]\nrule = "phone.shape"\nreason = " "', "reason"),
        ('[[bind]]\ntable = "t"\ncolumn = "c"\nmeaning = "nonsense"', "nonsense"),
    ],
)
def test_a_wrong_file(tmp_path, text, said):
    (tmp_path / "quality.toml").write_text(f"format = 1\n{text}\n", encoding="utf-8")
    with pytest.raises(WrongUse) as caught:
        read_quality(tmp_path)
    assert caught.value.code == "migration.quality_file"
    assert said in caught.value.text("zh")


def test_an_own_rule_takes_no_name_of_the_catalogue(tmp_path):
    text = (GOLDEN / "quality.toml").read_text(encoding="utf-8")
    (tmp_path / "quality.toml").write_text(text.replace("ward.has_beds", "price.zero"), "utf-8")
    with pytest.raises(WrongUse):
        read_quality(tmp_path)


def test_duckdb_knows_what_a_statement_is():
    """The guard stands on this."""
    kinds = [s.type for s in duckdb.extract_statements("WITH x AS (SELECT 1) SELECT * FROM x")]
    assert kinds == [duckdb.StatementType.SELECT]
