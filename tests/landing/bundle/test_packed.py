"""A bundle: an exact list of what may travel, and nothing altered gets in."""

import io
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.canonical import digest_bytes
from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Side
from luodi.evidence.suite import Ed25519Sha256, Signer
from luodi.landing.bundle import packed as room
from luodi.landing.bundle.packed import ALLOWED, LARGEST, Manifest, SentChains, pack, read_bundle
from luodi.landing.bundle.revision import Revision
from luodi.landing.canonical import content_digest

SOURCES = Path(__file__).parents[3] / "src"
WRITER = "w0123456789abcdef"
FILES = {
    "landing.toml": 'format = 1\nname = "东江"\n'.encode(),
    "plan.toml": b"format = 1\n",
    "gates.toml": b"format = 1\n" + b"# the same line again and again\n" * 20,
    "mapping/患者 主索引.toml": b"format = 1\n",
    "mapping/dict.tsv": b"a\tb\n",
    "contracts/his-lis.toml": b"format = 1\n",
    f"evidence/{WRITER}.jsonl": b"{}\n",
    f"evidence/{WRITER}.head": b"{}\n",
}
MADE = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(Ed25519Sha256(), bytes([7]) * 32, "王工", Side.VENDOR)


def manifest_of(files: dict[str, bytes], **changes: Any) -> Manifest:
    content = (name for name in FILES if not name.startswith("evidence/"))
    digests = {name: content_digest(FILES[name], name) for name in content}
    said = Manifest(
        format=1,
        project="p1",
        name="东江",
        writer=WRITER,
        made=MADE,
        files={name: digest_bytes(data) for name, data in files.items()},
        revision=Revision(files=digests),
    )
    return msgspec.structs.replace(said, **changes)


@dataclass(frozen=True)
class Packer:
    """Packs bundles as their signer would, or as somebody who wants to do harm."""

    signer: Signer
    folder: Path

    def bytes(self, files: dict[str, bytes] | None = None, **changes: Any) -> bytes:
        files = FILES if files is None else files
        return pack(manifest_of(files, **changes), files, self.signer)

    def put(self, data: bytes) -> Path:
        path = self.folder / "包 1.luodi"
        path.write_bytes(data)
        return path

    def refusal(self, data: bytes) -> LuodiError:
        path = self.put(data)
        with pytest.raises(LuodiError) as caught:
            read_bundle(path)
        assert caught.value.next_step("zh")
        assert str(path) in caught.value.text("zh")
        assert path.read_bytes() == data
        return caught.value


@pytest.fixture
def packer(signer: Signer, tmp_path: Path) -> Packer:
    return Packer(signer, tmp_path)


@pytest.fixture(scope="module")
def lasting(signer: Signer, tmp_path_factory: pytest.TempPathFactory) -> Packer:
    return Packer(signer, tmp_path_factory.mktemp("bundles"))


def repacked(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Unpack, let somebody change the members, and pack again."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    return zipped(members.items())


def zipped(members: Any, **settings: Any) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, **settings) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return packed.getvalue()


def test_it_works(packer: Packer) -> None:
    bundle = read_bundle(packer.put(packer.bytes()))
    assert bundle.files == FILES
    assert bundle.manifest == manifest_of(FILES)
    assert bundle.signer.public_key == packer.signer.public_key
    assert (bundle.signer.name, bundle.signer.side) == ("王工", Side.VENDOR)
    assert sorted(bundle.content()) == sorted(name for name in FILES if "evidence" not in name)
    assert SentChains(bundle).writers() == (WRITER,)
    assert SentChains(bundle).data(WRITER) == b"{}\n"


def test_the_same_content_packs_the_same(packer: Packer) -> None:
    assert packer.bytes() == packer.bytes(dict(reversed(FILES.items())))


# --- the list of what is allowed ------------------------------------------------------------------

STRANGERS = [
    "vault/objects/0f",
    "vault/vault.toml",
    "keys/signing.toml",
    "state/seen.json",
    f"evidence/{WRITER}.lock",
    f"evidence/{WRITER}.next",
    f"evidence/aside/{WRITER}.forked.0123456789abcdef",
    "evidence/w0.jsonl",
    f"evidence/{WRITER}x.jsonl",
    "evidence/../landing.toml",
    "mapping/.hidden.toml",
    "mapping/._dict.tsv",
    "mapping/dict.xlsx",
    "mapping/dict.toml.exe",
    "mapping/deep/er.toml",
    "mapping/..",
    "mapping/../gates.toml",
    "mapping/a\\..\\..\\b.toml",
    "mapping/c:evil.toml",
    "mapping/line\nfeed.toml",
    "mapping/.toml",
    "mapping/",
    "contracts/dict.tsv",
    "../landing.toml",
    "/landing.toml",
    "/etc/passwd",
    "C:\\landing.toml",
    ".landing.toml",
    "landing.toml/",
    "landing.toml\n",
    "Landing.toml",
    "notes.md",
    "",
]


@pytest.mark.parametrize("name", STRANGERS)
def test_what_is_not_on_the_list_never_comes_out(packer: Packer, name: str) -> None:
    files = {**FILES, name: b"x = 1\n"}
    data = pack(manifest_of(files), files, packer.signer)
    error = packer.refusal(data)
    assert error.code == "landing.bundle_not_allowed"
    assert not ALLOWED.fullmatch(name)


@pytest.mark.parametrize("name", FILES)
def test_what_is_on_the_list(name: str) -> None:
    assert ALLOWED.fullmatch(name)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice(packer: Packer) -> None:
    def twice(data: bytes, name: str) -> bytes:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(item, archive.read(item)) for item in archive.namelist()]
        return zipped([*members, (name, b"format = 1\nevil = true\n")])

    for name in ("plan.toml", "manifest.json", "signature.json"):
        error = packer.refusal(twice(packer.bytes(), name))
        assert (error.code, error.params["name"]) == ("landing.bundle_not_allowed", name)


# --- altered on the way ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_an_altered_file_is_named(packer: Packer, name: str) -> None:
    def change(members: dict[str, bytes]) -> None:
        members[name] += b" "

    error = packer.refusal(repacked(packer.bytes(), change))
    assert error.code == "landing.bundle_altered"
    assert error.params["files"] == (name,)
    assert name in error.text("zh")


def test_a_file_that_was_removed_is_named(packer: Packer) -> None:
    error = packer.refusal(
        repacked(packer.bytes(), lambda members: members.pop("plan.toml") and None)
    )
    assert (error.code, error.params["files"]) == ("landing.bundle_altered", ("plan.toml",))


def test_a_file_that_was_put_in_is_named(packer: Packer) -> None:
    name = "mapping/more.toml"
    error = packer.refusal(repacked(packer.bytes(), lambda members: members.update({name: b""})))
    assert (error.code, error.params["files"]) == ("landing.bundle_altered", (name,))


@pytest.mark.parametrize("name", ["manifest.json", "signature.json"])
def test_without_manifest_or_signature(packer: Packer, name: str) -> None:
    error = packer.refusal(repacked(packer.bytes(), lambda members: members.pop(name) and None))
    assert error.code == "landing.bundle_damaged"


def test_a_manifest_that_was_edited(packer: Packer) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["manifest.json"] = members["manifest.json"].replace(b'"p1"', b'"p2"')

    assert packer.refusal(repacked(packer.bytes(), change)).code == "landing.bundle_forged"


def test_another_key_under_the_same_manifest(packer: Packer) -> None:
    """Its own signature would make it the thief's bundle; only the key was exchanged here."""
    thief = Signer(Ed25519Sha256(), bytes([8]) * 32, "王工", Side.VENDOR)

    def change(members: dict[str, bytes]) -> None:
        said = msgspec.json.decode(members["signature.json"])
        said["public_key"] = thief.public_key.hex()
        members["signature.json"] = msgspec.json.encode(said)

    assert packer.refusal(repacked(packer.bytes(), change)).code == "landing.bundle_forged"


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("signature", "zz", "landing.bundle_damaged"),
        ("signature", "", "landing.bundle_forged"),
        ("public_key", "00", "landing.bundle_forged"),
        ("side", "nobody", "landing.bundle_damaged"),
        ("more", 1, "landing.bundle_damaged"),
    ],
)
def test_a_signature_that_is_none(packer: Packer, key: str, value: Any, code: str) -> None:
    def change(members: dict[str, bytes]) -> None:
        said = {**msgspec.json.decode(members["signature.json"]), key: value}
        members["signature.json"] = msgspec.json.encode(said)

    assert packer.refusal(repacked(packer.bytes(), change)).code == code


def test_a_suite_of_the_future(packer: Packer) -> None:
    def change(members: dict[str, bytes]) -> None:
        said = {**msgspec.json.decode(members["signature.json"]), "suite": "ml-dsa"}
        members["signature.json"] = msgspec.json.encode(said)

    path = packer.put(repacked(packer.bytes(), change))
    with pytest.raises(LuodiError) as caught:
        read_bundle(path)
    assert caught.value.code == "evidence.suite_unknown"


@pytest.mark.parametrize("version", [2, 99])
def test_a_newer_format(packer: Packer, version: int) -> None:
    error = packer.refusal(packer.bytes(format=version))
    assert (error.code, error.params["found"]) == ("evidence.format_newer", version)


def test_a_newer_format_with_fields_nobody_knows_yet(packer: Packer) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["manifest.json"] = b'{"format": 2, "trees": {}}'

    assert packer.refusal(repacked(packer.bytes(), change)).code == "evidence.format_newer"


# --- a signer who lies ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lie", "named"),
    [
        ({"plan.toml": "0" * 64}, ("plan.toml",)),
        ({"mapping/dict.tsv": None}, ("mapping/dict.tsv",)),
        ({"mapping/gone.toml": "0" * 64}, ("mapping/gone.toml",)),
        ({"../../outside.toml": "0" * 64}, ("../../outside.toml",)),
        ({"/etc/passwd": "0" * 64}, ("/etc/passwd",)),
    ],
)
def test_a_revision_that_lies(
    packer: Packer, lie: dict[str, str | None], named: tuple[str, ...]
) -> None:
    """It hid changes, and taking ``../../outside.toml`` removed that file."""
    told = {**manifest_of(FILES).revision.files, **lie}
    revision = Revision(files={name: digest for name, digest in told.items() if digest})
    error = packer.refusal(packer.bytes(revision=revision))
    assert (error.code, error.params["files"]) == ("landing.bundle_altered", named)


@pytest.mark.parametrize("data", [b"format = ", b"\xff\xfe", b"a = nan"])
def test_content_that_does_not_read(packer: Packer, data: bytes) -> None:
    files = {**FILES, "plan.toml": data}
    error = packer.refusal(packer.bytes(files))
    assert "plan.toml" in error.text("zh")


# --- not a bundle at all --------------------------------------------------------------------------


def test_a_bundle_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "nope.luodi", tmp_path):
        with pytest.raises(LuodiError) as caught:
            read_bundle(path)
        assert (caught.value.code, caught.value.exit_code) == ("landing.bundle_missing", 2)


@pytest.mark.parametrize("data", [b"", b"PK", b"%PDF-1.7", b"\0" * 100, zipped([])])
def test_another_file(packer: Packer, data: bytes) -> None:
    assert packer.refusal(data).code == "landing.bundle_damaged"


@given(share=st.floats(0, 1, exclude_max=True))
def test_a_transfer_that_broke_off(lasting: Packer, share: float) -> None:
    whole = lasting.bytes()
    error = lasting.refusal(whole[: int(len(whole) * share)])
    assert error.code == "landing.bundle_damaged"


def test_a_bundle_with_a_password(packer: Packer) -> None:
    data = bytearray(packer.bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    assert packer.refusal(bytes(data)).code == "landing.bundle_damaged"


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packed_another_way(packer: Packer, way: int) -> None:
    with zipfile.ZipFile(io.BytesIO(packer.bytes())) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", way) as archive:
        for name, data in members:
            archive.writestr(name, data)
    assert packer.refusal(packed.getvalue()).code == "landing.bundle_damaged"


# --- any byte -------------------------------------------------------------------------------------


def read(path: Path) -> tuple[Any, ...]:
    bundle = read_bundle(path)
    return bundle.manifest, bundle.signer, bundle.files


def outcome(path: Path) -> object:
    """What a bundle says, or the code it is refused with."""
    try:
        return read(path)
    except LuodiError as error:
        return error.code


def altered(data: bytes, at: int, bits: int) -> bytes:
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]


@given(at=st.floats(0, 1, exclude_max=True), bits=st.integers(1, 255))
def test_any_altered_byte_is_refused_or_says_nothing(lasting: Packer, at: float, bits: int) -> None:
    whole = lasting.bytes()
    said = outcome(lasting.put(whole))
    found = outcome(lasting.put(altered(whole, int(len(whole) * at), bits)))
    assert found == said or str(found).startswith("landing.bundle_")


def test_an_altered_directory_is_a_damaged_bundle(lasting: Packer) -> None:
    """Some of it sends the reader to places before the file; that was called a disk error."""
    whole = lasting.bytes()
    said = outcome(lasting.put(whole))
    end = range(len(whole) - 22, len(whole))  # end of central directory, APPNOTE 4.3.16
    found = [outcome(lasting.put(altered(whole, at, 1))) for at in end]
    assert {code for code in found if code != said} == {"landing.bundle_damaged"}


@pytest.mark.slow
def test_every_byte_altered_is_refused_or_says_nothing(lasting: Packer) -> None:
    whole = lasting.bytes()
    said = outcome(lasting.put(whole))
    places = [(at, bits) for at in range(len(whole)) for bits in (0x01, 0x80, 0xFF)]
    found = {(at, bits): outcome(lasting.put(altered(whole, at, bits))) for at, bits in places}
    others = {code for code in found.values() if code != said}
    assert others <= {f"landing.bundle_{why}" for why in WHYS}
    assert others


WHYS = ("damaged", "altered", "forged", "not_allowed", "too_large")


# --- too large ------------------------------------------------------------------------------------


@contextmanager
def nothing_unpacked() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
        yield


def claiming(data: bytes, name: str, size: int) -> bytes:
    """Let the directory of a zip say another size of one member."""
    at = data.rindex(name.encode()) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


def test_a_bomb_of_one_file(packer: Packer) -> None:
    data = claiming(packer.bytes(), "plan.toml", LARGEST + 1)
    with nothing_unpacked():
        error = packer.refusal(data)
    assert (error.code, error.params["limit"]) == ("landing.bundle_too_large", 512)


def test_a_bomb_of_many_files(packer: Packer) -> None:
    """Each below the limit, together above it: only single files were once counted."""
    data = packer.bytes()
    for name in FILES:
        if name.isascii():
            data = claiming(data, name, LARGEST // 4)
    with nothing_unpacked():
        assert packer.refusal(data).code == "landing.bundle_too_large"


def test_a_file_that_unpacks_to_more_than_it_says(packer: Packer) -> None:
    whole = zipped([("manifest.json", b"0" * 10_000_000)])
    assert packer.refusal(claiming(whole, "manifest.json", 100)).code == "landing.bundle_damaged"


def test_the_limit_itself_is_allowed(packer: Packer, monkeypatch: pytest.MonkeyPatch) -> None:
    data = packer.bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    monkeypatch.setattr(room, "LARGEST", size)
    assert read_bundle(packer.put(data)).files == FILES
    monkeypatch.setattr(room, "LARGEST", size - 1)
    assert packer.refusal(data).code == "landing.bundle_too_large"


@pytest.mark.slow
def test_a_bomb_does_not_eat_the_memory(packer: Packer) -> None:
    """A real one, of 640 MiB in ten files, read where there are 300 MiB."""
    names = [f"mapping/{number}.tsv" for number in range(10)]
    copies = io.BytesIO()
    with zipfile.ZipFile(copies, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            with archive.open(name, "w") as member:
                for _ in range(64):
                    member.write(b"\0" * (1 << 20))
    packed = packer.put(copies.getvalue())
    assert packed.stat().st_size < 10 << 20
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from luodi.cli.main import run\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({300 << 20}, {300 << 20}))\n"
        "sys.exit(run(['bundle', 'import', sys.argv[1], '--json', '--lang', 'en']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(packed)],
        env={"PYTHONPATH": str(SOURCES), "PATH": ""},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3, done.stderr.decode()
    assert msgspec.json.decode(done.stdout)["error"]["code"] == "landing.bundle_too_large"
