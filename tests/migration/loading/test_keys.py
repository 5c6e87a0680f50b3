"""Keys: kept, counted on, or made, and the same whenever a row is staged once more."""

import uuid

from migration.load_sample import changed, rules

SEQUENCE = rules(feed=changed("patient", key={"column": "id", "strategy": "sequence"}))


def test_it_works(loading):
    assert loading.rows(loading.stage(), "patient", "id, _source_1") == [
        *((number, number) for number in (1, 2, 3, 5)),
    ]


def test_counted_keys_follow_the_ordinals(loading):
    loading.his.execute("INSERT INTO patient (id, name) VALUES (900, '旧人')")
    run = loading.stage(SEQUENCE)
    assert loading.rows(run, "patient", "_ordinal, id") == [
        (1, 901),
        (2, 902),
        (3, 903),
        (5, 905),  # what was rejected in between leaves its key unused
    ]
    assert run.batch.feed("patient").first_key == 901
    assert loading.rows(run, "visit", "patient_id") == [(901,), (902,), (903,)]


def test_two_feeds_of_one_table_are_given_different_keys(loading):
    again = {**SEQUENCE_FEED, "id": "again"}
    run = loading.stage(rules(feed=[SEQUENCE_FEED, again]))
    one, other = (
        {key for (key,) in loading.rows(run, feed, "id")} for feed in ("patient", "again")
    )
    assert len(one) == len(other) == 4
    assert not one & other


SEQUENCE_FEED = changed("patient", key={"column": "id", "strategy": "sequence"})[1]


def test_made_keys_are_what_the_standard_says(loading):
    loading.his.executescript("DROP TABLE visit; DROP TABLE patient")
    loading.his.execute("CREATE TABLE patient (id varchar(36) PRIMARY KEY, name varchar(20))")
    feed = {
        **SEQUENCE_FEED,
        "key": {"column": "id", "strategy": "uuid"},
        "column": [{"to": "name", "from": ["xm"]}],
    }
    run = loading.stage(rules(feed=[feed]))
    space = uuid.uuid5(uuid.NAMESPACE_URL, "luodi:old_his:pms_patient")
    assert loading.rows(run, "patient", "_ordinal, id") == [
        (number, str(uuid.uuid5(space, str(number)))) for number in range(1, 6)
    ]


def test_a_mapped_key_is_what_its_own_rule_gives(loading):
    columns = [{"to": "id", "from": ["pid"]}, {"to": "name", "from": ["xm"]}]
    feed = {**SEQUENCE_FEED, "key": {"column": "id", "strategy": "mapped"}, "column": columns}
    run = loading.stage(rules(feed=[feed]))
    assert [key for (key,) in loading.rows(run, "patient", "id")] == [1, 2, 3, 4, 5]
