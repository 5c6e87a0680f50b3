"""map: evidence per domain and dictionary, and the version it speaks of."""

import pytest

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import ContentInput, SnapshotInput, Verdict
from luodi.evidence.progress import Silent
from luodi.landing.home import Home
from luodi.landing.new import new
from luodi.landing.settings import read_settings
from luodi.migration.map import map
from luodi.migration.mapping.check import Known
from luodi.migration.mapping.model import Book
from luodi.migration.mapping.new import identifier
from luodi.migration.mapping.read import read_book
from luodi.migration.mapping.versions import keep_version, mapping_digests, recall_version
from luodi.migration.model import Catalogue, Column, Kind, Table

TEXT = """\
format = 1
domain = "drugs"
title = { zh = "药品", en = "Drugs" }
owner = "pharmacy"
source = "old"
target = "new"
[[dictionary]]
id = "drug"
edition = "医保药品目录 2024"
[[feed]]
id = "drug"
from = "drug"
to = "drug"
key = { column = "id" }
[[feed.column]]
to = "code"
from = ["code"]
steps = [{ op = "dictionary", name = "drug" }]
"""


def table(*names):
    columns = [Column(name=name, type="bigint", kind=Kind.INTEGER) for name in names]
    return Table(name="drug", columns=tuple(columns), primary_key=("id",), rows=3)


KNOWN = Known(
    {
        "old": Catalogue(system="old", product="x", tables=(table("id", "code", "price"),)),
        "new": Catalogue(system="new", product="x", tables=(table("id", "code"),)),
    }
)


@pytest.fixture
def folder(tmp_path):
    made = new(tmp_path / "项目", template_name="demo").result
    (made.path / "mapping").mkdir(exist_ok=True)
    (made.path / "mapping" / "drugs.toml").write_text(TEXT, "utf-8")
    (made.path / "mapping" / "drug.tsv").write_text(
        "source_value\ttarget_value\tstatus\n1\tX1\taccepted\n2\tX2\tproposed\n3\t\topen\n", "utf-8"
    )
    return made


def figures(outcome):
    return {figure.name: figure.value for figure in outcome.figures}


def test_it_works(folder):
    mapped = map(folder, read_book(folder.path), KNOWN, progress=Silent())
    (domain,), (dictionary,) = mapped.domains, mapped.dictionaries
    assert (domain.subject, domain.verb, domain.verdict) == ("mapping:drugs", "map", Verdict.WARN)
    assert figures(domain) == {
        "tables": 1,
        "columns": 1,
        "required_unmapped": 0,
        "unused": 1,
        "exclusions": 0,
        "errors": 0,
    }
    assert [type(item) for item in domain.inputs] == [
        ContentInput,
        ContentInput,
        SnapshotInput,
        SnapshotInput,
    ]
    assert dictionary.subject == "dictionary:drug"
    assert figures(dictionary)["unmapped"] == 2
    assert str(figures(dictionary)["coverage"]) == "33.3"
    assert mapped.sound


def test_codes_of_the_insurance_bureau(folder):
    mapped = map(folder, read_book(folder.path), KNOWN, progress=Silent())
    assert mapped.insurance.subject == "insurance:catalogue-mapping"
    assert figures(mapped.insurance)["unmapped"] == 2
    text = (folder.path / "mapping" / "drugs.toml").read_text("utf-8")
    (folder.path / "mapping" / "drugs.toml").write_text(text.replace("医保", "院内"), "utf-8")
    assert map(folder, read_book(folder.path), KNOWN, progress=Silent()).insurance is None


def test_an_empty_mapping(folder):
    with pytest.raises(WrongUse) as refused:
        map(folder, Book(), KNOWN, progress=Silent())
    assert refused.value.code == "migration.no_mapping"


def test_versions_are_kept(folder):
    home = Home.of(read_settings())
    before = read_book(folder.path)
    version = keep_version(home, folder)
    assert keep_version(home, folder) == version
    path = folder.path / "mapping" / "drug.tsv"
    path.write_text(path.read_text("utf-8").replace("X1", "X9"), "utf-8")
    assert keep_version(home, folder) != version
    assert recall_version(home, folder, version[:8]) == before
    assert set(mapping_digests(folder)) >= {"mapping/drugs.toml", "mapping/drug.tsv"}


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("pms_patient", "pms_patient"),
        ("dbo.BRXX", "dbo_brxx"),
        ("病人信息", "bing_ren_xin_xi"),
        ("2024", "t_2024"),
        ("--", "t"),
    ],
)
def test_names_become_identifiers(name, plain):
    assert identifier(name) == plain
