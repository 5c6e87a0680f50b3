"""take: an object leaves the vault as a private file, and that is on record."""

import io
import os
import stat

import pytest

from luodi.evidence.errors import LuodiError, WrongUse
from luodi.evidence.model import Verdict
from luodi.landing.vault.outcomes import taken
from luodi.landing.vault.take import take

CONTENT = b"rows" * 100_000


@pytest.fixture
def filled(vault):
    vault.put("rows.xlsx", io.BytesIO(CONTENT))
    return vault


def test_it_works(filled, tmp_path):
    found = take(filled, "rows.xlsx", tmp_path / "out.xlsx")
    assert found.path.read_bytes() == CONTENT
    assert found.entry.size == len(CONTENT)


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_only_this_account_can_read_it(filled, tmp_path):
    path = take(filled, "rows.xlsx", tmp_path / "out.xlsx").path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_written_over(filled, tmp_path):
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"mine")
    with pytest.raises(WrongUse) as caught:
        take(filled, "rows.xlsx", path)
    assert caught.value.code == "landing.take_exists"
    assert path.read_bytes() == b"mine"


def test_an_object_that_is_not_there(filled, tmp_path):
    with pytest.raises(LuodiError) as caught:
        take(filled, "nothing", tmp_path / "out.xlsx")
    assert caught.value.code == "landing.vault_object_absent"
    assert not (tmp_path / "out.xlsx").exists()


def test_nothing_stays_of_a_damaged_object(filled, tmp_path):
    (path,) = [p for p in filled.path.rglob("*") if p.is_file() and p.stat().st_size > len(CONTENT)]
    data = bytearray(path.read_bytes())
    data[-300] ^= 1
    path.write_bytes(data)
    with pytest.raises(LuodiError) as caught:
        take(filled, "rows.xlsx", tmp_path / "out.xlsx")
    assert caught.value.code == "landing.vault_object_damaged"
    assert not (tmp_path / "out.xlsx").exists()


def test_it_is_on_record(filled, tmp_path):
    outcome = taken(take(filled, "rows.xlsx", tmp_path / "out.xlsx"))
    assert (outcome.verb, outcome.verdict) == ("vault-get", Verdict.WARN)
    assert [artefact.private for artefact in outcome.artefacts] == [True]
    assert str(tmp_path) not in repr(outcome.findings)
