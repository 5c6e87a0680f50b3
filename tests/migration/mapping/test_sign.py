"""Signatures on a mapping: what they cover, and that an edit makes them stale."""

import json

import pytest

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Environment
from luodi.evidence.outcome import Act
from luodi.landing.new import new
from luodi.landing.settings import read_settings
from luodi.landing.site import Site
from luodi.migration.mapping.read import read_book
from luodi.migration.mapping.sign import (
    SCOPE,
    Paper,
    sign_domain,
    sign_exclusions,
    signatures,
)


@pytest.fixture
def site(folder):
    """A project with the sample mapping."""
    made = new(folder / "项目", template_name="demo", environment=Environment.REHEARSAL)
    (folder / "mapping").rename(made.result.path / "mapping")
    return Site.open(made.result.path, read_settings())


@pytest.fixture
def paper(tmp_path):
    scan = tmp_path / "签字.pdf"
    scan.write_bytes(b"%PDF signed")
    return Paper(scan, "王主任", "李科长")


def edit(site, before, after, name="patients.toml"):
    path = site.folder.path / "mapping" / name
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")


def sign(site, paper, domain="patients", environment=None):
    book = read_book(site.folder.path)
    outcome = (
        sign_domain(site.folder, book, domain, paper)
        if domain
        else sign_exclusions(site.folder, book, paper)
    )
    act = Act("evidence", "attest", outcome.subject)
    return site.perform(act, lambda: outcome, environment=environment)


def found(site, environment=None):
    """What a run that starts now would see."""
    now = Site.open(site.folder.path, read_settings())
    return signatures(now, read_book(now.folder.path), environment)


def test_it_works(site, paper):
    assert found(site).domains == frozenset()
    outcome, record = sign(site, paper)
    assert (outcome.subject, record.figure("unsigned").value) == ("mapping:patients", 0)
    assert [item.name for item in record.inputs] == ["mapping/patients.toml", "mapping/sex.tsv"]
    assert (record.attestation.signer, record.attestation.countersigner) == ("王主任", "李科长")
    assert found(site).domains == {"patients"}


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [('op = "trim"', 'op = "upper"', "patients.toml"), ("\tM\t", "\tX\t", "sex.tsv")],
)
def test_an_edit_makes_it_stale(site, paper, before, after, name):
    sign(site, paper)
    edit(site, before, after, name)
    assert found(site).domains == frozenset()
    edit(site, after, before, name)
    assert found(site).domains == {"patients"}


def test_what_says_the_same_stays_signed(site, paper):
    sign(site, paper)
    edit(site, "# 一行一位患者", "# 每行是一位患者\n")
    assert found(site).domains == {"patients"}


def test_undecided_values_are_counted(site, paper):
    edit(site, "1\tM\t男\taccepted", "1\tM\t男\tproposed", "sex.tsv")
    _, record = sign(site, paper)
    assert record.figure("unsigned").value == 1
    assert found(site).domains == frozenset()


def test_exclusions(site, paper):
    book = read_book(site.folder.path)
    exclusion = book.mapping("patients").exclusions[0]
    assert not found(site).covers("patients", exclusion)
    outcome, record = sign(site, paper, domain="")
    assert outcome.subject == SCOPE
    figures = {figure.name: figure.value for figure in record.figures}
    assert figures == {"unsigned": 0, "without_home": 0}
    assert found(site).covers("patients", exclusion)
    edit(site, 'op = "trim"', 'op = "upper"')  # not what was signed
    assert found(site).covers("patients", exclusion)
    edit(site, "机房 A3", "机房 B1")
    assert not found(site).covers("patients", exclusion)


def test_an_exclusion_added_later(site, paper):
    """The one that was signed still counts, the new one does not, and the gate is told."""
    _, record = sign(site, paper, domain="")
    path = site.folder.path / "mapping" / "patients.toml"
    more = '\n[[exclude]]\nid = "more"\ntable = "t"\nreason = "r"\nhome = "h"\n'
    path.write_text(path.read_text("utf-8") + more, "utf-8")
    assert found(site).exclusions == {("patients", "login_log")}
    whole = next(item for item in record.inputs if item.name == "mapping/#exclude")
    assert site.folder.resolve(whole).digest != whole.digest


def test_an_exclusion_without_a_home(site, paper):
    edit(site, "老库只读备份，机房 A3", "")
    _, record = sign(site, paper, domain="")
    assert record.figure("without_home").value == 1
    assert found(site).exclusions == frozenset()


def test_a_signature_of_a_test_does_not_count_in_production(site, paper):
    sign(site, paper, environment=Environment.TEST)
    assert found(site).domains == frozenset()  # the project is a rehearsal
    assert found(site, Environment.TEST).domains == {"patients"}


def test_a_forged_ledger_counts_for_nothing(site, paper):
    sign(site, paper)
    chain = next((site.folder.path / "evidence").glob("*.jsonl"))
    chain.write_bytes(chain.read_bytes().replace("王主任".encode(), "张主任".encode()))
    assert found(site).domains == frozenset()


def test_a_domain_that_is_not_there(site, paper):
    with pytest.raises(WrongUse) as refused:
        sign(site, paper, domain="drugs")
    assert refused.value.params == {"domain": "drugs", "known": ("patients",)}


def test_nothing_to_exclude(site, paper):
    text = (site.folder.path / "mapping" / "patients.toml").read_text("utf-8")
    (site.folder.path / "mapping" / "patients.toml").write_text(
        text.partition("[[exclude]]")[0], "utf-8"
    )
    with pytest.raises(WrongUse) as refused:
        sign(site, paper, domain="")
    assert refused.value.code == "migration.map_no_exclusions"


def test_the_ledger_holds_no_text(site, paper):
    """Rules and values stay in the folder; the record names files by digest."""
    _, record = sign(site, paper)
    said = json.dumps([str(item) for item in record.inputs])
    assert "trim" not in said
