"""A bundle: the files of a landing folder that may leave the house, packed and signed.

A bundle is a zip file with ``manifest.json`` (every file with its digest, the revision it is and
the one it was made from), ``signature.json`` over the manifest's bytes, and the files.  What may go
in is a list of what is allowed; patient-level data lives in the vault and is on no such list.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from luodi.evidence.canonical import digest_bytes
from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.files import explained
from luodi.evidence.head import Head, decode_head
from luodi.evidence.model import Noun, Side
from luodi.evidence.suite import Signer, suite_named
from luodi.landing.bundle.revision import Revision
from luodi.landing.canonical import content_digest
from luodi.landing.folder import CONTENT
from luodi.landing.keys import PublicKey

FORMAT = 1
ALLOWED = re.compile(rf"{CONTENT.pattern}|evidence/w[0-9a-f]{{16}}\.(?:jsonl|head)")
"""Every file a bundle may hold."""

LARGEST = 512 * 1024 * 1024
"""Most bytes that are unpacked: a ledger of half a million records."""

MANIFEST, SIGNATURE = "manifest.json", "signature.json"
_DOMAIN = b"luodi-bundle-1\n"

_NO_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    ValueError,
    OSError,
)
"""What the zip reader raises for bytes that are not a zip file."""

_WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


class Manifest(Noun, frozen=True, kw_only=True):
    """What a bundle says it holds.  ``files`` maps places to SHA-256 digests of their bytes."""

    format: int
    project: str
    name: str
    writer: str
    made: datetime
    files: dict[str, str]
    revision: Revision
    base: Revision | None = None


class Signature(Noun, frozen=True, kw_only=True):
    """Who vouches for a manifest."""

    suite: str
    public_key: str
    name: str
    side: Side
    signature: str


@dataclass(frozen=True)
class Bundle:
    """A bundle that was read and found whole; files are held as bytes."""

    manifest: Manifest
    signer: PublicKey
    files: dict[str, bytes]

    def content(self) -> dict[str, bytes]:
        """The files that are not ledger."""
        return {name: data for name, data in self.files.items() if not name.startswith("evidence/")}


def pack(manifest: Manifest, files: dict[str, bytes], signer: Signer) -> bytes:
    """Pack and sign; the same content packed twice differs by its time and signature only."""
    said = msgspec.json.encode(manifest, order="sorted")
    signature = Signature(
        suite=signer.suite.name,
        public_key=signer.public_key.hex(),
        name=signer.name,
        side=signer.side,
        signature=signer.sign(_DOMAIN + said),
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(MANIFEST), said)
        archive.writestr(_entry(SIGNATURE), msgspec.json.encode(signature, order="sorted"))
        for name in sorted(files):
            archive.writestr(_entry(name), files[name])
    return packed.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def read_bundle(path: Path) -> Bundle:
    """Read a bundle and check that it is what its signer packed.

    Whether the signer is trusted is the caller's question.

    Raises
    ------
    LuodiError
        ``landing.bundle_damaged``, ``landing.bundle_altered`` with the files that differ,
        ``landing.bundle_forged``, ``landing.bundle_not_allowed``, ``landing.bundle_too_large``,
        ``evidence.format_newer``.
    WrongUse
        ``landing.bundle_missing``.
    """
    with explained(path):
        if not path.is_file():
            raise WrongUse("landing.bundle_missing", {"path": str(path)})
    with explained(path), path.open("rb") as file:
        files = _unpacked(file, path)
    if MANIFEST not in files or SIGNATURE not in files:
        raise LuodiError("landing.bundle_damaged", {"path": str(path)})
    said, signed = files.pop(MANIFEST), files.pop(SIGNATURE)
    manifest, signature = _manifest(said, path), _signature(signed, path)
    _check_signature(signature, said, path)
    key = PublicKey(
        signature.suite, signature.side, bytes.fromhex(signature.public_key), signature.name
    )
    bundle = Bundle(manifest, key, files)
    _check_files(bundle, path)
    return bundle


def _unpacked(file: BinaryIO, path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(file) as archive:
            _check_entries(archive.infolist(), path)
            return {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except _NO_ZIP as error:
        raise LuodiError("landing.bundle_damaged", {"path": str(path)}) from error


def _check_entries(entries: list[zipfile.ZipInfo], path: Path) -> None:
    """Refuse by what the entries say of themselves, before any is unpacked."""
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        if name in seen or not (name in (MANIFEST, SIGNATURE) or ALLOWED.fullmatch(name)):
            raise LuodiError("landing.bundle_not_allowed", {"path": str(path), "name": name[:80]})
        if entry.compress_type not in _WAYS or entry.flag_bits & _ENCRYPTED:
            raise LuodiError("landing.bundle_damaged", {"path": str(path)})
        seen.add(name)
    if sum(entry.file_size for entry in entries) > LARGEST:
        limit = LARGEST // 1024 // 1024
        raise LuodiError("landing.bundle_too_large", {"path": str(path), "limit": limit})


def _manifest(said: bytes, path: Path) -> Manifest:
    try:
        version = msgspec.json.decode(said, type=_Version).format
        if version > FORMAT:
            raise LuodiError(
                "evidence.format_newer", {"path": str(path), "found": version, "known": FORMAT}
            )
        return msgspec.json.decode(said, type=Manifest)
    except msgspec.MsgspecError as error:
        raise LuodiError("landing.bundle_damaged", {"path": str(path)}) from error


class _Version(msgspec.Struct):
    format: int = 0


def _signature(signed: bytes, path: Path) -> Signature:
    try:
        return msgspec.json.decode(signed, type=Signature)
    except msgspec.MsgspecError as error:
        raise LuodiError("landing.bundle_damaged", {"path": str(path)}) from error


def _check_signature(signature: Signature, said: bytes, path: Path) -> None:
    try:
        public, value = bytes.fromhex(signature.public_key), bytes.fromhex(signature.signature)
    except ValueError as error:
        raise LuodiError("landing.bundle_damaged", {"path": str(path)}) from error
    if not suite_named(signature.suite).verify(public, value, _DOMAIN + said):
        raise LuodiError("landing.bundle_forged", {"path": str(path)})


def _check_files(bundle: Bundle, path: Path) -> None:
    """Compare bytes, then what they say: a revision that lies would hide a change."""
    bytes_found = {name: digest_bytes(data) for name, data in bundle.files.items()}
    _check_same(bytes_found, bundle.manifest.files, path)
    content_found = {
        name: content_digest(data, f"{path}/{name}") for name, data in bundle.content().items()
    }
    _check_same(content_found, bundle.manifest.revision.files, path)


def _check_same(found: Mapping[str, str], said: Mapping[str, str], path: Path) -> None:
    names = sorted(name for name in found.keys() | said.keys() if found.get(name) != said.get(name))
    if names:
        raise LuodiError("landing.bundle_altered", {"path": str(path), "files": tuple(names)})


@dataclass(frozen=True)
class SentChains:
    """The ledger inside a bundle, to be verified and merged."""

    bundle: Bundle

    @property
    def project(self) -> str:
        return self.bundle.manifest.project

    def writers(self) -> tuple[str, ...]:
        return tuple(
            sorted(
                Path(name).stem
                for name in self.bundle.files
                if name.startswith("evidence/") and name.endswith(".jsonl")
            )
        )

    def data(self, writer: str) -> bytes:
        return self.bundle.files.get(f"evidence/{writer}.jsonl", b"")

    def head(self, writer: str) -> Head | None:
        name = f"evidence/{writer}.head"
        data = self.bundle.files.get(name)
        return decode_head(data, name) if data is not None else None

    def announced(self, writer: str) -> Head | None:
        return None  # a bundle holds only what was sealed
