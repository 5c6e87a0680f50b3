"""A folder of CSV as a hospital hands it over."""

import csv
from pathlib import Path
from typing import Any

import pytest

from luodi.evidence.errors import WrongUse
from luodi.evidence.progress import Silent
from luodi.sandbox.data.model import faults, kinds
from luodi.sandbox.data.write.folder import TRUTH, Encoding, write_folder


def written(made: Any, folder: Path, encoding: Encoding = "utf-8") -> Path:
    write_folder(made.workspace.db, made.hospital, folder, encoding, progress=Silent())
    return folder


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_it_works(made: Any, tmp_path: Path, encoding: Any) -> None:
    folder = written(made, tmp_path / "old", encoding)
    with (folder / "BRXX.csv").open(encoding=encoding, newline="") as source:
        rows = list(csv.DictReader(source))
    assert len(rows) == made.hospital.size.patients
    assert {"BRID", "BRXM", "SFZH"} <= set(rows[0])
    assert not list(folder.glob("*.utf8"))


def test_what_is_true_is_written_beside_it(made: Any, tmp_path: Path) -> None:
    folder = written(made, tmp_path / "old") / TRUTH
    with (folder / "rates.csv").open(encoding="utf-8", newline="") as source:
        rates = list(csv.DictReader(source))
    assert len(rates) == len(kinds().kinds) + len(faults().faults)
    assert (folder / "person.csv").read_text(encoding="utf-8").count(
        "\n"
    ) == made.hospital.size.patients + 1


def test_an_empty_text_is_not_null(made: Any, tmp_path: Path) -> None:
    text = (written(made, tmp_path / "old") / "BRXX.csv").read_text(encoding="utf-8")
    assert ",," in text
    assert r",\N," in text


def test_a_folder_with_something_in_it_is_left_alone(made: Any, tmp_path: Path) -> None:
    (tmp_path / "patients.csv").touch()
    with pytest.raises(WrongUse) as refused:
        written(made, tmp_path)
    assert refused.value.code == "sandbox.folder_not_empty"
