"""A hand-over folder: a batch is there as a whole or not at all, and comes back as it was."""

import csv
import json
import stat
import sys

import duckdb
import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Silent
from luodi.landing.systems import Target
from luodi.migration.batch import Mode
from luodi.migration.load import load
from luodi.migration.reconcile import reconcile
from luodi.migration.rollback import rollback
from luodi.migration.target.files import FileTarget
from luodi.migration.target.open import opened_target
from luodi.migration.workspace import Workspace
from migration.load_sample import DICTIONARIES, PATIENTS, changed, fates, fill, order, rules


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        fill(workspace)
        yield workspace


class Desk:
    """Loads, reconciles and rolls back, opening the folder anew each time as the commands do."""

    def __init__(self, workspace, base, url, **options):
        self.workspace, self.base = workspace, base
        self.system = Target(id="new_his", url=url, environment="test", **options)
        self.folder = base / "交接"

    def opened(self, mapping=()):
        return opened_target(self.system, self.base, lambda _: "", self.workspace, mapping)

    def load(self, mapping=None, **more):
        mapping = mapping or rules()
        with self.opened((mapping,)) as target:
            return load(
                self.workspace, mapping, target, DICTIONARIES, order(**more), progress=Silent()
            )

    def reconcile(self, batch):
        with self.opened() as target:
            return reconcile(self.workspace, batch, target, rules(), progress=Silent())

    def take_back(self, batch):
        with self.opened() as target:
            return rollback(self.workspace, batch, target, confirm=batch, progress=Silent())


@pytest.fixture(params=["csv", "parquet"])
def desk(request, workspace, tmp_path):
    return Desk(workspace, tmp_path, f"{request.param}:交接")


@pytest.fixture
def as_csv(workspace, tmp_path):
    return lambda **options: Desk(workspace, tmp_path, "csv:交接", **options)


def test_it_works(desk):
    outcome = desk.load(part_rows=2)
    batch = outcome.result.batch
    ending = desk.system.url.split(":")[0]
    there = {path.name for path in (desk.folder / batch).iterdir()}
    assert there == {f"patient.{ending}", f"visit.{ending}", "manifest.json"}
    assert outcome.result.target_rows == {"patient": 4, "visit": 3}
    assert "migration.target_in_clear" in {finding.code for finding in outcome.findings}
    reconciled = desk.reconcile(batch)
    assert (reconciled.result.mismatched, reconciled.result.unaccounted) == (0, 0)
    back = desk.take_back(batch)
    assert back.result.removed == {"visit": 3, "patient": 4}
    assert (back.result.residual, back.result.as_before) == (0, True)
    assert {path.name for path in desk.folder.iterdir()} == {".luodi", ".gitignore"}


def test_what_csv_looks_like(as_csv):
    desk = as_csv()
    batch = desk.load().result.batch
    content = (desk.folder / batch / "patient.csv").read_bytes().decode()
    assert content == (
        "id,name,sex,birth\r\n1,张三,M,1980-01-02\r\n2,李四,F,1975-03-04\r\n"
        '3,"王\t五\\""引号""",M,\\N\r\n5,𠮷田,F,\\N\r\n'
    )
    manifest = json.loads((desk.folder / batch / "manifest.json").read_bytes())
    assert [(each["name"], each["rows"]) for each in manifest["files"]] == [
        ("patient.csv", 4),
        ("visit.csv", 3),
    ]


def test_parquet_has_types(workspace, tmp_path):
    desk = Desk(workspace, tmp_path, "parquet:交接")
    batch = desk.load().result.batch
    described = duckdb.sql(f"DESCRIBE FROM '{desk.folder / batch / 'visit.parquet'}'").fetchall()
    assert [line[:2] for line in described] == [
        ("id", "BIGINT"),
        ("patient_id", "BIGINT"),
        ("fee", "DECIMAL(38,2)"),
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no such modes")
def test_only_this_account_may_read(desk):
    batch = desk.load().result.batch
    assert stat.S_IMODE(desk.folder.stat().st_mode) == 0o700
    for path in (desk.folder / batch).iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("options", "codec"),
    [
        ({"encoding": "utf-8-sig"}, "utf-8-sig"),
        ({"encoding": "gb18030", "delimiter": "|", "null": ""}, "gb18030"),
        ({"encoding": "utf-16", "null": "NULL"}, "utf-16"),
        ({"delimiter": "\t", "header": False}, "utf-8"),
        ({"delimiter": "^", "quote": ""}, "utf-8"),
    ],
)
def test_as_the_other_side_wants_it(workspace, as_csv, options, codec):
    desk = as_csv(**options)
    fill(workspace, patients=[(1, "张三", "1", ""), (2, "𠮷田", "2", "")], visits=[])
    batch = desk.load().result.batch
    text = (desk.folder / batch / "patient.csv").read_bytes().decode(codec)
    sign, mark = options.get("delimiter", ","), options.get("null", r"\N")
    header = [sign.join(("id", "name", "sex", "birth"))] if options.get("header", True) else []
    rows = [sign.join(("1", "张三", "M", mark)), sign.join(("2", "𠮷田", "F", mark))]
    assert text.split("\r\n") == [*header, *rows, ""]
    assert desk.reconcile(batch).result.mismatched == 0


def test_an_encoding_that_lacks_a_character(as_csv, workspace):
    desk = as_csv(encoding="gbk")
    outcome = desk.load()
    assert fates(workspace, outcome)["pms_patient", 5] == ("rejected", "encoding")
    assert outcome.result.target_rows["patient"] == 3


def test_without_quotation_marks_some_values_cannot_be_written(as_csv, workspace):
    desk = as_csv(quote="", delimiter="|")
    fill(workspace, patients=[(1, "张|三", "1", ""), (2, "李四", "2", "")])
    outcome = desk.load(part_rows=1)
    assert fates(workspace, outcome)["pms_patient", 1] == ("rejected", "target_csv")
    assert fates(workspace, outcome)["pms_visit", 1] == ("rejected", "lookup")
    assert desk.reconcile(outcome.result.batch).result.mismatched == 0


def test_a_delta_has_files_of_its_own(desk, workspace):
    first = desk.load().result.batch
    fill(workspace, patients=[PATIENTS[0], (2, "李四光", "2", ""), (7, "新人", "1", "")], visits=[])
    delta = desk.load(mode=Mode.DELTA).result.batch
    assert len([p for p in (desk.folder / delta).iterdir() if ".changed." in p.name]) == 1
    assert desk.reconcile(delta).result.mismatched == 0
    with desk.opened() as target:
        patient = target.describe(["patient"])["patient"].table
        names = dict(row for block in target.present(patient, ("id", "name")) for row in block)
    assert {str(key): name for key, name in names.items()} == {
        "1": "张三",
        "2": "李四光",
        "3": '王\t五\\"引号"',
        "5": "𠮷田",
        "7": "新人",
    }
    assert desk.take_back(delta).result.restored == 1
    assert desk.take_back(first).result.as_before


def test_a_file_that_was_changed_since(as_csv):
    desk = as_csv()
    batch = desk.load().result.batch
    path = desk.folder / batch / "visit.csv"
    path.write_bytes(path.read_bytes().replace(b"12.50", b"12.51"))
    compared = {each.feed: each for each in desk.reconcile(batch).result.compared}
    assert (compared["visit"].changed, compared["patient"].mismatched) == (1, 0)
    (found,) = desk.take_back(batch).findings
    assert (found.code, found.params["ordinals"]) == ("migration.rollback_changed", "1")
    assert path.is_file()


def test_a_file_that_is_no_table_any_more(as_csv):
    desk = as_csv()
    batch = desk.load().result.batch
    (desk.folder / batch / "visit.csv").write_text("1;2;3\r\n")
    with pytest.raises(LuodiError) as caught:
        desk.reconcile(batch)
    assert caught.value.code == "migration.delivery_changed"


def test_keys_counted_on(desk, workspace):
    mapping = rules(feed=changed("patient", key={"column": "id", "strategy": "sequence"}))
    first = desk.load(mapping).result.batch
    with desk.opened((mapping,)) as target:
        table = target.describe(["patient"])["patient"]
        assert target.reserve(table, "id", 5) == 6
    desk.take_back(first)


class Killed(BaseException):
    pass


@pytest.mark.parametrize("step", ["write", "_joined"])
def test_killed_on_the_way(desk, monkeypatch, step):
    """What a killed run left is no batch; going on makes it one."""
    whole = getattr(FileTarget, step)
    calls = []

    def once(self, *args):
        calls.append(args)
        if len(calls) == (2 if step == "write" else 1):
            raise Killed
        return whole(self, *args)

    monkeypatch.setattr(FileTarget, step, once)
    with pytest.raises(Killed):
        desk.load(part_rows=2)
    assert {path.name for path in desk.folder.iterdir()} == {".luodi", ".gitignore"}
    monkeypatch.setattr(FileTarget, step, whole)
    outcome = desk.load(part_rows=2, resume=True)
    assert desk.reconcile(outcome.result.batch).result.mismatched == 0
    assert desk.take_back(outcome.result.batch).result.as_before


def test_killed_while_it_is_taken_back(desk, monkeypatch):
    batch = desk.load().result.batch

    def dies(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(FileTarget, "_clear", dies)
        with pytest.raises(Killed):
            desk.take_back(batch)
    assert desk.take_back(batch).result.as_before
    assert {path.name for path in desk.folder.iterdir()} == {".luodi", ".gitignore"}


def test_two_runs_at_once(desk):
    with desk.opened((rules(),)) as target:
        target.begin("other")
        with pytest.raises(LuodiError) as caught:
            desk.load()
    assert caught.value.code == "migration.target_busy"


@pytest.mark.parametrize(
    "options", [{"delimiter": '"'}, {"null": "a,b"}, {"escape": "\\"}, {"encoding": "klingon"}]
)
def test_signs_that_cannot_be_told_apart(as_csv, options):
    with pytest.raises(LuodiError) as caught:
        as_csv(**options).load()
    assert caught.value.code in ("migration.target_csv_signs", "migration.encoding_unknown")


def test_a_table_that_no_file_can_be_called_after(desk):
    outcome = desk.load(rules(feed=changed("patient", to="a/b")))
    assert not outcome.result.written
    assert "migration.target_file_name" in {finding.code for finding in outcome.findings}


def test_an_option_of_databases(workspace, tmp_path):
    with pytest.raises(LuodiError) as caught:
        Desk(workspace, tmp_path, "csv:交接", control="x").load()
    assert caught.value.code == "migration.target_option"


def test_another_reader_reads_it(as_csv):
    desk = as_csv(null="")
    batch = desk.load().result.batch
    with (desk.folder / batch / "patient.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file))[2]["name"] == '王\t五\\"引号"'


# --- taken away, cut short, begun with a byte order mark ------------------------------------------

NUMBERED = rules(feed=changed("patient", key={"column": "id", "strategy": "sequence"}))


def test_keys_are_not_given_again_when_the_files_were_fetched(desk, workspace):
    batch = desk.load(NUMBERED).result.batch
    (desk.folder / batch).rename(desk.base / "fetched")
    fill(workspace, [(0, "新人", "1", "1990-01-01"), *PATIENTS])
    later = desk.load(NUMBERED, mode=Mode.DELTA).result.batch
    keys = f"SELECT id FROM \"batch_{later}\".patient WHERE _action = 'insert'"
    ((new,),) = workspace.db.execute(keys).fetchall()
    assert new > len(PATIENTS)


def test_killed_behind_the_end_with_rows_taken_back(as_csv, workspace, monkeypatch):
    fill(workspace, [(1, "a,b", "1", "1980-01-02"), *PATIENTS[1:2]], [(10, 1, "1"), (11, 2, "2")])
    desk = as_csv(quote="")
    whole = FileTarget.complete

    def killed(self, batch, keys):
        whole(self, batch, keys)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(FileTarget, "complete", killed)
        with pytest.raises(KeyboardInterrupt):
            desk.load()
    outcome = desk.load(resume=True)
    assert outcome.result.target_rows == {"patient": 1, "visit": 1}
    assert desk.reconcile(outcome.result.batch).result.mismatched == 0
    assert not (desk.folder / ".luodi" / outcome.result.batch).exists()


def test_a_name_that_begins_with_a_byte_order_mark(as_csv, workspace):
    fill(workspace, [(1, "\ufeff张三", "1", "1980-01-02")], [])
    desk = as_csv(header=False)
    named = {"source_key": ["xm"], "column": [{"to": "sex", "from": ["xb"]}]}
    mapping = rules(feed=[{**changed("patient")[1], **named}])
    batch = desk.load(mapping).result.batch
    assert desk.reconcile(batch).result.mismatched == 0
    assert desk.take_back(batch).result.residual == 0


def test_the_disk_has_a_file_before_anything_says_so(desk, monkeypatch):
    """A power cut must not leave a record of a part, or a batch, that is empty."""
    told = []

    def synced(path):
        assert path.stat().st_size
        (record,) = (desk.folder / ".luodi").glob("*.json")
        recorded = json.loads(record.read_text("utf-8")).get("parts", {})
        told.append((path.stem, path.stem in recorded))
        assert not list(desk.folder.glob(f"*/{path.name}"))

    monkeypatch.setattr("luodi.migration.target.files.sync_file", synced)
    desk.load(part_rows=2)
    pieces = {path.stem for path in desk.folder.glob("[!.]*/*") if path.suffix != ".json"}
    assert pieces == {"patient", "visit"}
    assert {stem.partition("#")[0] for stem, _ in told if "#" in stem} == pieces
    assert {stem for stem, _ in told if "#" not in stem} == pieces
    assert not any(recorded for _, recorded in told)
