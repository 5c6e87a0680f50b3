"""Export: what a colleague may have, signed, and nothing else."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from luodi.evidence.canonical import digest_bytes
from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import Environment, EvidenceInput, Verdict, now
from luodi.evidence.outcome import Act, Author, Outcome
from luodi.landing.bundle.export import Exported, export
from luodi.landing.bundle.packed import SentChains, read_bundle
from luodi.landing.bundle.revision import Revision, read_shared
from luodi.landing.home import Home
from luodi.landing.new import new
from luodi.landing.settings import Settings
from luodi.landing.site import Site


@pytest.fixture
def site(tmp_path: Path, home: Home, settings: Settings) -> Site:
    made = new(tmp_path / "东江 HIS", template_name="demo")
    site = Site(made.result, home, settings)
    site.perform(Act("landing", "new", made.subject), lambda: made)
    put(site, "mapping/a.toml", "format = 1\n")
    return site


def put(site: Site, name: str, text: str) -> None:
    path = site.folder.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def pack(site: Site, target: Path) -> Outcome[Exported]:
    return export(site.folder, site.chains, target, home=site.home, signer=site.signer)


def refusal(act: Callable[[], object]) -> LuodiError:
    with pytest.raises(LuodiError) as caught:
        act()
    assert caught.value.next_step("zh")
    assert caught.value.next_step("en")
    return caught.value


def test_it_works(site: Site, tmp_path: Path) -> None:
    target = tmp_path / "新 处" / "包 1.luodi"
    made = pack(site, target).result
    assert (made.path, made.digest) == (target, digest_bytes(target.read_bytes()))
    bundle = read_bundle(target)
    assert made.files == tuple(sorted(bundle.files))
    assert made.revision == bundle.manifest.revision.id
    assert bundle.manifest.revision == Revision(files=site.folder.digests())
    assert (bundle.manifest.project, bundle.manifest.name) == (
        site.folder.project.project,
        "东江 HIS",
    )
    assert bundle.manifest.base is None
    assert bundle.signer.public_key == site.signer.public_key
    for name, data in bundle.content().items():
        assert (site.folder.path / name).read_bytes() == data
    writer = site.signer.writer
    assert SentChains(bundle).data(writer) == site.chains.data(writer)
    assert SentChains(bundle).head(writer) == site.chains.head(writer)


def test_its_evidence(site: Site, tmp_path: Path) -> None:
    outcome = pack(site, tmp_path / "包.luodi")
    draft = outcome.draft(Author("王工", Environment.TEST), now())
    (mark,) = outcome.result.heads
    assert (draft.engine, draft.verb, draft.verdict) == ("landing", "export", Verdict.PASS)
    assert draft.inputs == (EvidenceInput(id=f"{mark.writer}:{mark.seq}", digest=mark.digest),)
    assert [(item.name, item.digest) for item in draft.artefacts] == [
        ("包.luodi", outcome.result.digest)
    ]
    assert {figure.name: figure.value for figure in draft.figures} == {
        "files": 6,
        "size": (tmp_path / "包.luodi").stat().st_size,
    }
    assert str(tmp_path) not in repr(draft)


def test_only_what_is_allowed_goes_in(site: Site, tmp_path: Path) -> None:
    writer = site.signer.writer
    for name in (
        "patients.csv",
        "vault/objects/0f",
        ".git/config",
        "keys/signing.toml",
        "mapping/.hidden.toml",
        "mapping/patients.xlsx",
        "mapping/deep/er.toml",
        "mapping/a.toml~",
        f"evidence/{writer}.lock",
        f"evidence/{writer}.next",
        f"evidence/aside/{writer}.torn.0123456789abcdef",
        f"evidence/{writer} (1).jsonl",
    ):
        put(site, name, "张三")
    copy = site.folder.path / "evidence" / f"{writer} (1).head"
    copy.write_bytes((site.folder.path / "evidence" / f"{writer}.head").read_bytes())
    (tmp_path / "s.toml").write_text("name = '张三'")
    (site.folder.path / "mapping" / "s.toml").symlink_to(tmp_path / "s.toml")
    (site.folder.path / "contracts").symlink_to(tmp_path)
    pack(site, tmp_path / "包.luodi")
    with zipfile.ZipFile(tmp_path / "包.luodi") as archive:
        assert sorted(archive.namelist()) == [
            f"evidence/{writer}.head",
            f"evidence/{writer}.jsonl",
            "gates.toml",
            "landing.toml",
            "manifest.json",
            "mapping/a.toml",
            "plan.toml",
            "signature.json",
        ]
        assert not [name for name in archive.namelist() if "张三".encode() in archive.read(name)]


def test_a_tail_that_is_not_sealed_stays_at_home(site: Site, tmp_path: Path) -> None:
    writer = site.signer.writer
    chain = site.folder.path / "evidence" / f"{writer}.jsonl"
    sealed = chain.read_bytes()
    chain.write_bytes(sealed + b'{"half')
    pack(site, tmp_path / "包.luodi")
    assert read_bundle(tmp_path / "包.luodi").files[f"evidence/{writer}.jsonl"] == sealed


def test_what_went_out_is_remembered(site: Site, tmp_path: Path) -> None:
    first = pack(site, tmp_path / "1.luodi").result
    put(site, "mapping/a.toml", "format = 1\nsource = 'b'\n")
    second = pack(site, tmp_path / "2.luodi").result
    shared = read_shared(site.home, site.folder.project.project)
    assert shared.ids == (first.revision, second.revision)
    assert shared.taken is None
    assert read_bundle(tmp_path / "2.luodi").manifest.base is None


# --- refused --------------------------------------------------------------------------------------


def test_a_bundle_is_never_overwritten(site: Site, tmp_path: Path) -> None:
    target = tmp_path / "包.luodi"
    target.write_text("mine")
    error = refusal(lambda: pack(site, target))
    assert isinstance(error, WrongUse)
    assert error.code == "landing.exists"
    assert target.read_text() == "mine"


@pytest.mark.parametrize("name", ["mapping/a.toml", "plan.toml"])
def test_a_file_that_does_not_read(site: Site, tmp_path: Path, name: str) -> None:
    put(site, name, "format = 1\nx = ")
    error = refusal(lambda: pack(site, tmp_path / "包.luodi"))
    assert str(site.folder.path / name) in error.text("zh")
    assert not (tmp_path / "包.luodi").exists()
    assert read_shared(site.home, site.folder.project.project).ids == ()


@pytest.mark.needs("root", "mount")
def test_a_full_disk_leaves_no_bundle(
    site: Site, mounted: Callable[..., Path], tmp_path: Path
) -> None:
    point = mounted("size=4k")
    assert refusal(lambda: pack(site, point / "包.luodi")).code == "evidence.disk_full"
    assert list(point.iterdir()) == []
    assert read_shared(site.home, site.folder.project.project).ids == ()
