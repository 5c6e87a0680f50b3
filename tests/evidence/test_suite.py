"""Which digest links a chain and which key signs its head; both suites against their standards."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.errors import LuodiError
from luodi.evidence.model import Side, Verdict
from luodi.evidence.suite import SUITES, Signer, new_signer, suite_named, writer_of
from luodi.evidence.verify import verify

NAMES = ["ed25519-sha256", pytest.param("sm2-sm3", marks=pytest.mark.needs("module:gmssl"))]
suites = pytest.mark.parametrize("suite", NAMES)
gm = pytest.mark.needs("module:gmssl")

# RFC 8032, 7.1, test 2.
RFC_8032 = {
    "private": "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "public": "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "data": b"\x72",
    "signature": "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
}

# GB/T 32918.5-2017, annex A.2: the recommended curve, identity 1234567812345678.
GBT_32918 = {
    "private": "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8",
    "public": "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
    "data": b"message digest",
    "nonce": "59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21",
    "signature": "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
}


def key(example, suite):
    return Signer(suite_named(suite), bytes.fromhex(example["private"]), "甲", Side.VENDOR)


@suites
def test_it_works(suite):
    signer = new_signer("甲", Side.VENDOR, suite)
    signature = bytes.fromhex(signer.sign("患者".encode()))
    assert signer.suite.verify(signer.public_key, signature, "患者".encode())
    assert len(signer.suite.digest(b"")) == 64


def test_the_digest_is_that_of_the_standard():
    # FIPS 180-4 and GB/T 32905-2016, annex A.1: "abc"
    assert suite_named("ed25519-sha256").digest(b"abc").startswith("ba7816bf8f01cfea414140de")
    assert suite_named("sm2-sm3").digest(b"abc") == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )


def test_ed25519_is_that_of_the_standard():
    signer = key(RFC_8032, "ed25519-sha256")
    assert signer.public_key.hex() == RFC_8032["public"]
    assert signer.sign(RFC_8032["data"]) == RFC_8032["signature"]


@gm
def test_sm2_is_that_of_the_standard(monkeypatch):
    signer = key(GBT_32918, "sm2-sm3")
    assert signer.public_key.hex() == GBT_32918["public"]
    signature = bytes.fromhex(GBT_32918["signature"])
    assert signer.suite.verify(signer.public_key, signature, GBT_32918["data"])
    monkeypatch.setattr(
        type(signer.suite), "generate", lambda suite: bytes.fromhex(GBT_32918["nonce"])
    )
    assert signer.sign(GBT_32918["data"]) == GBT_32918["signature"]


@gm
def test_sm2_takes_no_nonce_from_a_weak_generator(monkeypatch):
    """Whoever can foretell a nonce can compute the key from one signature."""

    def weak(*args):
        raise AssertionError("gmssl chose the nonce")

    monkeypatch.setattr("gmssl.func.random_hex", weak)
    monkeypatch.setattr("random.choice", weak)
    signer = key(GBT_32918, "sm2-sm3")
    assert signer.sign(b"data") != signer.sign(b"data")


@gm
def test_sm2_knows_keys_that_begin_with_04_or_0():
    """gmssl takes a leading 04 for a mark of its encoding, and strips every 0 and 4 after it."""
    suite, found = suite_named("sm2-sm3"), set()
    for number in range(1, 2000):
        private = number.to_bytes(32, "big")
        public = suite.public(private)
        if public[0] in (0x04, 0x00, 0x40) and public[0] not in found:
            found.add(public[0])
            signer = Signer(suite, private, "甲", Side.VENDOR)
            assert suite.verify(public, bytes.fromhex(signer.sign(b"data")), b"data")
        if 0x04 in found:
            return
    pytest.fail("no such key was tried")


@suites
@pytest.mark.parametrize("what", ["public", "signature", "data"])
def test_what_was_changed_does_not_verify(suite, what):
    signer = new_signer("甲", Side.VENDOR, suite)
    said = {
        "public": signer.public_key,
        "signature": bytes.fromhex(signer.sign(b"x")),
        "data": b"x",
    }
    changed = bytearray(said[what])
    changed[-1] ^= 1
    assert not signer.suite.verify(**{**said, what: bytes(changed)})


@suites
@pytest.mark.parametrize("signature", [b"", b"\0", bytes(64), b"\xff" * 64, bytes(63), bytes(65)])
def test_what_is_no_signature_does_not_verify(suite, signature):
    signer = new_signer("甲", Side.VENDOR, suite)
    assert not signer.suite.verify(signer.public_key, signature, b"data")


@suites
@pytest.mark.parametrize("public", [b"", b"\0", bytes(32), bytes(64), b"\xff" * 64, bytes(65)])
def test_what_is_no_key_does_not_verify(suite, public):
    signature = bytes.fromhex(new_signer("甲", Side.VENDOR, suite).sign(b"data"))
    assert not suite_named(suite).verify(public, signature, b"data")


@given(st.binary(max_size=70), st.binary(max_size=70), st.binary())
def test_nothing_random_verifies(public, signature, data):
    assert not suite_named("ed25519-sha256").verify(public, signature, data)


@suites
def test_another_key_does_not_verify(suite):
    one, other = (new_signer("甲", Side.VENDOR, suite) for _ in range(2))
    assert one.public_key != other.public_key
    assert not one.suite.verify(other.public_key, bytes.fromhex(one.sign(b"x")), b"x")


def test_a_chain_is_named_by_its_key(vendor):
    assert vendor.writer == writer_of(vendor.public_key)
    assert len(vendor.writer) == 17
    assert vendor.writer.startswith("w")


def test_a_signer_does_not_show_its_key(vendor):
    assert vendor.private.hex() not in repr(vendor)
    assert str(vendor.private) not in repr(vendor)


def test_an_unknown_suite_is_named_with_the_known_ones():
    with pytest.raises(LuodiError) as unknown:
        suite_named("pq-2040")
    assert unknown.value.code == "evidence.suite_unknown"
    assert unknown.value.params["known"] == tuple(suite.name for suite in SUITES)
    assert "升级" in unknown.value.next_step("zh")


@pytest.mark.parametrize("act", ["sign", "verify", "new"])
def test_without_the_extra_its_name_is_said(monkeypatch, act):
    monkeypatch.setitem(sys.modules, "gmssl", None)
    monkeypatch.delitem(sys.modules, "gmssl.sm2", raising=False)
    suite = suite_named("sm2-sm3")
    acts = {
        "sign": lambda: suite.load(bytes(31) + b"\1"),
        "verify": lambda: suite.verify(bytes(64), bytes(64), b""),
        "new": lambda: new_signer("甲", Side.VENDOR, "sm2-sm3"),
    }
    with pytest.raises(LuodiError) as missing:
        acts[act]()
    assert missing.value.code == "evidence.extra_missing"
    assert "luodi[gm]" in missing.value.next_step("en")


@gm
def test_a_chain_of_the_national_suite_verifies(tell, draft, edited, codes):
    told = tell(key(GBT_32918, "sm2-sm3"), [draft(1), draft(2)])
    assert verify(told.end).verdict is Verdict.PASS
    lines = told.lines
    tampered = told.with_lines([lines[0], edited(lines[1], actor="路人"), lines[2]])
    assert codes(verify(tampered).findings) == ["verify_altered"]
    head = told.copies[0].head(told.writer)
    assert "verify_unsigned" in codes(verify(told.with_head(head)).findings)
