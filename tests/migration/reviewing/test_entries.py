"""What was decided of codes reaches the file that a load translates by, and the other way."""

import pytest

from luodi.migration.mapping.model import Dictionary, Entry, EntryStatus
from luodi.migration.mapping.read import read_dictionary
from luodi.migration.mapping.write import write_dictionary
from luodi.migration.reviewing.decide import decide, look, settle, undo
from luodi.migration.reviewing.entries import write_entries
from luodi.migration.reviewing.model import Act, State
from luodi.migration.workspace import Workspace
from migration.reviewing.drugs import offer, stage_drugs

Q = "drug_codes"
FILE = "mapping/drug.tsv"


@pytest.fixture
def workspace():
    with Workspace.in_memory() as opened:
        stage_drugs(opened)
        offer(opened)
        yield opened


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mapping").mkdir()
    return tmp_path


def names(workspace):
    return {item.left: item.id for item in look(workspace, Q).items.values()}


def say(workspace, value, act, who="药剂科 王", **more):
    decide(workspace, Q, names(workspace)[value], Act(act), who=who, **more)


def entries(folder):
    return {entry.source_value: entry for entry in read_dictionary(folder, "drug").entries}


def edit(folder, *changed):
    """Write lines of the file by hand, as a person or a workbook does."""
    known = entries(folder) if (folder / FILE).exists() else {}
    known |= {entry.source_value: entry for entry in changed}
    write_dictionary(folder, Dictionary(name="drug", entries=tuple(known.values())))


def accepted(value, code, by="", **more):
    return Entry(
        source_value=value, target_value=code, status=EntryStatus.ACCEPTED, decided_by=by, **more
    )


def test_it_works(workspace, folder):
    say(workspace, "1001", "accept", reason="核对包装")
    say(workspace, "1003", "none", reason="院内自制")
    assert write_entries(workspace, Q, folder) == (FILE,)
    found = read_dictionary(folder, "drug")
    assert found.in_force == {"1001": "XA01", "1003": None}
    one = entries(folder)["1001"]
    assert (one.decided_by, one.target_label) == ("药剂科 王", "阿莫西林胶囊")
    assert one.note.endswith(" 核对包装")  # when, and why
    assert one.note[:2] == "20"
    assert entries(folder)["1002"].status is EntryStatus.PROPOSED


def test_nothing_new_writes_nothing(workspace, folder):
    say(workspace, "1001", "accept")
    write_entries(workspace, Q, folder)
    before = (folder / FILE).stat().st_mtime_ns
    assert write_entries(workspace, Q, folder) == ()
    assert (folder / FILE).stat().st_mtime_ns == before


def test_taken_back_it_is_a_proposal_again(workspace, folder):
    write_entries(workspace, Q, folder)
    before = entries(folder)
    say(workspace, "1001", "accept", code="XA02")
    write_entries(workspace, Q, folder)
    undo(workspace, Q, who="药剂科 王")
    write_entries(workspace, Q, folder)
    assert entries(folder) == before


def test_one_of_two_people_is_not_enough(workspace, folder):
    say(workspace, "1001", "accept", two_person=True)
    write_entries(workspace, Q, folder, two_person=True)
    assert read_dictionary(folder, "drug").in_force == {}
    say(workspace, "1001", "accept", who="药剂科 李", two_person=True)
    write_entries(workspace, Q, folder, two_person=True)
    assert entries(folder)["1001"].decided_by == "药剂科 王、药剂科 李"


def test_a_drug_that_is_called_otherwise_is_translated_no_more(workspace, folder):
    say(workspace, "1001", "accept")
    write_entries(workspace, Q, folder)
    workspace.db.execute("UPDATE old.yp SET spec = '0.5g*24粒/盒' WHERE code = '1001'")
    settle(workspace, Q)
    write_entries(workspace, Q, folder)
    one = entries(folder)["1001"]
    assert (one.status, one.target_value) == (EntryStatus.PROPOSED, "XA02")  # weighed anew


def test_who_accepted_in_the_file_has_decided(workspace, folder):
    """A pharmacist who works through the workbook need not do it twice."""
    edit(folder, accepted("1001", "XA02", "药剂科 李", note="进口包装"))
    write_entries(workspace, Q, folder)
    found = look(workspace, Q)
    name = names(workspace)["1001"]
    assert (found.state[name], found.code[name]) == (State.SETTLED, "XA02")
    (said,) = found.said[name]
    assert (said.who, said.reason) == ("药剂科 李", "进口包装")
    assert entries(folder)["1001"] == accepted("1001", "XA02", "药剂科 李", note="进口包装")


def test_nobody_named_nobody_decided(workspace, folder):
    """It is translated as the file says, and still waits for a person at the desk."""
    edit(folder, accepted("1001", "XA02"))
    write_entries(workspace, Q, folder)
    assert look(workspace, Q).count(State.OPEN) == 3
    assert read_dictionary(folder, "drug").in_force == {"1001": "XA02"}


def test_decided_otherwise_in_the_file_later(workspace, folder):
    say(workspace, "1001", "accept")
    write_entries(workspace, Q, folder)
    edit(folder, accepted("1001", "XA02", "药剂科 李"))
    write_entries(workspace, Q, folder)
    found = look(workspace, Q)
    name = names(workspace)["1001"]
    assert (found.state[name], found.code[name]) == (State.SETTLED, "XA02")
    assert [one.who for one in found.said[name]] == ["药剂科 李"]


def test_opened_again_in_the_file(workspace, folder):
    say(workspace, "1001", "accept")
    write_entries(workspace, Q, folder)
    edit(folder, Entry(source_value="1001"))
    write_entries(workspace, Q, folder)
    assert look(workspace, Q).state[names(workspace)["1001"]] is State.OPEN
    assert read_dictionary(folder, "drug").in_force == {}


def test_two_names_in_the_file_are_two_people(workspace, folder):
    edit(folder, accepted("1001", "XA01", "王、李"), accepted("1002", "XN01", "王"))
    write_entries(workspace, Q, folder, two_person=True)
    found = look(workspace, Q, two_person=True)
    ids = names(workspace)
    assert found.state[ids["1001"]] is State.SETTLED
    assert found.state[ids["1002"]] is State.AWAITING
    assert read_dictionary(folder, "drug").in_force == {"1001": "XA01"}


def test_an_entry_of_another_name_speaks_of_another_drug(workspace, folder):
    edit(folder, accepted("1001", "XA02", "李", source_label="头孢呋辛酯片"))
    write_entries(workspace, Q, folder)
    assert look(workspace, Q).state[names(workspace)["1001"]] is State.OPEN


def test_cut_off_before_the_file_was_written(workspace, folder):
    """The decision is durable; whoever comes next finds it and writes it."""
    say(workspace, "1001", "accept")
    assert not (folder / FILE).exists()
    write_entries(workspace, Q, folder)
    assert read_dictionary(folder, "drug").in_force == {"1001": "XA01"}


def test_cut_off_after_the_file_was_written(workspace, folder):
    """What the desk wrote and did not remember is nobody else's decision."""
    say(workspace, "1001", "accept")
    write_entries(workspace, Q, folder)
    workspace.db.execute("DELETE FROM _review.entry")
    write_entries(workspace, Q, folder)
    assert len(look(workspace, Q).said[names(workspace)["1001"]]) == 1
    undo(workspace, Q, who="药剂科 王")
    write_entries(workspace, Q, folder)
    assert entries(folder)["1001"].status is EntryStatus.PROPOSED


def test_values_beyond_the_list_stay(workspace, folder):
    edit(folder, accepted("9999", "XZ09"))
    write_entries(workspace, Q, folder)
    assert entries(folder)["9999"].target_value == "XZ09"


def test_a_vault_that_is_made_anew_learns_from_the_file(workspace, folder):
    say(workspace, "1001", "accept")
    say(workspace, "1003", "none")
    write_entries(workspace, Q, folder)
    with Workspace.in_memory() as anew:
        stage_drugs(anew)
        offer(anew)
        assert write_entries(anew, Q, folder) == ()
        assert look(anew, Q).count(State.SETTLED) == 2


def test_a_queue_of_pairs_has_no_file(workspace, folder):
    assert write_entries(workspace, "patients", folder) == ()
