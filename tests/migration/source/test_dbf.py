"""DBF files as a source."""

import datetime
import struct

import pytest

import dbf
from dbf import Field
from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent

FIELDS = [
    Field("ID", "N", 8),
    Field("XM", "C", 8),
    Field("CSRQ", "D", 8),
    Field("JE", "N", 10, 2),
    Field("YB", "L", 1),
    Field("BZ", "M", 10),
]


def write(path, rows, **more):
    dbf.write_dbf(path, FIELDS, rows, **more)
    return path


@pytest.fixture
def patients(tmp_path):
    import datetime

    return write(
        tmp_path / "patients.dbf",
        [
            (1, "张三", datetime.date(1990, 2, 3), "12.50", True, "过敏史：青霉素" * 100),
            (2, "李四", None, None, None, None),
            (3, "王五", None, "-0.01", False, ""),
        ],
        deleted=frozenset([1]),
    )


def test_it_works(desk, patients):
    assert desk.rows("patients.dbf", "patients") == [
        (1, "1", "张三", "19900203", "12.50", "T", "过敏史：青霉素" * 100),
        (2, "3", "王五", None, "-0.01", "F", None),
    ]


def test_deleted_records_are_counted(desk, patients):
    with desk.source("patients.dbf") as source:
        (table,), findings = source.tables(Silent())
    assert table.rows == 2
    assert [column.type for column in table.columns][:2] == ["N(8, 0)", "C(8)"]
    assert [(f.code, f.count) for f in findings] == [("migration.dbf_deleted", 1)]


def test_deleted_records_with_their_mark(desk, patients):
    rows = desk.rows("patients.dbf", "patients", deleted=True)
    assert [(row[1], row[-1]) for row in rows] == [("1", ""), ("2", "*"), ("3", "")]


def test_what_is_beyond_gbk(desk, tmp_path):
    dbf.write_dbf(tmp_path / "p.dbf", [Field("XM", "C", 8)], [("䶮㑇",)], encoding="gb18030")
    assert desk.rows("p.dbf", "p") == [(1, "䶮㑇")]


def test_a_language_byte_that_lies(desk, tmp_path):
    dbf.write_dbf(tmp_path / "p.dbf", [Field("XM", "C", 20)], [("张三丰李四光",)] * 9, driver=0x03)
    assert desk.rows("p.dbf", "p")[0] == (1, "张三丰李四光")


def test_a_memo_file_that_is_missing(desk, patients):
    patients.with_suffix(".dbt").unlink()
    with desk.extracted("patients.dbf") as (_, connected, outcome):
        for one in (connected, outcome):
            assert "migration.dbf_memo" in {finding.code for finding in one.findings}
        assert outcome.verdict == "fail"


def test_a_file_cut_short(desk, patients):
    patients.write_bytes(patients.read_bytes()[:-60])
    with desk.extracted("patients.dbf") as (_, _, outcome):
        assert {"migration.dbf_short"} <= {finding.code for finding in outcome.findings}
        assert outcome.result.rows == 1


@pytest.mark.parametrize("place", [8, 10, 43, 48])
def test_a_broken_header(desk, patients, place):
    data = bytearray(patients.read_bytes())
    data[place] ^= 0x5A
    patients.write_bytes(data)
    with pytest.raises(LuodiError) as caught, desk.source("patients.dbf"):
        pass
    assert caught.value.code == "migration.file_damaged"
    assert caught.value.next_step("zh")


@pytest.mark.parametrize("data", [b"", b"\x03", b"not a table at all, but long enough to be one"])
def test_no_dbf_at_all(desk, tmp_path, data):
    (tmp_path / "x.dbf").write_bytes(data)
    with pytest.raises(LuodiError) as caught, desk.source("x.dbf"):
        pass
    assert caught.value.code == "migration.file_damaged"


@pytest.mark.slow
def test_the_legacy_his(desk, legacy_his, tmp_path):
    legacy_his.into_dbf(tmp_path)
    with desk.extracted(tmp_path) as (workspace, connected, outcome):
        assert (connected.result.rows, outcome.result.rows) == (33296, 33296)
        names = "SELECT name FROM old.dms_dise ORDER BY _ordinal"
        found = [row[0] for row in workspace.db.execute(names).fetchall()]
        assert found == [(row[3] or "").rstrip(" ") for row in legacy_his.table("dms_dise").rows]


# --- Visual FoxPro --------------------------------------------------------------------------------


def write_foxpro(path):
    """One table as Visual FoxPro writes it (version 0x30), with a memo file beside it."""
    fields = [("ID", "I", 4), ("XM", "C", 8), ("SJ", "T", 8), ("JE", "Y", 8), ("ZB", "B", 8)]
    fields += [("BZ", "M", 4), ("_NullFlags", "0", 1)]
    text = "过敏史：青霉素".encode("gbk")
    memo = struct.pack(">IHH504x", 9, 0, 64) + struct.pack(">II", 1, len(text)) + text
    path.with_suffix(".fpt").write_bytes(memo + bytes(128))
    described, offset = b"", 1
    for name, kind, length in fields:
        described += struct.pack("<11scIBB14x", name.encode(), kind.encode(), offset, length, 0)
        offset += length
    day = datetime.date(2024, 3, 4).toordinal() + 1_721_425
    record = b" " + struct.pack("<i", -7) + "张三".encode("gbk").ljust(8)
    record += struct.pack("<ii", day, 8 * 3_600_000) + struct.pack("<q", 125_000)
    record += struct.pack("<d", 0.1) + struct.pack("<I", 8) + b"\0"
    none = b" " + struct.pack("<i", 2) + b"".ljust(8) + bytes(8 + 8 + 8 + 4) + b"\0"
    size = 32 + len(described) + 1 + 263
    header = struct.pack("<BBBBIHH16xBB2x", 0x30, 124, 3, 4, 2, size, offset, 2, 0x7A)
    path.write_bytes(header + described + b"\r" + bytes(263) + record + none + b"\x1a")


def test_foxpro(desk, tmp_path):
    write_foxpro(tmp_path / "p.dbf")
    assert desk.rows("p.dbf", "p") == [
        (1, "-7", "张三", "2024-03-04 08:00:00", "12.5", "0.1", "过敏史：青霉素"),
        (2, "2", "", None, "0", "0.0", None),
    ]
