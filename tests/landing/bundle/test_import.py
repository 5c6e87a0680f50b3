"""Import: ledgers merge by themselves, everything else waits for a person."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from luodi.evidence.canonical import digest_bytes
from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.merge import Union
from luodi.evidence.model import Figure, Side, Verdict
from luodi.evidence.outcome import Act, Outcome
from luodi.landing import keys
from luodi.landing.bundle import import_ as verb
from luodi.landing.bundle.difference import Whose
from luodi.landing.bundle.export import export
from luodi.landing.bundle.import_ import (
    Choices,
    Imported,
    check_signer,
    take_in,
    unpack_new,
)
from luodi.landing.bundle.packed import read_bundle
from luodi.landing.bundle.revision import read_shared
from luodi.landing.folder import LandingFolder
from luodi.landing.home import Home
from luodi.landing.new import new
from luodi.landing.settings import Settings
from luodi.landing.site import Site

NONE = Choices()
ALL = Choices(take_all=True)


@dataclass
class Party:
    """One installation with its copy of the landing folder."""

    settings: Settings
    folder: Path
    sent: list[Path] = field(default_factory=list)

    @property
    def home(self) -> Home:
        return Home.of(self.settings)

    @property
    def site(self) -> Site:
        return Site(LandingFolder(self.folder), self.home, self.settings)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def work(self, rows: int) -> None:
        """Leave some evidence."""
        outcome = Outcome(
            None,
            subject="migration:patients",
            engine="migration",
            verb="reconcile",
            verdict=Verdict.PASS,
            figures=(Figure(name="rows", value=rows, unit="row"),),
        )
        self.site.perform(Act("migration", "reconcile", outcome.subject), lambda: outcome)

    def send(self) -> Path:
        target = self.home.path / f"包 {len(self.sent)}.luodi"
        site = self.site
        site.perform(
            Act("landing", "export", "project:x"),
            lambda: export(site.folder, site.chains, target, home=site.home, signer=site.signer),
        )
        self.sent.append(target)
        return target

    def receive(self, path: Path, choices: Choices = NONE) -> Outcome[Imported]:
        bundle, site = read_bundle(path), self.site
        check_signer(bundle, path, site.trusted)
        return take_in(site, bundle, path, choices)

    def chain(self) -> bytes:
        return self.site.chains.data(self.site.signer.writer)


def party(root: Path, name: str, side: Side) -> Party:
    settings = Settings.read(
        {"LUODI_HOME": str(root / name / "home"), "LUODI_ACTOR": name, "LUODI_SIDE": side.value}
    )
    return Party(settings, root / name / "东江 HIS")


def acquaint(*parties: Party) -> None:
    cards = {one.folder: keys.show(one.site.signer).text for one in parties}
    for one in parties:
        for folder, card in cards.items():
            if folder != one.folder:
                keys.trust(one.home, card)


@pytest.fixture
def vendor(tmp_path: Path) -> Party:
    one = party(tmp_path, "王工", Side.VENDOR)
    made = new(one.folder, template_name="demo")
    one.write("mapping/a.toml", 'format = 1\nsource = "a"\n')
    one.site.perform(Act("landing", "new", made.subject), lambda: made)
    return one


@pytest.fixture
def hospital(tmp_path: Path, vendor: Party) -> Party:
    """The hospital with a copy of the vendor's folder, taken in once."""
    one = party(tmp_path, "信息科", Side.HOSPITAL)
    acquaint(vendor, one)
    path = vendor.send()
    unpack_new(read_bundle(path), one.folder)
    one.receive(path)
    return one


def refusal(act: Callable[[], object]) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        act()
    assert caught.value.next_step("zh")
    assert caught.value.next_step("en")
    return caught.value


def whose(outcome: Outcome[Imported]) -> dict[str, Whose]:
    return {item.name: item.whose for item in outcome.result.differences}


def test_it_works(vendor: Party, hospital: Party) -> None:
    hospital.write("mapping/a.toml", 'format = 1\nsource = "b"\n')
    hospital.work(33_296)
    path = hospital.send()
    first = vendor.receive(path)
    assert whose(first) == {"mapping/a.toml": Whose.THEIRS}
    assert first.result.differences[0].lines[2:] == (
        "@@ -1,2 +1,2 @@",
        " format = 1",
        '-source = "a"',
        '+source = "b"',
    )
    assert (first.result.taken, first.result.waiting) == ((), ("mapping/a.toml",))
    assert first.verdict is Verdict.WARN
    assert vendor.read("mapping/a.toml") == 'format = 1\nsource = "a"\n'
    merged = {item.writer: item for item in first.result.merged}
    assert merged[hospital.site.signer.writer].union is Union.ADDED
    assert merged[vendor.site.signer.writer].union is Union.OLDER

    second = vendor.receive(path, Choices(take=frozenset(["mapping/a.toml"])))
    assert (second.result.taken, second.result.waiting) == (("mapping/a.toml",), ())
    assert second.verdict is Verdict.PASS
    assert vendor.read("mapping/a.toml") == 'format = 1\nsource = "b"\n'


def test_its_evidence(vendor: Party, hospital: Party) -> None:
    hospital.write("plan.toml", "format = 1\n")
    path = hospital.send()
    outcome = vendor.receive(path, ALL)
    assert outcome.subject == f"bundle:{read_bundle(path).manifest.revision.id[:16]}"
    assert (outcome.engine, outcome.verb) == ("landing", "import")
    assert {f.name: f.value for f in outcome.figures} == {
        "chains": 2,
        "records": 2,
        "differing": 1,
        "taken": 1,
        "waiting": 0,
    }
    assert outcome.artefacts[0].digest == digest_bytes(path.read_bytes())


# --- what differs, and who decides ----------------------------------------------------------------


@pytest.fixture
def apart(vendor: Party, hospital: Party) -> Path:
    """Both have worked on their copies since they last met; the hospital's bundle."""
    for one in (vendor, hospital):
        one.write("mapping/both.toml", f'format = 1\nby = "{one.settings.actor}"\n')
        one.write("mapping/same.toml", "format = 1\n" + "# 注\n" * len(one.settings.actor))
    vendor.write("mapping/mine.tsv", "a\tb\n")
    hospital.write("mapping/theirs.tsv", "a\tb\n")
    vendor.write("plan.toml", vendor.read("plan.toml").replace("-120", "-90"))
    (hospital.folder / "mapping/a.toml").unlink()
    return hospital.send()


def test_whose_change_it_is(vendor: Party, apart: Path) -> None:
    outcome = vendor.receive(apart)
    assert whose(outcome) == {
        "mapping/a.toml": Whose.THEIRS,
        "mapping/both.toml": Whose.BOTH,
        "mapping/mine.tsv": Whose.MINE,
        "mapping/theirs.tsv": Whose.THEIRS,
        "plan.toml": Whose.MINE,
    }
    assert outcome.result.waiting == ("mapping/a.toml", "mapping/both.toml", "mapping/theirs.tsv")
    assert [finding.code for finding in outcome.findings] == ["landing.import_waits"]


def test_nothing_is_taken_without_a_choice(vendor: Party, apart: Path) -> None:
    before = vendor.site.folder.digests()
    vendor.receive(apart)
    assert vendor.site.folder.digests() == before


def test_the_ledger_merges_all_the_same(vendor: Party, hospital: Party, apart: Path) -> None:
    vendor.receive(apart)
    writer = hospital.site.signer.writer
    merged = vendor.site.chains.data(writer)
    assert merged
    assert hospital.chain().startswith(merged)


def test_the_base_stays_while_anything_waits(vendor: Party, apart: Path) -> None:
    project = vendor.site.folder.project.project
    before = read_shared(vendor.home, project)
    vendor.receive(apart, Choices(take=frozenset(["mapping/a.toml", "mapping/both.toml"])))
    assert read_shared(vendor.home, project) == before
    vendor.receive(apart, Choices(keep=frozenset(["mapping/theirs.tsv"])))
    assert read_shared(vendor.home, project).taken == read_bundle(apart).manifest.revision


def test_a_choice_for_each(vendor: Party, apart: Path) -> None:
    choices = Choices(
        take=frozenset(["mapping/a.toml", "mapping/theirs.tsv"]),
        keep=frozenset(["mapping/both.toml"]),
    )
    outcome = vendor.receive(apart, choices)
    assert outcome.result.taken == ("mapping/a.toml", "mapping/theirs.tsv")
    assert outcome.result.waiting == ()
    assert not (vendor.folder / "mapping/a.toml").exists()
    assert vendor.read("mapping/theirs.tsv") == "a\tb\n"
    assert "王工" in vendor.read("mapping/both.toml")
    assert vendor.read("mapping/mine.tsv") == "a\tb\n"


def test_a_file_that_was_kept_is_not_asked_about_again(vendor: Party, apart: Path) -> None:
    """The same bundle once more asked once more."""
    every = frozenset(["mapping/a.toml", "mapping/both.toml", "mapping/theirs.tsv"])
    assert vendor.receive(apart, Choices(keep=every)).result.waiting == ()
    again = vendor.receive(apart)
    assert (again.result.waiting, again.verdict) == ((), Verdict.PASS)


def test_take_all_takes_all(vendor: Party, hospital: Party, apart: Path) -> None:
    outcome = vendor.receive(apart, ALL)
    assert len(outcome.result.taken) == 5
    assert outcome.result.waiting == ()
    assert vendor.site.folder.digests() == hospital.site.folder.digests()


def test_take_all_but_one(vendor: Party, apart: Path) -> None:
    choices = Choices(take_all=True, keep=frozenset(["mapping/mine.tsv"]))
    assert "mapping/mine.tsv" not in vendor.receive(apart, choices).result.taken
    assert vendor.read("mapping/mine.tsv") == "a\tb\n"


@pytest.mark.parametrize("name", ["mapping/same.toml", "landing.toml", "nope", "../x"])
def test_a_file_that_does_not_differ_cannot_be_chosen(
    vendor: Party, apart: Path, name: str
) -> None:
    before = vendor.site.folder.digests()
    for choices in (Choices(take=frozenset([name])), Choices(keep=frozenset([name]))):
        error = refusal(lambda choices=choices: vendor.receive(apart, choices))
        assert isinstance(error, WrongUse)
        assert error.code == "landing.no_difference"
    assert vendor.site.folder.digests() == before


def test_a_bundle_sent_twice_says_the_same(vendor: Party, hospital: Party) -> None:
    """The second export called the change the receiver's own; nobody was asked about it."""
    hospital.write("plan.toml", "format = 1\n")
    hospital.send()
    outcome = vendor.receive(hospital.send())
    assert whose(outcome) == {"plan.toml": Whose.THEIRS}
    assert outcome.result.waiting == ("plan.toml",)


def test_what_comes_by_way_of_a_third_is_asked_about(
    vendor: Party, hospital: Party, tmp_path: Path
) -> None:
    """The hospital passes on what the centre changed, while the vendor changed it as well."""
    centre = party(tmp_path, "区域中心", Side.SUPERVISOR)
    keys.trust(centre.home, keys.show(hospital.site.signer).text)
    keys.trust(hospital.home, keys.show(centre.site.signer).text)
    path = hospital.send()
    unpack_new(read_bundle(path), centre.folder)
    centre.receive(path)
    centre.write("plan.toml", "format = 1\n")
    hospital.receive(centre.send(), ALL)
    vendor.write("plan.toml", vendor.read("plan.toml").replace("-120", "-90"))
    outcome = vendor.receive(hospital.send())
    assert whose(outcome) == {"plan.toml": Whose.BOTH}
    assert outcome.result.waiting == ("plan.toml",)


def test_a_change_taken_back_is_asked_about(vendor: Party, hospital: Party) -> None:
    before = vendor.read("plan.toml")
    hospital.write("plan.toml", "format = 1\n")
    vendor.receive(hospital.send(), ALL)
    vendor.write("plan.toml", before)
    hospital.receive(vendor.send(), ALL)
    hospital.write("plan.toml", "format = 1\n")
    outcome = vendor.receive(hospital.send())
    assert whose(outcome) == {"plan.toml": Whose.THEIRS}
    assert outcome.result.waiting == ("plan.toml",)


def test_two_answers_to_one_bundle(vendor: Party, hospital: Party, tmp_path: Path) -> None:
    """What the hospital changed is not taken back by the centre, which never saw it."""
    centre = party(tmp_path, "区域中心", Side.SUPERVISOR)
    acquaint(vendor, centre)
    unpack_new(read_bundle(vendor.sent[0]), centre.folder)
    centre.receive(vendor.sent[0])
    hospital.write("plan.toml", "format = 1\n")
    vendor.receive(hospital.send(), ALL)
    centre.write("mapping/a.toml", 'format = 1\nsource = "c"\n')
    outcome = vendor.receive(centre.send())
    assert whose(outcome) == {"mapping/a.toml": Whose.THEIRS, "plan.toml": Whose.MINE}


def test_saving_again_is_no_difference(vendor: Party, hospital: Party) -> None:
    hospital.write("plan.toml", "# 注\r\n" + hospital.read("plan.toml").replace("\n", "\r\n"))
    assert vendor.receive(hospital.send()).result.differences == ()


# --- refused --------------------------------------------------------------------------------------


def test_a_key_nobody_trusts(vendor: Party, tmp_path: Path) -> None:
    stranger = party(tmp_path, "路人", Side.VENDOR)
    shutil.copytree(vendor.folder, stranger.folder)
    path = stranger.send()
    error = refusal(lambda: vendor.receive(path))
    card = keys.show(stranger.site.signer)
    assert error.code == "landing.bundle_untrusted"
    assert card.fingerprint in error.text("zh")
    assert error.next_step("zh").endswith(f'luodi key trust "{card.text}"')
    keys.trust(vendor.home, card.text)
    assert vendor.receive(path).result.waiting == ()


def test_another_project(vendor: Party, hospital: Party, tmp_path: Path) -> None:
    other = Party(hospital.settings, tmp_path / "滨海 LIS")
    new(other.folder, template_name="demo")
    path = other.send()
    before = vendor.site.folder.digests(), set(vendor.site.chains.writers())
    error = refusal(lambda: vendor.receive(path, ALL))
    assert error.code == "landing.bundle_other_project"
    assert "滨海 LIS" in error.text("zh")
    assert (vendor.site.folder.digests(), set(vendor.site.chains.writers())) == before


def test_a_fork_is_located_and_kept_aside(vendor: Party, hospital: Party, tmp_path: Path) -> None:
    """The hospital's laptop was restored from an old copy, home and folder, and went on."""
    root = hospital.folder.parent
    shutil.copytree(root, tmp_path / "old")
    hospital.work(1)
    vendor.receive(hospital.send())
    shutil.rmtree(root)
    shutil.move(tmp_path / "old", root)
    forked = hospital.chain().count(b"\n") + 1
    hospital.work(2)
    writer, mine = hospital.site.signer.writer, vendor.site.chains.data(hospital.site.signer.writer)
    hospital.sent = [Path("0"), Path("1")]
    path = hospital.send()
    outcome = vendor.receive(path)
    assert outcome.verdict is Verdict.FAIL
    (alarm,) = [finding for finding in outcome.findings if finding.code == "evidence.fork"]
    assert alarm.params == {"writer": writer, "seq": forked}
    merged = {item.writer: item for item in outcome.result.merged}[writer]
    assert merged.union is Union.FORKED
    assert Path(merged.aside).read_bytes() == read_bundle(path).files[f"evidence/{writer}.jsonl"]
    assert vendor.site.chains.data(writer) == mine


# --- into a new folder ----------------------------------------------------------------------------


def test_a_new_folder_is_the_same_folder(vendor: Party, hospital: Party) -> None:
    assert hospital.site.folder.digests() == vendor.site.folder.digests()
    assert hospital.site.verify().verdict is Verdict.PASS


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_new_folder_replaces_nothing(vendor: Party, tmp_path: Path, what: str) -> None:
    target = tmp_path / "有" / "东西"
    target.parent.mkdir()
    if what == "file":
        target.write_text("mine")
    else:
        target.mkdir()
        (target / "mine").touch()
    error = refusal(lambda: unpack_new(read_bundle(vendor.send()), target))
    assert error.code == "landing.exists"


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_new_folder_interrupted_leaves_nothing(
    vendor: Party, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """A second attempt was refused, because half a folder stood in its way."""
    path, target = vendor.send(), tmp_path / "深" / "新"
    left, write = [at], verb.write_atomic

    def interrupted(place: Path, data: bytes) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        write(place, data)

    with monkeypatch.context() as patch:
        patch.setattr(verb, "write_atomic", interrupted)
        with pytest.raises(KeyboardInterrupt):
            unpack_new(read_bundle(path), target)
    assert not target.parent.exists()
    assert unpack_new(read_bundle(path), target).digests() == vendor.site.folder.digests()


# --- interrupted ----------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [1, 2, 3])
def test_interrupted_half_way_it_can_be_run_again(
    vendor: Party, hospital: Party, apart: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    left, take = [at], verb._take

    def interrupted(*words: object) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        take(*words)  # type: ignore[arg-type]

    project = vendor.site.folder.project.project
    base = read_shared(vendor.home, project)
    with monkeypatch.context() as patch:
        patch.setattr(verb, "_take", interrupted)
        with pytest.raises(KeyboardInterrupt):
            vendor.receive(apart, ALL)
    assert read_shared(vendor.home, project) == base
    assert vendor.receive(apart, ALL).result.waiting == ()
    assert vendor.site.folder.digests() == hospital.site.folder.digests()
    assert vendor.site.verify().verdict is Verdict.PASS


# --- there and back -------------------------------------------------------------------------------


def test_two_installations_converge(vendor: Party, hospital: Party) -> None:
    for turn in range(3):
        for one in (vendor, hospital):
            one.write(f"mapping/{one.settings.side}-{turn}.toml", f"format = 1\nturn = {turn}\n")
            one.write("mapping/both.toml", f'format = 1\nby = "{one.settings.side}-{turn}"\n')
            one.work(turn)
        vendor.write("plan.toml", f"format = 1\n# {turn}\n" + "[[milestone]]\n" * 0)
        first = vendor.receive(hospital.send())
        assert whose(first)["mapping/both.toml"] is Whose.BOTH
        vendor.receive(hospital.sent[-1], Choices(take=frozenset(first.result.waiting)))
        second = hospital.receive(vendor.send())
        assert Whose.BOTH not in whose(second).values()
        hospital.receive(vendor.sent[-1], Choices(take=frozenset(second.result.waiting)))
        assert hospital.site.folder.digests() == vendor.site.folder.digests()
    assert vendor.receive(hospital.send()).result.differences == ()
    assert hospital.receive(vendor.send()).result.differences == ()
    for one, other in ((vendor, hospital), (hospital, vendor)):
        assert one.site.verify().verdict is Verdict.PASS
        copy = other.site.chains.data(one.site.signer.writer)
        rest = one.chain().removeprefix(copy)
        assert one.chain().startswith(copy)
        assert rest.count(b"\n") == rest.count(b'"engine":"landing"')  # sending and taking in


def test_a_lost_chain_comes_back_with_a_colleagues_bundle(vendor: Party, hospital: Party) -> None:
    vendor.work(1)
    hospital.receive(vendor.send())
    path = hospital.send()
    kept = vendor.chain()
    chain = vendor.folder / "evidence" / f"{vendor.site.signer.writer}.jsonl"
    lines = chain.read_bytes().splitlines(keepends=True)
    chain.write_bytes(b"".join(lines[:3]))
    assert vendor.site.verify().verdict is Verdict.FAIL
    refusal(lambda: vendor.receive(path))  # merged, but the last record is still missing
    assert kept.startswith(vendor.chain())
    assert vendor.chain().count(b"\n") > 3
