"""review: where a queue stands, as the gate asks; nothing is lost when the plug is pulled."""

import os
import signal
import subprocess
import sys
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Verdict
from luodi.evidence.progress import Silent
from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.vault.init import init
from luodi.landing.vault.store import Vault
from luodi.migration.review import review
from luodi.migration.reviewing.decide import decide, look
from luodi.migration.reviewing.model import Act, State
from luodi.migration.reviewing.offer import items_of, offer
from luodi.migration.workspace import Workspace
from migration.people import changed, look_through, people, person

TWINS = [
    {**person(603), "id": "T1", "name": "欧阳靖雯", "id_card": None},
    {**person(603), "id": "T2", "name": "欧阳思哲", "id_card": None},
]


def fill(workspace):
    rows = [*people(60), *TWINS, changed(person(9), id="P9b")]
    found = look_through(workspace, rows).result
    offer(workspace, "patients", "his", "patient", items_of(found, "patients", "his"))
    return found


def figures(outcome):
    return {figure.name: figure.value for figure in outcome.figures}


def test_it_works():
    with Workspace.in_memory() as workspace:
        fill(workspace)
        outcome = review(workspace, "patients", progress=Silent())
        assert (outcome.subject, outcome.verb) == ("review:patients", "review")
        assert (figures(outcome)["open"], figures(outcome)["items"]) == (1, 2)
        assert outcome.verdict is Verdict.WARN
        [waiting] = outcome.result.unsettled
        decide(workspace, "patients", waiting.id, Act.DIFFERENT, who="病案室 赵")
        outcome = review(workspace, "patients", progress=Silent())
    assert (figures(outcome)["open"], figures(outcome)["different"]) == (0, 1)
    assert outcome.verdict is Verdict.PASS


def test_it_is_what_the_gate_asks_for():
    text = (resources.files("luodi") / "evidence" / "gate" / "criteria.toml").read_text("utf-8")
    known = tomllib.loads(text)
    for name, queue in (
        ("data.identity_reviewed", "patients"),
        ("data.drug_codes_reviewed", "drug_codes"),
    ):
        criterion = next(one for one in known["criterion"] if one["id"] == name)
        asked = criterion["require"][0]
        assert (criterion["subject"], criterion["verb"]) == (f"review:{queue}", "review")
        assert (asked["figure"], asked["unit"]) == ("open", "case")


def test_nothing_of_a_patient_is_in_it():
    with Workspace.in_memory() as workspace:
        fill(workspace)
        outcome = review(workspace, "patients", progress=Silent())
    said = repr((outcome.figures, outcome.findings, outcome.inputs))
    for value in (*TWINS[0].values(), *TWINS[1].values()):
        assert value is None or len(value) < 3 or value not in said


def test_a_contradiction_is_named_by_table_and_ordinals():
    with Workspace.in_memory() as workspace:
        rows = [
            changed(person(9), id=f"X{n}", phone=None if n else "13900001111") for n in range(3)
        ]
        found = look_through(workspace, [*people(40), *rows]).result
        offer(workspace, "patients", "his", "patient", items_of(found, "patients", "his"))
        first = next(iter(look(workspace, "patients").items))
        decide(workspace, "patients", first, Act.DIFFERENT, who="赵")
        outcome = review(workspace, "patients", progress=Silent())
    finding = next(f for f in outcome.findings if f.code == "migration.review_contradiction")
    assert outcome.verdict is Verdict.FAIL
    assert finding.params["table"] == "patient"
    assert "≠" in str(finding.params["different"])


def test_a_queue_that_is_not_there():
    with Workspace.in_memory() as workspace, pytest.raises(WrongUse) as refused:
        review(workspace, "patients", progress=Silent())
    assert refused.value.code == "migration.review_no_queue"


DECIDES = """
import os, signal, sys
from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.vault.store import Vault
from luodi.migration.reviewing.decide import decide
from luodi.migration.reviewing.model import Act
from luodi.migration.workspace import Workspace
settings = read_settings()
with Workspace.in_vault(Vault.open(Home.of(settings), settings, "p1")) as workspace:
    decide(workspace, "patients", sys.argv[1], Act.MERGE, who="赵")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
def test_killed_at_the_desk_nothing_is_lost(luodi_home):
    settings = read_settings()
    home = Home.of(settings)
    init(home, settings, "p1")
    vault = Vault.open(home, settings, "p1")
    with Workspace.in_vault(vault) as workspace:
        fill(workspace)
        [waiting] = look(workspace, "patients").unsettled
    sources = str(Path(__file__).parents[2] / "src")
    killed = subprocess.run(
        [sys.executable, "-c", DECIDES, waiting.id],
        env={**os.environ, "PYTHONPATH": sources},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    with Workspace.in_vault(vault) as workspace:
        found = look(workspace, "patients")
    assert found.state[waiting.id] is State.SETTLED
    assert found.act[waiting.id] is Act.MERGE
