"""suggest: systems by their catalogues and rows, lists by the columns they are made of."""

import pytest

from luodi.evidence.errors import WrongUse
from luodi.evidence.progress import Silent
from luodi.migration.linkage.into import into
from luodi.migration.mapping.model import Terms
from luodi.migration.model import Catalogue, Column, Kind, Table
from luodi.migration.suggest import Seen, suggest, suggest_terms
from luodi.migration.suggesting.sort import Sort
from luodi.migration.workspace import Workspace


def seen(workspace, system, table, **columns):
    """A system with one table and its rows."""
    names = [Column(name=name, type="text", kind=Kind.TEXT) for name in columns]
    catalogue = Catalogue(
        system=system, product="test", tables=(Table(name=table, columns=tuple(names)),)
    )
    workspace.keep(catalogue)
    rows = list(zip(*columns.values(), strict=True))
    relation = workspace.relation(system, table)
    typed = ", ".join(f'"{name}" VARCHAR' for name in columns)
    workspace.db.execute(f"CREATE TABLE {relation} (_ordinal BIGINT, {typed})")
    into(workspace.db, relation, [(place, *row) for place, row in enumerate(rows, 1)])
    return Seen(catalogue, workspace)


@pytest.fixture
def workspace():
    with Workspace.in_memory() as opened:
        yield opened


def test_it_works(workspace):
    old = seen(workspace, "old", "BRXX", BRXM=["张三", "李四"], CSRQ=["19800101", "19900202"])
    new = seen(workspace, "new", "patient", birthday=["1980-01-01"], full_name=["王五"])
    (match,) = suggest(old, new, progress=Silent())
    best = {c.source_column: c.target_column for c in reversed(match.columns)}
    assert best == {"BRXM": "full_name", "CSRQ": "birthday"}
    assert "张三" not in str(match)


DRUGS = {
    "CODE": ["86", "86", "86"],
    "ID": ["1", "2", "3"],
    "NAME": ["阿莫西林胶囊", "氯化钠注射液", "甘草片"],
    "GENERIC_NAME": ["", "", ""],
    "FORMAT": ["0.25g×24粒/盒", "0.9%100ml/瓶", "100片/瓶"],
    "MANUFACTURER": ["甲厂", "乙厂", "丙厂"],
}


def test_lists_of_drugs(workspace):
    """Columns are found by name and by what they hold: a code that repeats is none."""
    old = seen(workspace, "old", "drug", **DRUGS)
    new = seen(
        workspace,
        "new",
        "medicine",
        YPBM=["A", "B"],
        YPMC=["氯化钠注射液", "阿莫西林胶囊"],
        YPGG=["0.9%100ml", "250mg*24粒"],
        SCCJ=["乙厂", "甲厂"],
    )
    found = suggest_terms(old, new, progress=Silent())
    assert found.sort is Sort.DRUGS
    assert (found.source.value, found.source.label) == ("ID", "NAME")
    assert (found.target.value, found.target.manufacturer) == ("YPBM", "SCCJ")
    assert {match.source: match.target for match in found.matches} == {"1": "B", "2": "A"}


def test_a_list_that_is_told(workspace):
    old = seen(workspace, "old", "t", c1=["1"], c2=["内科"])
    new = seen(workspace, "new", "t", c1=["9"], c2=["内科"])
    lists = (Terms(table="t", value="c1", label="c2"),) * 2
    found = suggest_terms(old, new, lists, Sort.NAMES, progress=Silent())
    assert [(m.source, m.target) for m in found.matches] == [("1", "9")]
    wrong = (Terms(table="t", value="c9"), lists[1])
    with pytest.raises(WrongUse) as refused:
        suggest_terms(old, new, wrong, progress=Silent())
    assert refused.value.code == "migration.suggest_no_column"


def test_no_list(workspace):
    old = seen(workspace, "old", "t", qq=["1"])
    with pytest.raises(WrongUse) as refused:
        suggest_terms(old, old, progress=Silent())
    assert refused.value.code == "migration.suggest_no_list"


def test_rows_that_were_not_extracted(workspace):
    old = seen(workspace, "old", "drug", **DRUGS)
    workspace.db.execute("DROP TABLE old.drug")
    with pytest.raises(WrongUse) as refused:
        suggest_terms(old, old, progress=Silent())
    assert refused.value.code == "migration.suggest_not_extracted"
