"""Does a record still speak for the world?  Every input is asked, and answers by name."""

from datetime import date, timedelta

import msgspec
import pytest

from luodi.evidence.freshness import Answer, Freshness, Present, Standing, expired, identity, worst
from luodi.evidence.model import (
    Attestation,
    ContentInput,
    Environment,
    Evidence,
    EvidenceInput,
    SnapshotInput,
    now,
)

MAPPING = ContentInput(name="mapping/patients.toml", digest="a" * 64)
SOURCE = SnapshotInput(name="his.patients", schema="s1", watermark=1000, unit="row", limit=50)


@pytest.fixture
def record(draft):
    def make(seq=1, **changes):
        said = draft(**changes)
        fields = {name: getattr(said, name) for name in said.__struct_fields__}
        return Evidence(
            format=1, project="p", writer="w1", seq=seq, previous="", recorded=now(), **fields
        )

    return make


@pytest.fixture
def world(record):
    """What resolvers find now, and the records there are."""

    def make(present=None, records=()):
        newest = {identity(item): item.id for item in records}
        resolvers = (lambda item: None, lambda item: (present or {}).get(item.name))
        return Freshness(resolvers, {item.id: item for item in records}, newest)

    return make


def test_it_works(world, record):
    present = {
        MAPPING.name: Present(digest="a" * 64),
        SOURCE.name: Present(schema="s1", watermark=1020),
    }
    assert world(present).of(record(inputs=(MAPPING, SOURCE))) == (
        Answer(MAPPING.name, Standing.SAME),
        Answer(SOURCE.name, Standing.DRIFTED, 20, "row", 50),
    )


@pytest.mark.parametrize(
    ("present", "standing"),
    [
        (Present(digest="a" * 64), Standing.SAME),
        (Present(digest="b" * 64), Standing.CHANGED),
        (Present(gone=True), Standing.CHANGED),
        (None, Standing.UNKNOWN),
    ],
)
def test_content_is_the_same_or_changed(world, record, present, standing):
    found = world({MAPPING.name: present}).of(record(inputs=(MAPPING,)))
    assert [answer.standing for answer in found] == [standing]


@pytest.mark.parametrize(
    ("present", "limit", "standing", "drift"),
    [
        (Present(schema="s1", watermark=1000), 50, Standing.SAME, 0),
        (Present(schema="s1", watermark=1050), 50, Standing.DRIFTED, 50),
        (Present(schema="s1", watermark=1051), 50, Standing.CHANGED, 51),
        (Present(schema="s1", watermark=9999), None, Standing.DRIFTED, 8999),
        (Present(schema="s1", watermark=1001), 0, Standing.CHANGED, 1),
        (Present(schema="s1", watermark=999), 50, Standing.CHANGED, -1),
        (Present(schema="s2", watermark=1000), 50, Standing.CHANGED, 0),
        (Present(gone=True), 50, Standing.CHANGED, 0),
        (None, 50, Standing.UNKNOWN, 0),
    ],
)
def test_a_living_source_may_grow_within_its_limit(world, record, present, limit, standing, drift):
    source = msgspec.structs.replace(SOURCE, limit=limit)
    (answer,) = world({SOURCE.name: present}).of(record(inputs=(source,)))
    assert (answer.standing, answer.drift) == (standing, drift)


def test_a_record_is_as_fresh_as_what_it_builds_on(world, record):
    base = record(1, inputs=(MAPPING,))
    built = record(2, verb="load", inputs=(EvidenceInput(id=base.id, digest="d" * 64),))
    for digest, standing in (("a" * 64, Standing.SAME), ("b" * 64, Standing.CHANGED)):
        found = world({MAPPING.name: Present(digest=digest)}, [base, built]).of(built)
        assert found == (Answer(base.id, standing),)


def test_a_record_that_was_replaced_counts_as_changed(world, record):
    base, newer = record(1), record(3)
    built = record(2, verb="load", inputs=(EvidenceInput(id=base.id, digest="d" * 64),))
    assert world({}, [base, built, newer]).of(built) == (Answer(base.id, Standing.CHANGED),)


def test_another_environment_replaces_nothing(world, record):
    base, other = record(1, inputs=()), record(3, environment=Environment.SANDBOX, inputs=())
    built = record(2, verb="load", inputs=(EvidenceInput(id=base.id, digest="d" * 64),))
    assert world({}, [base, built, other]).of(built) == (Answer(base.id, Standing.SAME),)


def test_a_record_nobody_has_cannot_be_told(world, record):
    built = record(2, inputs=(EvidenceInput(id="w9:1", digest="d" * 64),))
    assert world({}, [built]).of(built) == (Answer("w9:1", Standing.UNKNOWN),)


def test_records_that_build_on_each_other_end(world, record):
    one = record(1, verb="a", inputs=(EvidenceInput(id="w1:2", digest="d" * 64),))
    two = record(2, verb="b", inputs=(EvidenceInput(id="w1:1", digest="d" * 64),))
    assert world({}, [one, two]).of(one)[0].standing is Standing.UNKNOWN


def test_every_input_is_looked_up_once(record):
    asked = []

    def resolve(item):
        asked.append(item.name)
        return Present(digest="a" * 64)

    freshness = Freshness((resolve,), {}, {})
    for _ in range(3):
        freshness.of(record(inputs=(MAPPING, MAPPING)))
    assert asked == [MAPPING.name]


def test_the_worst_part_speaks_for_the_whole():
    order = ["same", "drifted", "cannot_tell", "expired", "changed"]
    answers = [Answer("x", Standing(word)) for word in order]
    for count in range(1, 6):
        assert worst(answers[:count]).value == order[count - 1]
        assert worst(answers[count - 1 :: -1]).value == order[count - 1]
    assert worst([]) is Standing.SAME


@pytest.mark.parametrize(
    ("age", "limit", "old"), [(6, 7, False), (7, 7, False), (8, 7, True), (8, None, False)]
)
def test_evidence_has_an_age(record, age, limit, old):
    made = record()
    limit = None if limit is None else timedelta(days=limit)
    assert expired(made, made.finished + timedelta(days=age), limit) is old


def test_an_attestation_runs_out_after_its_last_day(record):
    paper = Attestation(statement="x", scan="e" * 64, signer="a", expires=date(2027, 3, 3))
    made = record(attestation=paper)
    ages = [expired(made, made.finished + timedelta(days=days), None) for days in range(4)]
    assert ages == [False, False, False, True]


@pytest.mark.parametrize(
    ("stored", "standing"),
    [("", Standing.UNKNOWN), ("d" * 64, Standing.CHANGED), ("b" * 64, Standing.CHANGED)],
    ids=["never was", "replaced by a newer one", "written anew"],
)
def test_a_record_that_is_not_at_hand_is_told_by_its_digest(stored, standing):
    freshness = Freshness((), {}, {}, lambda _: stored)
    item = EvidenceInput(id="w1:1", digest="d" * 64)
    assert freshness._answer(item).standing is standing
