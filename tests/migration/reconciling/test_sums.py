"""Sums of money: by which columns, who said so, and what was guessed."""

import msgspec
import pytest

from luodi.evidence.errors import WrongUse
from luodi.migration.batch import BatchFeed
from luodi.migration.mapping.model import Mapping
from luodi.migration.reconciling.model import SumsBy
from luodi.migration.reconciling.sums import _grouping, sums
from luodi.migration.reconciling.totals import Totals, read_totals

TYPES = {"fee": "DECIMAL(12,2)", "made": "TIMESTAMP", "place_id": "BIGINT", "ward": "VARCHAR"}


def made(*columns, feeds=()):
    feed = {
        "id": "bill",
        "from": "old_bill",
        "to": "bill",
        "key": {"column": "id"},
        "column": [{"to": "fee", "from": ["je"]}, *columns],
    }
    rules = msgspec.convert(
        {
            "format": 1,
            "domain": "bills",
            "title": {"zh": "单据", "en": "Bills"},
            "owner": "finance",
            "source": "old_his",
            "target": "new_his",
            "feed": [feed, *feeds],
        },
        Mapping,
    )
    names = tuple(column["to"] for column in columns)
    bound = BatchFeed(
        id="bill", source_table="old_bill", to="bill", key="id", columns=("fee", *names)
    )
    return bound, rules


def grouping(*columns, feeds=()):
    bound, rules = made(*columns, feeds=feeds)
    return _grouping(bound, rules.feeds[0], rules, TYPES)


WARD = {"to": "ward", "from": ["bq"]}
MADE = {"to": "made", "from": ["rq"]}


def looked_up(feed):
    return {"to": "place_id", "from": ["ks"], "steps": [{"op": "lookup", "feed": feed}]}


def test_a_lookup_among_departments_is_the_department():
    found = grouping(WARD, looked_up("department"), MADE)
    assert found == SumsBy(feed="bill", period="made", department="place_id", guessed=("period",))


def test_a_lookup_in_a_feed_whose_table_is_of_departments():
    places = {"id": "places", "from": "ks", "to": "hr.department", "key": {"column": "id"}}
    assert grouping(looked_up("places"), feeds=[places]).department == "place_id"


def test_a_lookup_elsewhere_is_not_and_a_name_is_a_guess():
    found = grouping(WARD, looked_up("drug"))
    assert (found.department, found.guessed) == ("ward", ("department",))


def test_nothing_to_group_by():
    assert grouping() == SumsBy(feed="bill")


def test_what_is_declared(tmp_path):
    told = {"format": 1, "sums": [{"feed": "bill", "department": "ward"}]}
    declared = read_totals(told, "totals.toml").sums_by
    assert declared == (SumsBy(feed="bill", department="ward"),)
    assert Totals(format=1).sums_by == ()


@pytest.mark.parametrize("by", [{"department": "nowhere"}, {"period": "ward"}, {"period": "fee"}])
def test_a_column_that_cannot_group(monkeypatch, by):
    bound, rules = made(WARD, MADE)
    monkeypatch.setattr("luodi.migration.reconciling.sums.staged_types", lambda *_: TYPES)
    with pytest.raises(WrongUse) as caught:
        sums(None, None, [bound], rules, [SumsBy(feed="bill", **by)])
    assert caught.value.code == "migration.reconcile_sums_column"
    assert caught.value.params == {"feed": "bill", "column": next(iter(by.values()))}
