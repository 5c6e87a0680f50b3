from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from luodi.evidence.attest import attest, parse_figure
from luodi.evidence.canonical import digest_bytes
from luodi.evidence.catalogue import LANGUAGES
from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import Artefact, Figure, Kind, Number, Verdict, local_day, now

SUBJECT, STATEMENT = "training:收费员", "一期培训合格"


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "签到表 1.jpg"
    path.write_bytes(b"paper")
    return path


def test_it_works(scan: Path) -> None:
    outcome = attest(
        SUBJECT,
        STATEMENT,
        scan,
        signer="王工",
        countersigner="李主任",
        expires=date(2127, 9, 1),
        figures=[parse_figure("attendance=98.5:percent")],
    )
    said = outcome.result
    assert (outcome.kind, outcome.verb, outcome.verdict) == (
        Kind.ATTESTATION,
        "attest",
        Verdict.PASS,
    )
    assert outcome.subject == SUBJECT
    assert outcome.attestation is said
    assert (said.signer, said.countersigner, said.statement) == ("王工", "李主任", STATEMENT)
    assert said.expires == date(2127, 9, 1)
    assert said.scan == digest_bytes(b"paper")
    assert outcome.artefacts == (Artefact(name="签到表 1.jpg", digest=said.scan),)
    assert outcome.figures == (Figure(name="attendance", value=Decimal("98.5"), unit="percent"),)


def test_a_failed_drill_is_a_word_as_well(scan: Path) -> None:
    outcome = attest(SUBJECT, STATEMENT, scan, signer="王工", verdict=Verdict.FAIL)
    assert outcome.verdict is Verdict.FAIL


@pytest.mark.parametrize("subject", ["training", "training:", ":cashier", "", ":"])
def test_a_subject_has_an_area_and_a_thing(scan: Path, subject: str) -> None:
    refuses("attest_subject", subject, scan, "王工")


@pytest.mark.parametrize("countersigner", ["王工", " 王工", "王工\t"])
def test_nobody_countersigns_himself(scan: Path, countersigner: str) -> None:
    refuses("attest_signers", SUBJECT, scan, "王工", countersigner)


@pytest.mark.parametrize("signer", ["", "  "])
def test_somebody_signs(scan: Path, signer: str) -> None:
    refuses("attest_no_signer", SUBJECT, scan, signer, "李主任")
    refuses("attest_no_signer", SUBJECT, scan, signer)


def test_blanks_are_no_countersigner(scan: Path) -> None:
    said = attest(SUBJECT, STATEMENT, scan, signer=" 王工 ", countersigner="  ").result
    assert (said.signer, said.countersigner) == ("王工", "")


def test_a_scan_shows_something(scan: Path) -> None:
    scan.write_bytes(b"")
    error = refuses("attest_empty_scan", SUBJECT, scan, "王工")
    assert str(scan) in error.text("zh")


def test_a_scan_is_there(tmp_path: Path) -> None:
    with pytest.raises(LuodiError) as caught:
        attest(SUBJECT, STATEMENT, tmp_path / "没有.jpg", signer="王工")
    assert caught.value.exit_code == 3
    assert "没有.jpg" in caught.value.text("zh")


def refuses(code: str, subject: str, scan: Path, signer: str, countersigner: str = "") -> WrongUse:
    with pytest.raises(WrongUse) as caught:
        attest(subject, STATEMENT, scan, signer=signer, countersigner=countersigner)
    error = caught.value
    assert error.code == f"evidence.{code}"
    assert all(error.next_step(lang) for lang in LANGUAGES)
    assert not any("{" in error.text(lang) + error.next_step(lang) for lang in LANGUAGES)
    return error


@pytest.mark.parametrize(
    ("text", "name", "value", "unit"),
    [
        ("untraced=0:piece", "untraced", 0, "piece"),
        ("pass_rate=98.50:percent", "pass_rate", Decimal("98.50"), "percent"),
        ("days=14", "days", 14, ""),
        ("difference=-0.01:CNY", "difference", Decimal("-0.01"), "CNY"),
        ("rows=1e3:row", "rows", 1000, "row"),
        (" rows = 5 : row ", "rows", 5, "row"),
    ],
)
def test_a_figure_is_typed(text: str, name: str, value: Number, unit: str) -> None:
    figure = parse_figure(text)
    assert figure == Figure(name=name, value=value, unit=unit)
    assert type(figure.value) is type(value)


@pytest.mark.parametrize(
    "text", ["", "rows", "rows=", "=5", "rows=many", "rows=nan", "rows=inf", "rows=1,000", "= :row"]
)
def test_a_figure_that_does_not_read_is_refused(text: str) -> None:
    with pytest.raises(WrongUse) as caught:
        parse_figure(text)
    error = caught.value
    assert error.code == "evidence.figure_malformed"
    assert all(text in error.text(lang) and error.next_step(lang) for lang in LANGUAGES)


def test_what_has_run_out_is_not_attested(scan: Path) -> None:
    today = local_day(now())
    assert attest("drill:2-hours", "演练", scan, signer="王工", expires=today)
    with pytest.raises(WrongUse) as caught:
        attest("drill:2-hours", "演练", scan, signer="王工", expires=today - timedelta(days=1))
    assert caught.value.code == "evidence.attest_expired"
