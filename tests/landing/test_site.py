"""Folder and installation together: who works, what is trusted, what is remembered."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from luodi.evidence.chain import Keep
from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.gate.check import Answer
from luodi.evidence.gate.sign import Voice
from luodi.evidence.model import Choice, Environment, Evidence, Figure, Kind, Side, Status, Verdict
from luodi.evidence.outcome import Act, Outcome
from luodi.landing import keys
from luodi.landing.home import Home
from luodi.landing.new import new
from luodi.landing.settings import Settings
from luodi.landing.site import Site

ACT = Act("migration", "reconcile", "migration:patients")


@pytest.fixture
def site(tmp_path: Path, home: Home, settings: Settings) -> Site:
    made = new(tmp_path / "东江 HIS", template_name="demo")
    site = Site(made.result, home, settings)
    site.perform(Act("landing", "new", made.subject), lambda: made)
    return site


def again(site: Site, **settings: object) -> Site:
    """The same folder opened anew, as by the next command."""
    return Site.open(site.folder.path, replace(site.settings, **settings))  # type: ignore[arg-type]


def done(rows: int = 1) -> Outcome[None]:
    figures = (Figure(name="rows", value=rows, unit="row"),)
    return Outcome(
        None,
        subject=ACT.subject,
        engine=ACT.engine,
        verb=ACT.verb,
        verdict=Verdict.PASS,
        figures=figures,
    )


def refusal(act: Callable[[], object]) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        act()
    assert caught.value.next_step("zh")
    return caught.value


def test_it_works(site: Site) -> None:
    _, record = site.perform(ACT, done)
    assert isinstance(record, Evidence)
    assert (record.writer, record.seq) == (site.signer.writer, 3)
    assert (record.actor, record.environment) == ("王工", Environment.TEST)
    assert record.project == site.folder.project.project
    assert site.verify().verdict is Verdict.PASS
    assert site.sides == {site.signer.writer: Side.VENDOR}


def test_it_opens_from_within(site: Site) -> None:
    assert Site.open(site.folder.path / "evidence", site.settings) == site


def test_looking_makes_no_key(tmp_path: Path, home: Home, settings: Settings) -> None:
    folder = new(tmp_path / "a", template_name="demo").result
    site = Site(folder, home, settings)
    assert site.verify().result.count == 0
    assert site.check("kickoff")[0].answer is Answer.NO_GO
    assert not home.keys.exists()


def test_another_environment_and_person(site: Site) -> None:
    _, record = site.perform(ACT, done, environment=Environment.PRODUCTION, actor="李工")
    assert isinstance(record, Evidence)
    assert (record.environment, record.actor) == (Environment.PRODUCTION, "李工")


@pytest.mark.parametrize(
    ("trouble", "status", "code"),
    [
        (
            LuodiError("evidence.disk_full", {"path": "staging"}),
            Status.FAILED,
            "evidence.disk_full",
        ),
        (KeyboardInterrupt(), Status.CANCELLED, "evidence.cancelled"),
        (ValueError("张三"), Status.FAILED, "evidence.defect"),
    ],
)
def test_a_verb_that_did_not_end_is_recorded(
    site: Site, trouble: BaseException, status: Status, code: str
) -> None:
    def verb() -> Outcome[None]:
        raise trouble

    with pytest.raises(type(trouble)):
        site.perform(ACT, verb)
    last = site.verify(keep=Keep.ALL).result.chains[0].records[-1]
    assert (last.status, last.verdict, last.subject) == (status, Verdict.UNKNOWN, ACT.subject)
    assert [finding.code for finding in last.findings] == [code]
    assert "张三" not in site.chains.data(site.signer.writer).decode()


# --- gates ----------------------------------------------------------------------------------------


def test_check_all_says_what_check_says(site: Site) -> None:
    when = site.check("kickoff")[0].asked_at
    reports, verification = site.check_all(when)
    assert list(reports) == [site.check(gate.id, when)[0] for gate in site.folder.gates]
    assert verification == site.check("kickoff", when)[1]


def test_a_signature_names_its_person(site: Site) -> None:
    outcome, record = site.sign("kickoff", Voice("project_manager", "王经理", Choice.AGREE))
    assert isinstance(record, Evidence)
    assert (record.kind, record.actor, record.verb) == (Kind.DECISION, "王经理", "sign")
    assert outcome.result.definition == site.folder.gate("kickoff").definition()


def test_a_gate_that_is_not_there(site: Site) -> None:
    error = refusal(lambda: site.sign("nope", Voice("finance", "a", Choice.AGREE)))
    assert isinstance(error, WrongUse)
    assert error.code == "landing.no_gate"


# --- memory ---------------------------------------------------------------------------------------


def memory(site: Site) -> list[Path]:
    state = site.home.state(site.folder.project.project)
    return [path for path in state.rglob("*.json") if "seen" in str(path.relative_to(state))]


def forget(site: Site) -> None:
    for path in memory(site):
        path.unlink()


def codes(site: Site) -> list[str]:
    return [finding.code for finding in site.verify().result.findings]


def test_a_folder_put_back_to_an_old_copy_is_noticed_here(site: Site, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(site.folder.path, old)
    site.perform(ACT, done)
    shutil.rmtree(site.folder.path)
    shutil.copytree(old, site.folder.path)
    back = again(site)
    assert codes(back) == ["evidence.verify_rolled_back"]
    assert refusal(lambda: back.perform(ACT, done)).code == "evidence.rolled_back"


def test_a_chain_that_is_gone_is_noticed_here(site: Site) -> None:
    shutil.rmtree(site.folder.path / "evidence")
    assert codes(again(site)) == ["evidence.verify_chain_lost"]
    assert refusal(lambda: again(site).perform(ACT, done)).code == "evidence.chain_lost"


def test_a_colleagues_chain_put_back_is_noticed_once_it_was_verified_here(
    site: Site, tmp_path: Path
) -> None:
    settings = replace(site.settings, home=tmp_path / "other", actor="李工")
    other = Site(site.folder, Home.of(settings), settings)
    keys.trust(site.home, keys.show(other.signer).text)
    other.perform(ACT, done)
    names = [f"{other.signer.writer}.{kind}" for kind in ("jsonl", "head")]
    old = {name: (site.folder.path / "evidence" / name).read_bytes() for name in names}
    other.perform(ACT, done)
    site.remember(site.verify().result)
    for name, data in old.items():
        (site.folder.path / "evidence" / name).write_bytes(data)
    assert codes(again(site)) == ["evidence.verify_rolled_back"]


def test_a_broken_chain_is_not_remembered(site: Site) -> None:
    site.perform(ACT, done)
    chain = site.folder.path / "evidence" / f"{site.signer.writer}.jsonl"
    whole = chain.read_bytes()
    chain.write_bytes(whole.replace(b'"rows"', b'"cows"'))
    forget(site)
    broken = again(site)
    verification = broken.verify().result
    assert verification.verdict is Verdict.FAIL
    broken.remember(verification)
    assert broken.chains.seen is not None
    assert broken.chains.seen.read() == {}


def test_a_damaged_memory_says_what_to_do(site: Site) -> None:
    for path in memory(site):
        path.write_text("{")
    error = refusal(lambda: again(site).verify())
    assert error.code == "evidence.memory_damaged"
