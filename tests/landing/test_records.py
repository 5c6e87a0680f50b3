"""Look into the ledger: one record, the newest, all of them; heads kept elsewhere."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.chain import Keep
from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import Attestation, Environment, Figure, Finding, Kind, Severity, Verdict
from luodi.evidence.outcome import Act, Outcome
from luodi.evidence.stored import encode
from luodi.evidence.verify import Verification
from luodi.landing.home import Home
from luodi.landing.new import new
from luodi.landing.records import (
    _inert,
    built_on,
    find_record,
    newest,
    read_marks,
    write_records,
)
from luodi.landing.settings import Settings
from luodi.landing.site import Site

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠A"]


@pytest.fixture
def site(tmp_path: Path, home: Home, settings: Settings) -> Site:
    site = Site(new(tmp_path / "东江 HIS", template_name="demo").result, home, settings)
    for number, subject in enumerate(["migration:患者", "migration:医嘱", "training:cashier"]):
        paper = Attestation(statement="到课", scan="0" * 64, signer="=张工")
        outcome = Outcome(
            None,
            subject=subject,
            engine="demo",
            verb="reconcile",
            verdict=Verdict.PASS,
            kind=Kind.ATTESTATION if number == 2 else Kind.MACHINE,
            figures=(Figure(name="rows", value=number, unit="row"),),
            findings=(Finding(code="landing.demo_sample", severity=Severity.INFO),),
            attestation=paper if number == 2 else None,
        )
        act = Act("demo", "reconcile", subject)
        site.perform(act, lambda outcome=outcome: outcome, actor="=cmd|'/c calc'!A1")
    return site


@pytest.fixture
def verification(site: Site) -> Verification:
    return site.verify(keep=Keep.ALL).result


def refusal(act: Callable[[], object]) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        act()
    assert caught.value.next_step("zh")
    assert caught.value.next_step("en")
    return caught.value


def test_it_works(site: Site, verification: Verification) -> None:
    record = find_record(verification, f"{site.signer.writer}:2")
    assert record.subject == "migration:患者"


@pytest.mark.parametrize("name", ["", "2", "w0:2", "{writer}:5", "{writer}", "{writer}:02"])
def test_a_record_that_is_not_there(site: Site, verification: Verification, name: str) -> None:
    asked = name.format(writer=site.signer.writer)
    error = refusal(lambda: find_record(verification, asked))
    assert isinstance(error, WrongUse)
    assert error.code == "landing.no_record"


def test_the_newest_come_first(verification: Verification) -> None:
    assert [record.seq for record in newest(verification)] == [4, 3, 2, 1]
    assert [record.seq for record in newest(verification, last=1)] == [4]
    assert [record.seq for record in newest(verification, subject="migration:")] == [3, 2]
    assert [record.seq for record in newest(verification, kind=Kind.ATTESTATION)] == [4]
    assert newest(verification, subject="migration:", kind=Kind.DECISION) == []


# --- for an auditor -------------------------------------------------------------------------------


def test_lines_are_the_records_as_they_are_stored(
    site: Site, verification: Verification, tmp_path: Path
) -> None:
    target = tmp_path / "审 计.jsonl"
    assert write_records(verification, target, "zh") == 4
    assert target.read_bytes() == site.chains.data(site.signer.writer)
    assert [encode(record) for record in newest(verification)][::-1] == (
        target.read_bytes().splitlines()
    )


@pytest.mark.parametrize(("lang", "word"), [("zh", "样例证据"), ("en", "Sample evidence")])
def test_a_table_opens_in_a_spreadsheet(
    verification: Verification, tmp_path: Path, lang: str, word: str
) -> None:
    target = tmp_path / "审计.CSV"
    assert write_records(verification, target, lang) == 4  # type: ignore[arg-type]
    data = target.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfid,")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [row["id"].rpartition(":")[2] for row in rows] == ["1", "2", "3", "4"]
    assert rows[1]["subject"] == "migration:患者"
    assert rows[2]["figures"] == {"zh": "行数 1 行", "en": "rows 1 rows"}[lang]
    assert word in rows[1]["findings"]
    assert all(None not in row and None not in row.values() for row in rows)


def test_a_table_runs_no_formula(verification: Verification, tmp_path: Path) -> None:
    write_records(verification, tmp_path / "a.csv", "zh")
    text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {row["actor"] for row in rows} == {"'=cmd|'/c calc'!A1"}
    assert rows[3]["signer"] == "'=张工"


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_becomes_text(cell: str) -> None:
    assert _inert(cell) == "'" + cell


@given(st.text())
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    assert _inert(cell)[:1] not in {formula[0] for formula in FORMULAS}
    assert _inert(cell).removeprefix("'") == cell.removeprefix("'")


@pytest.mark.parametrize("name", ["a.xlsx", "a", "a.json", ".csv"])
def test_another_form(verification: Verification, tmp_path: Path, name: str) -> None:
    error = refusal(lambda: write_records(verification, tmp_path / name, "zh"))
    assert error.code == "landing.export_form"
    assert list(tmp_path.glob(f"{name}*")) == []


def test_a_file_is_never_overwritten(verification: Verification, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("mine")
    error = refusal(lambda: write_records(verification, tmp_path / "a.csv", "zh"))
    assert error.code == "landing.exists"
    assert (tmp_path / "a.csv").read_text() == "mine"


@pytest.mark.needs("root", "mount")
def test_a_full_disk_leaves_no_file(
    verification: Verification, mounted: Callable[..., Path]
) -> None:
    point = mounted("size=4k")
    (point / "full").write_bytes(b"0" * 4096)
    error = refusal(lambda: write_records(verification, point / "a.csv", "zh"))
    assert error.code == "evidence.disk_full"
    assert [path.name for path in point.iterdir()] == ["full"]


# --- heads kept elsewhere -------------------------------------------------------------------------


def token(site: Site) -> str:
    head = site.chains.head(site.signer.writer)
    assert head is not None
    return head.token()


def project(site: Site) -> str:
    return site.folder.project.project


def test_a_head_as_a_line(site: Site) -> None:
    (mark,) = read_marks(f"  {token(site)}\n", project(site))
    assert (mark.head.writer, mark.head.seq) == (site.signer.writer, 4)


@pytest.mark.parametrize("saved", ["{0}", "\ufeff{0}\r\n\r\n{0}\r\n", "\n  {0}  \n"])
def test_heads_in_a_text_file(site: Site, tmp_path: Path, saved: str) -> None:
    path = tmp_path / "会议 纪要.txt"
    path.write_text(saved.format(token(site)), encoding="utf-8")
    marks = list(read_marks(str(path), project(site)))
    assert {mark.head.seq for mark in marks} == {4}
    assert {mark.source for mark in marks} == {str(path)}


def test_a_head_file_and_a_folder_of_them(site: Site) -> None:
    path = site.folder.path / "evidence" / f"{site.signer.writer}.head"
    (one,) = read_marks(str(path), project(site))
    (same,) = read_marks(str(site.folder.path), project(site))
    assert one == same


def test_a_folder_without_heads_is_no_proof(site: Site, tmp_path: Path) -> None:
    """It compared with nothing and said that the ledger was whole."""
    (tmp_path / "空").mkdir()
    (tmp_path / "空.txt").write_text("\n\n")
    for place in ("空", "空.txt"):
        error = refusal(lambda place=place: list(read_marks(str(tmp_path / place), project(site))))
        assert isinstance(error, WrongUse)
        assert error.code == "landing.no_mark"
        assert place in error.text("zh")


@pytest.mark.parametrize("data", ["落地".encode("gbk"), "落地".encode("utf-16"), b"%PDF-\xff"])
def test_minutes_that_are_no_text(site: Site, tmp_path: Path, data: bytes) -> None:
    """A Word file of the minutes ended as a defect."""
    path = tmp_path / "纪要.docx"
    path.write_bytes(data)
    error = refusal(lambda: list(read_marks(str(path), project(site))))
    assert error.code == "evidence.toml_not_text"


@pytest.mark.parametrize("text", ["w:1", "", "x" * 5000, "luodi-head:1:p:w:x:y", "nope.txt"])
def test_a_line_that_is_no_head(
    site: Site, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    error = refusal(lambda: list(read_marks(text, project(site))))
    assert isinstance(error, WrongUse)
    assert error.code == "evidence.token_malformed"
    assert len(error.text("zh")) < 200


def test_a_head_of_another_project(site: Site) -> None:
    error = refusal(lambda: list(read_marks(token(site), "p-other")))
    assert isinstance(error, WrongUse)
    assert error.code == "landing.mark_other_project"


def test_a_damaged_head_file(site: Site, tmp_path: Path) -> None:
    (tmp_path / "w.head").write_text("{")
    error = refusal(lambda: list(read_marks(str(tmp_path / "w.head"), project(site))))
    assert error.code == "evidence.head_damaged"
    assert json.dumps(str(tmp_path / "w.head"), ensure_ascii=False)[1:-1] in error.text("zh")


# --- what a person's word is about ----------------------------------------------------------------


def read(site: Site) -> Verification:
    return site.verify(keep=Keep.ALL).result


def test_a_word_is_about_the_newest_record_of_every_act(site: Site) -> None:
    again = Outcome(
        None, subject="migration:患者", engine="demo", verb="reconcile", verdict=Verdict.PASS
    )
    _, kept = site.perform(Act("demo", "reconcile", "migration:患者"), lambda: again)
    about = built_on(read(site), ["migration:*"])
    assert len(about.inputs) == 2
    assert getattr(kept, "id", "") in {item.id for item in about.inputs}
    by_id = built_on(read(site), [about.inputs[0].id])
    assert by_id.inputs == about.inputs[:1]
    assert by_id.environment is about.environment


def test_of_several_environments_the_newest_counts_or_the_one_that_is_named(site: Site) -> None:
    again = Outcome(
        None, subject="migration:患者", engine="demo", verb="reconcile", verdict=Verdict.PASS
    )
    act = Act("demo", "reconcile", "migration:患者")
    before = built_on(read(site), ["migration:*"]).environment
    site.perform(act, lambda: again, environment=Environment.PRODUCTION)
    newest = built_on(read(site), ["migration:*"])
    assert (newest.environment, len(newest.inputs)) == (Environment.PRODUCTION, 1)
    named = built_on(read(site), ["migration:*"], before)
    assert (named.environment, len(named.inputs)) == (before, 2)


@pytest.mark.parametrize("name", ["nothing:*", "", "w:99", "migration"])
def test_a_word_about_nothing(site: Site, name: str) -> None:
    error = refusal(lambda: built_on(read(site), [name]))
    assert isinstance(error, WrongUse)
    assert error.code in ("landing.no_subject", "landing.no_record")
