"""What the tests of the evidence room stand on: two signers, drafts, ledgers and copies of them."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from luodi.evidence.head import Head, decode_head, encode_head
from luodi.evidence.json_lines import JsonLinesLedger
from luodi.evidence.model import (
    ContentInput,
    Draft,
    Environment,
    Evidence,
    Figure,
    Finding,
    Kind,
    Severity,
    Side,
    Status,
    Verdict,
)
from luodi.evidence.stored import encode
from luodi.evidence.suite import Ed25519Sha256, Signer

PROJECT = "同济-his-2027"
MOMENT = datetime(2027, 3, 1, 8, 30, tzinfo=UTC)


def signer(seed: int, name: str, side: Side) -> Signer:
    return Signer(Ed25519Sha256(), bytes([seed]) * 32, name, side)


@pytest.fixture(scope="session")
def vendor() -> Signer:
    return signer(1, "实施工程师的笔记本", Side.VENDOR)


@pytest.fixture(scope="session")
def hospital() -> Signer:
    return signer(2, "信息科", Side.HOSPITAL)


@pytest.fixture(scope="session")
def thief() -> Signer:
    """Somebody with a key of their own and no right to use it here."""
    return signer(3, "路人", Side.VENDOR)


@pytest.fixture(scope="session")
def draft() -> Callable[..., Draft]:
    """Make a draft that says a little of everything; name what should differ."""

    def make(number: int = 1, **changes: Any) -> Draft:
        said = Draft(
            kind=Kind.MACHINE,
            environment=Environment.REHEARSAL,
            subject=f"migration:患者-{number}",
            engine="migration",
            verb="reconcile",
            status=Status.COMPLETED,
            verdict=Verdict.PASS,
            actor="王工",
            host="站点-01",
            version="0.1",
            started=MOMENT,
            finished=MOMENT,
            figures=(
                Figure(name="rows", value=1000 + number, unit="row"),
                Figure(name="amount", value=Decimal("12.50"), unit="CNY"),
            ),
            findings=(
                Finding(code="evidence.file_trouble", params={"path": "a.csv", "reason": "x"}),
            ),
            inputs=(ContentInput(name="mapping/patients.toml", digest="a" * 64),),
        )
        return msgspec.structs.replace(said, **changes)

    return make


@pytest.fixture
def ledger(tmp_path: Path, vendor: Signer) -> JsonLinesLedger:
    """The vendor's ledger in an empty folder."""
    return JsonLinesLedger(tmp_path / "证据 evidence", PROJECT, vendor)


@dataclass(frozen=True)
class Copied:
    """A copy of a ledger's files, to be read and tampered with."""

    files: Mapping[str, bytes]
    project: str = PROJECT

    def writers(self) -> tuple[str, ...]:
        return tuple(sorted({name.partition(".")[0] for name in self.files}))

    def data(self, writer: str) -> bytes:
        return self.files.get(f"{writer}.jsonl", b"")

    def head(self, writer: str) -> Head | None:
        return self._head(f"{writer}.head")

    def announced(self, writer: str) -> Head | None:
        head = self._head(f"{writer}.next")
        return None if head == self.head(writer) else head

    def _head(self, name: str) -> Head | None:
        return decode_head(self.files[name], name) if name in self.files else None

    def having(self, name: str, data: bytes | Head) -> "Copied":
        written = encode_head(data) if isinstance(data, Head) else data
        return replace(self, files={**self.files, name: written})

    def without(self, name: str) -> "Copied":
        return replace(self, files={key: data for key, data in self.files.items() if key != name})

    def with_heads(self, writer: str, head: bytes | Head) -> "Copied":
        """Both head files, as whoever tampers with a folder would replace them."""
        return self.having(f"{writer}.head", head).having(f"{writer}.next", head)

    def without_heads(self, writer: str) -> "Copied":
        return self.without(f"{writer}.head").without(f"{writer}.next")

    def put(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in self.files.items():
            (folder / name).write_bytes(data)


def copy(folder: Path) -> Copied:
    kinds = (".jsonl", ".head", ".next")
    return Copied(
        {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in kinds}
    )


@dataclass(frozen=True)
class Story:
    """A chain as it grew: a copy after every append, and its lines at the end."""

    signer: Signer
    copies: tuple[Copied, ...] = field(repr=False)

    @property
    def writer(self) -> str:
        return self.signer.writer

    @property
    def end(self) -> Copied:
        return self.copies[-1]

    @property
    def lines(self) -> list[bytes]:
        return self.end.data(self.writer).split(b"\n")[:-1]

    @property
    def last(self) -> int:
        return len(self.lines)

    def with_lines(self, lines: Iterable[bytes]) -> Copied:
        return self.end.having(f"{self.writer}.jsonl", b"".join(line + b"\n" for line in lines))

    def with_head(self, head: Head | bytes) -> Copied:
        return self.end.with_heads(self.writer, head)


def told(folder: Path, signer: Signer, drafts: Iterable[Draft]) -> Story:
    ledger = JsonLinesLedger(folder, PROJECT, signer)
    copies = []
    for one in drafts:
        ledger.append([one])
        copies.append(copy(folder))
    return Story(signer, tuple(copies))


@pytest.fixture(scope="session")
def tell(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Story]:
    """Append drafts one by one under a key, in a folder of their own."""
    return lambda signer, drafts: told(tmp_path_factory.mktemp("story"), signer, drafts)


@pytest.fixture(scope="session")
def story(tell: Callable[..., Story], vendor: Signer, draft: Callable[..., Draft]) -> Story:
    """The vendor's chain: an opening and seven records, appended one by one."""
    return tell(vendor, [draft(number) for number in range(1, 8)])


@pytest.fixture(scope="session")
def edited() -> Callable[..., bytes]:
    """Change fields of a stored line and write it in canonical form again."""

    def edit(line: bytes, **changes: Any) -> bytes:
        return json.dumps(
            json.loads(line) | changes, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        ).encode()

    return edit


@pytest.fixture(scope="session")
def read_record() -> Callable[[bytes], Evidence]:
    return msgspec.json.Decoder(Evidence).decode


@pytest.fixture(scope="session")
def relinked(vendor: Signer) -> Callable[[list[bytes]], list[bytes]]:
    """Renumber and link lines anew, which anybody can do; only the head needs the key."""

    def relink(lines: list[bytes]) -> list[bytes]:
        previous, linked = "0" * 64, []
        for seq, line in enumerate(lines, 1):
            record = msgspec.json.decode(line, type=Evidence)
            linked.append(encode(msgspec.structs.replace(record, seq=seq, previous=previous)))
            previous = vendor.suite.digest(linked[-1])
        return linked

    return relink


@pytest.fixture(scope="session")
def copied() -> Callable[[Path], Copied]:
    return copy


@pytest.fixture(scope="session")
def codes() -> Callable[[Iterable[Finding]], list[str]]:
    """Name findings briefly: their codes, without the room."""
    return lambda findings: [item.code.removeprefix("evidence.") for item in findings]


@pytest.fixture(scope="session")
def alarms() -> Callable[[Iterable[Finding]], list[str]]:
    """Name the findings that speak of tampering."""
    return lambda findings: [
        item.code.removeprefix("evidence.") for item in findings if item.severity is Severity.ERROR
    ]


@pytest.fixture
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for the disk, where a test asks what is written and not whether it lasts."""
    monkeypatch.setattr("os.fsync", lambda handle: None)
    monkeypatch.setattr("luodi.evidence.files._sync", lambda handle: None)
