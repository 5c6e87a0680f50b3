"""The sample hospital: a whole landing, and a cockpit with something of everything."""

import pytest

from luodi.evidence.gate.answer import State
from luodi.evidence.gate.check import Answer
from luodi.evidence.model import Environment, Verdict
from luodi.evidence.stored import decode
from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.workbench.core.hosted import HostedSite
from luodi.workbench.core.models import Function, Side, StoredRecord
from luodi.workbench.readiness.standing import ask
from luodi.workbench.readiness.summary import (
    Stop,
    areas,
    around,
    blockers,
    passed,
    present_gate,
    states,
)
from luodi.workbench.sample import story, tell


@pytest.fixture
def told(db, luodi_home):
    Home.of(read_settings()).prepare()
    return tell(story())


@pytest.mark.slow
def test_it_works(told):
    standing = ask(told)
    before = present_gate(standing.reports)
    assert before.gate.id == "joint_test_3"
    assert sum(passed(report) for report in standing.reports) == 5
    assert standing.verification.verdict is Verdict.PASS
    counts = states(standing.reports)
    shown = (State.PASS, State.WARN, State.FAIL, State.STALE, State.UNTESTED)
    assert all(counts[state] for state in shown)
    blocking = {each.criterion: each.state for each in blockers(before, "zh")}
    assert blocking["data.rows_accounted"] == "stale"
    assert blocking["data.drug_codes_reviewed"] == "fail"
    assert blocking["technology.way_back"] == "untested"
    assert blocking.keys() == {each.criterion for each in story().said if _blocks(each)} | {
        "data.values_equal"  # read from the same record as rows_accounted
    }
    assert {area.group for area in areas(before, "zh")} >= {"data", "interfaces", "workflows"}
    records = [decode(bytes(each.line)) for each in StoredRecord.objects.all()]
    assert {record.environment for record in records} == {Environment.SANDBOX}
    assert HostedSite.of(told).check("go_live_review")[0].answer.value == "no_go"


def test_as_many_gates_as_can_be_read():
    def stop(place, here):
        return Stop(str(place), "", None, Answer.NO_GO, place < here, 0, place == here, True)

    for here, first in ((0, 0), (5, 0), (6, 1), (12, 7), (17, 7)):
        stops = tuple(stop(place, here) for place in range(18))
        assert [each.id for each in around(stops)] == [str(n) for n in range(first, first + 11)]
    assert len(around(tuple(stop(place, 0) for place in range(3)))) == 3


def _blocks(said):
    return said.untested or said.built_on or said.verdict is Verdict.FAIL


def test_its_people_have_functions_that_there_are():
    for person in story().person:
        assert person.function in set(Function)
        assert person.side.value in set(Side)


def test_what_it_says_is_asked_by_the_gate_it_stands_at():
    from luodi.evidence.gate.templates import template

    told = story()
    (gate,) = [each for each in template(told.template).gates() if each.id == told.present]
    assert {each.criterion for each in told.said} <= {each.id for each in gate.criteria}
