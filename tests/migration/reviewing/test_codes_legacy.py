"""The real drug table: 2,966 drugs whose ``code`` has two distinct values, each reviewed by name.

The new system has no drugs with codes of its own, so that the list they are mapped to is the same
drugs as another system writes them, with codes that were made up.
"""

import csv
import random

import pytest

from luodi.evidence.model import Verdict
from luodi.evidence.progress import Silent
from luodi.migration.mapping.model import Dictionary, EntryStatus
from luodi.migration.mapping.read import read_dictionary
from luodi.migration.mapping.write import write_dictionary
from luodi.migration.review import review
from luodi.migration.reviewing.codes import offer_codes, queue_of
from luodi.migration.reviewing.decide import decide, look
from luodi.migration.reviewing.entries import write_entries
from luodi.migration.reviewing.model import Act, CodeList, State
from luodi.migration.suggest import suggest_terms
from luodi.migration.suggesting.sort import Sort
from luodi.migration.workspace import Workspace
from migration.suggesting.test_terms import rewritten
from migration.test_suggest import seen

NAMES = ("id", "code", "name", "format", "unit", "manufacturer")


@pytest.fixture
def drugs(shared_data):
    with (shared_data / "legacy_his" / "dms_drug.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["name"]]


@pytest.mark.slow
def test_it_works(drugs, tmp_path):
    chance = random.Random(5)
    new = [(f"XY{at:05}", *rewritten(row, chance)) for at, row in enumerate(drugs)]
    with Workspace.in_memory() as workspace:
        old = seen(workspace, "old", "dms_drug", **{n: [row[n] for row in drugs] for n in NAMES})
        codes = dict(
            zip(("drug_code", "drug_name", "spec", "maker"), zip(*new, strict=True), strict=True)
        )
        found = suggest_terms(old, seen(workspace, "new", "drug_list", **codes), progress=Silent())
        assert (found.sort, found.source.value) == (Sort.DRUGS, "id")  # a code that repeats is none
        queue = queue_of("drug", found.sort)
        listed = CodeList(dictionary="drug", system="old", terms=found.source, sort=found.sort)
        target = [term.listed for term in found.known]
        offer_codes(workspace, queue, listed, found.terms, found.matches, target)
        write_entries(workspace, queue, tmp_path)
        waiting = look(workspace, queue).unsettled
        assert len(waiting) == len(drugs)  # every drug, however sure its first candidate
        first, second = waiting[0].id, waiting[-1].id
        decide(workspace, queue, first, Act.ACCEPT, who="药剂科 王")
        decide(workspace, queue, second, Act.NONE, who="药剂科 王")
        write_entries(workspace, queue, tmp_path)
        assert len(read_dictionary(tmp_path, "drug").in_force) == 2
        everybody_decides(tmp_path)
        write_entries(workspace, queue, tmp_path)
        assert look(workspace, queue).count(State.SETTLED) == len(drugs)
        outcome = review(workspace, queue, asked=["drug"], progress=Silent())
    figures = {figure.name: figure.value for figure in outcome.figures}
    assert (outcome.verdict, figures["open"]) == (Verdict.PASS, 0)
    assert figures["coded"] >= 0.95 * len(drugs)
    right = {f"XY{at:05}": row["id"] for at, row in enumerate(drugs)}
    known = read_dictionary(tmp_path, "drug").in_force
    assert sum(right.get(code) == value for value, code in known.items()) >= 0.85 * len(drugs)


def everybody_decides(folder):
    """As pharmacy would in a workbook: what is proposed is accepted, what has nothing is none."""
    entries = []
    for entry in read_dictionary(folder, "drug").entries:
        if not entry.decided:
            status = EntryStatus.ACCEPTED if entry.target_value else EntryStatus.EMPTY
            entry = type(entry)(  # the same line, decided
                source_value=entry.source_value,
                target_value=entry.target_value,
                source_label=entry.source_label,
                status=status,
                decided_by="药剂科 李",
            )
        entries.append(entry)
    write_dictionary(folder, Dictionary(name="drug", entries=tuple(entries)))
