"""The demonstration: a small landing told from start to go, with two installations.

The vendor's engineer and the hospital each have a home and a key of their own and exchange signed
bundles, as on site.  The evidence is sample evidence: its engine is ``demo``, its environment
``sandbox``, and no real gate accepts it.  Everything else (ledger, staleness, gates, signatures,
bundles, verification) is the real thing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from luodi.evidence.attest import attest
from luodi.evidence.canonical import digest_bytes
from luodi.evidence.catalogue import Param
from luodi.evidence.errors import Cancelled, LuodiError, WrongUse
from luodi.evidence.files import explained, write_atomic
from luodi.evidence.gate.check import GateReport
from luodi.evidence.gate.sign import Voice
from luodi.evidence.json_lines import JsonLinesLedger
from luodi.evidence.model import (
    Choice,
    Condition,
    Environment,
    Figure,
    Finding,
    Input,
    Number,
    Severity,
    Side,
    SnapshotInput,
    Verdict,
)
from luodi.evidence.outcome import Act, Outcome
from luodi.evidence.progress import Progress
from luodi.evidence.suite import DEFAULT_SUITE
from luodi.evidence.verify import Verification, verify
from luodi.landing import keys
from luodi.landing.bundle.export import export
from luodi.landing.bundle.import_ import Choices, check_signer, take_in, unpack_new
from luodi.landing.bundle.packed import read_bundle
from luodi.landing.folder import LandingFolder
from luodi.landing.home import Home
from luodi.landing.new import new
from luodi.landing.settings import Settings
from luodi.landing.site import Site

GATE = "go_live_review"
_NAME = "东江市第一人民医院 HIS 切换"
_MARK = ".luodi-demo"
_MAPPING = """\
# 样例对照 / a sample mapping
format = 1
domain = "patients"
title = { zh = "患者", en = "Patients" }
owner = "medical_records"
source = "old_his"
target = "new_his"

[[feed]]
id = "patient"
from = "patient"
to = "patients"
key = { column = "id", strategy = "sequence" }

[[feed.column]]
to = "name"
from = ["XM"]
steps = [{ op = "trim" }]
"""


@dataclass(frozen=True)
class Step:
    """One line of the story, by message code."""

    code: str
    params: dict[str, Param] = field(default_factory=dict)
    verdict: Verdict = Verdict.PASS


@dataclass(frozen=True)
class Demonstration:
    """What the demonstration made and found."""

    root: Path
    vendor: Site
    steps: tuple[Step, ...]
    before: GateReport
    after: GateReport
    tampered: Verification


def demo(root: Path, *, progress: Progress) -> Demonstration:
    """Tell the story in a folder of its own, from nothing; an earlier telling is replaced.

    Raises
    ------
    WrongUse
        ``landing.demo_elsewhere``: the folder holds something else.
    """
    progress.stage("landing.demo_stage", total=7, unit="step")
    _make_room(root)
    steps: list[Step] = []

    def tell(code: str, verdict: Verdict = Verdict.PASS, **params: Param) -> None:
        steps.append(Step(f"landing.demo_{code}", params, verdict))
        progress.advance()

    vendor = _begin(root)
    tell("began", path=str(vendor.folder.path), gates=len(vendor.folder.gates))
    _first_round(vendor, root)
    before, verification = vendor.check(GATE)
    tell("first_round", records=verification.count)
    tell("no_go", Verdict.FAIL)
    _second_round(vendor, root)
    tell("second_round")
    hospital = _hand_over(vendor, root)
    _deliberate(hospital)
    tell("hospital")
    _bring_back(hospital, vendor, root)
    after, _ = vendor.check(GATE)
    tell("signed", Verdict.WARN)
    tampered = _tamper(vendor, root)
    tell("tampered", tampered.verdict)
    return Demonstration(root, vendor, tuple(steps), before, after, tampered)


# --- the two installations ------------------------------------------------------------------------


def _make_room(root: Path) -> None:
    with explained(root):
        if root.exists():
            if not (root / _MARK).exists() and (not root.is_dir() or any(root.iterdir())):
                raise WrongUse("landing.demo_elsewhere", {"path": str(root)})
            shutil.rmtree(root)
        root.mkdir(parents=True)
        (root / _MARK).touch()


def _settings(root: Path, name: str, actor: str, side: Side) -> Settings:
    home = root / name
    return Settings(
        home=home,
        lang="auto",
        actor=actor,
        side=side,
        suite=DEFAULT_SUITE,
        vault_keys=home / "keys" / "vault",
        lock_timeout=10.0,
    )


def _begin(root: Path) -> Site:
    """Vendor and hospital make their keys and trust each other; the vendor makes the folder."""
    vendor = _settings(root, "vendor-home", "张工", Side.VENDOR)
    hospital = _settings(root, "hospital-home", "信息科", Side.HOSPITAL)
    cards = {}
    for settings in (vendor, hospital):
        home = Home.of(settings).prepare()
        cards[settings.side] = keys.show(keys.own_signer(home, settings))
    keys.trust(Home.of(vendor), cards[Side.HOSPITAL].text)
    keys.trust(Home.of(hospital), cards[Side.VENDOR].text)
    path = root / _NAME
    made = new(
        path,
        template_name="demo",
        hospital="东江市第一人民医院",
        environment=Environment.SANDBOX,
    )
    site = Site.open(path, vendor)
    site.perform(Act("landing", "new", made.subject), lambda: made)
    write_atomic(path / "mapping" / "patients.toml", _MAPPING.encode())
    return site


# --- the evidence ---------------------------------------------------------------------------------


def _first_round(site: Site, root: Path) -> None:
    """Papers, a profile, reconciliations, a failed and a cancelled run; then the mapping moves."""
    _paper(site, root, "commercial:processing-agreement", "委托处理协议已签字盖章")
    _paper(site, root, "commercial:privacy-impact-assessment", "个人信息保护影响评估已签批")
    for post in ("cashier", "nurse", "pharmacist"):
        marks = {"attendance": (98, "percent"), "pass_rate": (96, "percent")}
        _paper(site, root, f"training:{post}", f"{post} 培训签到与考核", marks)
    source = SnapshotInput(
        name="source:old-his", schema=digest_bytes(_MAPPING.encode()), watermark=33_296
    )
    _machine(site, "source:old-his", "profile", {"rows": (33_296, "row")}, [source])
    _reconcile(site)
    _machine(site, "balance:deposits", "reconcile", {"difference": (Decimal("12.50"), "CNY")})
    _machine(site, "technology:backup", "reconcile", {"difference": (0, "row")})
    _settle(site)
    for trouble in (LuodiError("evidence.disk_full", {"path": "staging"}), Cancelled()):
        _stopped(site, trouble)
    edited = _MAPPING.replace('"trim"', '"half_width"')
    write_atomic(site.folder.path / "mapping" / "patients.toml", edited.encode())


def _second_round(site: Site, root: Path) -> None:
    """What the gate asked for: reconciled again, balanced to the cent, the drill held."""
    _reconcile(site)
    _machine(site, "balance:deposits", "reconcile", {"difference": (0, "CNY")})
    held = {"duration": (2, "hour"), "failed": (0, "piece")}
    _paper(site, root, "drill:2-hours", "门诊停机两小时演练", held)


def _reconcile(site: Site) -> None:
    mapping = site.folder.input("mapping/patients.toml")
    figures = {
        "rows": (33_296, "row"),
        "loaded": (33_263, "row"),
        "rejected": (33, "row"),
        "unaccounted": (0, "row"),
    }
    _machine(site, "migration:patients", "reconcile", figures, [mapping])


def _settle(site: Site) -> None:
    figures = {
        "cases": (24, "case"),
        "failed": (0, "message"),
        "difference": (0, "CNY"),
    }
    finding = Finding(code="landing.demo_sample", severity=Severity.INFO)
    _machine(site, "insurance:settle", "roundtrip", figures, findings=(finding,))


def _machine(
    site: Site,
    subject: str,
    verb: str,
    figures: Mapping[str, tuple[Number, str]],
    inputs: Iterable[Input] = (),
    findings: tuple[Finding, ...] = (),
) -> None:
    outcome = Outcome(
        None,
        subject=subject,
        engine="demo",
        verb=verb,
        verdict=Verdict.PASS,
        figures=_figures(figures),
        findings=findings,
        inputs=tuple(inputs),
    )
    site.perform(Act("demo", verb, subject), lambda: outcome)


def _stopped(site: Site, trouble: LuodiError) -> None:
    def verb() -> Outcome[None]:
        raise trouble

    with suppress(type(trouble)):
        site.perform(Act("demo", "load", "migration-run:charges"), verb)


def _paper(
    site: Site,
    root: Path,
    subject: str,
    statement: str,
    figures: Mapping[str, tuple[Number, str]] | None = None,
) -> None:
    """Attest with a stand-in for the scan of a signed paper."""
    scan = root / "scans" / f"{subject.replace(':', '-')}.txt"
    write_atomic(scan, f"{statement}\n（样例扫描件 / sample scan）\n".encode())
    outcome = attest(
        subject,
        statement,
        scan,
        signer="张工",
        countersigner="信息科 李主任",
        figures=_figures(figures or {}),
    )
    site.perform(Act("evidence", "attest", subject), lambda: outcome)


def _figures(figures: Mapping[str, tuple[Number, str]]) -> tuple[Figure, ...]:
    return tuple(
        Figure(name=name, value=value, unit=unit) for name, (value, unit) in figures.items()
    )


# --- the people -----------------------------------------------------------------------------------


def _hand_over(vendor: Site, root: Path) -> Site:
    """The vendor signs its part and sends a bundle; the hospital makes its own folder from it."""
    vendor.sign(GATE, Voice("project_manager", "王经理", Choice.AGREE))
    path = _send(vendor, root, "vendor-to-hospital.luodi")
    settings = _settings(root, "hospital-home", "信息科", Side.HOSPITAL)
    home = Home.of(settings)
    bundle = read_bundle(path)
    check_signer(bundle, path, keys.trusted_keys(home))
    folder = unpack_new(bundle, root / "院方" / _NAME)
    site = Site(LandingFolder(folder.path), home, settings)
    _receive(site, path)
    return site


def _deliberate(hospital: Site) -> None:
    """The hospital adopts the thresholds, its departments sign, its leader decides."""
    leader = "刘副院长"
    hospital.sign(GATE, Voice("hospital_leader", leader, Choice.ADOPT, reason="阈值同意"))
    hospital.sign(GATE, Voice("finance", "陈科长", Choice.AGREE))
    condition = Condition(text="异地结算再补测两例", owner="医保办 王科长")
    hospital.sign(
        GATE,
        Voice(
            "insurance_office",
            "王科长",
            Choice.AGREE_IF,
            reason="本地已走通，异地样本少",
            conditions=(condition,),
        ),
    )
    hospital.sign(GATE, Voice("hospital_leader", leader, Choice.GO))


def _bring_back(hospital: Site, vendor: Site, root: Path) -> None:
    _receive(vendor, _send(hospital, root, "hospital-to-vendor.luodi"))


def _send(site: Site, root: Path, name: str) -> Path:
    target = root / name
    site.perform(
        Act("landing", "export", f"project:{site.folder.project.project}"),
        lambda: export(site.folder, site.chains, target, home=site.home, signer=site.signer),
    )
    return target


def _receive(site: Site, path: Path) -> None:
    bundle = read_bundle(path)
    check_signer(bundle, path, keys.trusted_keys(site.home))
    take_in(site, bundle, path, Choices(take_all=True))


def _tamper(vendor: Site, root: Path) -> Verification:
    """Change one figure in a copy of the ledger, as somebody in a hurry might."""
    copy = root / "tampered"
    shutil.copytree(vendor.folder.path / "evidence", copy)
    chain = copy / f"{vendor.signer.writer}.jsonl"
    text = chain.read_text(encoding="utf-8")
    write_atomic(chain, text.replace('"value":"12.5', '"value":"00.5', 1).encode())
    return verify(JsonLinesLedger(copy, vendor.folder.project.project)).result
