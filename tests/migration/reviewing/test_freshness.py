"""The queue is asked whether what the ledger says of it still holds."""

from contextlib import contextmanager

import pytest

from luodi.evidence.errors import LuodiError
from luodi.evidence.freshness import Freshness, Standing
from luodi.evidence.model import ContentInput
from luodi.evidence.progress import Silent
from luodi.migration.review import review
from luodi.migration.reviewing.decide import decide, look
from luodi.migration.reviewing.freshness import queues
from luodi.migration.reviewing.model import Act
from luodi.migration.workspace import Workspace
from migration.reviewing.drugs import offer, stage_drugs

Q = "drug_codes"


@pytest.fixture
def workspace():
    with Workspace.in_memory() as opened:
        stage_drugs(opened)
        offer(opened)
        yield opened


def standing(workspace, item, two=False):
    @contextmanager
    def opened():
        yield workspace

    resolve = queues(opened, lambda queue: two)
    return Freshness([resolve], {}, {})._answer(item).standing


def test_it_works(workspace):
    item = review(workspace, Q, progress=Silent()).inputs[-1]
    assert standing(workspace, item) is Standing.SAME
    first = next(iter(look(workspace, Q).items))
    decide(workspace, Q, first, Act.NONE, who="王")
    assert standing(workspace, item) is Standing.CHANGED


def test_a_drug_that_was_extracted_since(workspace):
    """Nobody has looked at it, and the queue does not know it yet."""
    item = review(workspace, Q, progress=Silent()).inputs[-1]
    workspace.db.execute("INSERT INTO old.yp SELECT 4, '1004', name, spec, maker, unit FROM old.yp")
    assert standing(workspace, item) is Standing.CHANGED


def test_two_people_are_asked_for_since(workspace):
    first = next(iter(look(workspace, Q).items))
    decide(workspace, Q, first, Act.NONE, who="王")
    item = review(workspace, Q, progress=Silent()).inputs[-1]
    assert standing(workspace, item, two=True) is Standing.CHANGED


def test_a_queue_that_is_gone(workspace):
    item = ContentInput(name="queue:other", digest="0" * 64)
    assert standing(workspace, item) is Standing.CHANGED


@pytest.mark.parametrize("code", ["landing.vault_absent", "migration.workspace_busy"])
def test_a_vault_that_does_not_answer(code):
    def shut():
        raise LuodiError(code)

    item = ContentInput(name=f"queue:{Q}", digest="0" * 64)
    answer = Freshness([queues(shut, lambda queue: False)], {}, {})._answer(item)
    assert answer.standing is Standing.UNKNOWN


def test_what_is_no_queue(workspace):
    resolve = queues(lambda: pytest.fail("asked"), lambda queue: False)
    assert resolve(ContentInput(name="mapping/drug.tsv", digest="0" * 64)) is None
