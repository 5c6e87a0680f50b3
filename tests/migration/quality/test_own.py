"""quality.toml: own rules, meanings by hand, rules switched off; what an own rule may not do."""

import json
from pathlib import Path

import duckdb
import msgspec
import pytest

from luodi.evidence.errors import WrongUse
from luodi.evidence.progress import Silent
from luodi.migration.assess import assess
from luodi.migration.model import Kind
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


def test_the_refusal_says_which_name_is_wrong(workspace):
    """What does not bind is refused before a row is read: its message holds no value."""
    with pytest.raises(WrongUse) as caught:
        offenders(workspace, "his", rule("SELECT ordinal FROM ward"))
    assert '"ordinal" not found' in caught.value.text("zh")


# --- a rule in one of the catalogue's forms -------------------------------------------------------


def assessed(workspace, **fields):
    said = read_quality(GOLDEN).rule[0]
    own = msgspec.structs.replace(said, id="own.rule", sql="", **fields)
    quality = Quality(rule=(own,))
    outcome = assess(workspace, "his", quality=quality, progress=Silent())
    hits = [hit for hit in outcome.result.assessment.hits if hit.check.rule == "own.rule"]
    return hits, [one.code for one in outcome.findings]


def test_a_condition_on_a_table_that_is_named(workspace):
    hits, _ = assessed(workspace, table="ward", value="{self.n} > 5", kinds=(Kind.INTEGER,))
    assert {hit.check.column: hit.offending for hit in hits} == {"id": 0, "beds": 1}


def test_a_condition_on_what_a_column_means(workspace):
    hits, _ = assessed(workspace, table="", value="{self.n} > 3", meanings=("row_key",))
    assert [(hit.check.column, hit.offending) for hit in hits] == [("id", 1)]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{self.n} > nope", '"nope" not found'),
        ("{self.v} >", "syntax error"),
        ("'x'::INTEGER = {self.n}", "ConversionException"),
    ],
)
def test_a_condition_that_duckdb_refuses(workspace, value, said):
    with pytest.raises(WrongUse) as caught:
        assessed(workspace, table="ward", value=value)
    assert caught.value.code == "migration.quality_sql"
    assert said in caught.value.text("en")


@pytest.mark.parametrize("fields", [{"table": "wards"}, {"table": "", "meanings": ("bed_no",)}])
def test_a_rule_that_looks_at_nothing_is_told(workspace, fields):
    hits, findings = assessed(workspace, value="{self.filled}", **fields)
    assert hits == []
    assert "migration.quality_unbound" in findings


def test_a_rule_that_looks_at_something_is_not(workspace):
    _, findings = assessed(workspace, table="ward", value="{self.n} > 5")
    assert "migration.quality_unbound" not in findings


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
        ('[[off]]\nrule = "phone.shap"\nreason = "x"', "phone.shape?"),
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
