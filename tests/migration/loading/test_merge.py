"""Rows that agree become one: who stands for the group, and what becomes of the others."""

from migration.load_sample import changed, fill, rules

TWINS = [
    (1, "张三", "1", "1980-01-02"),
    (2, "李四", "2", ""),
    (3, " 张三", "1", "1980/1/2"),
    (4, "张三", "9", "1980-01-02"),
    (5, "李四", "2", ""),
]


def merging(by=("name", "birth"), order=()):
    return rules(feed=changed("patient", merge={"by": list(by), "order": list(order)}))


def test_it_works(loading):
    fill(loading.workspace, patients=TWINS, visits=[(10, 3, "1.00")])
    run = loading.stage(merging())
    assert loading.rows(run, "_merged_patient") == [(3, 3, 1)]
    assert loading.rows(run, "visit", "patient_id") == [(1,)]  # it follows to the row that stands
    assert loading.fates(run)["pms_patient", 3] == ("merged", "merge")


def test_nobody_agrees_in_nothing(loading):
    fill(loading.workspace, patients=TWINS, visits=[])
    run = loading.stage(merging())
    assert {(2,), (5,)} <= set(loading.rows(run, "patient", "_ordinal"))


def test_the_order_says_who_stands_for_the_others(loading):
    fill(loading.workspace, patients=TWINS, visits=[])
    run = loading.stage(merging(order=["-pid"]))
    assert loading.rows(run, "_merged_patient", "_ordinal, merged_into") == [(1, 3)]


def test_a_rejected_row_stands_for_nobody(loading):
    """Row 4 would come first by its key, but its sex says nothing."""
    fill(loading.workspace, patients=TWINS, visits=[])
    run = loading.stage(merging(by=["name"], order=["-pid"]))
    assert loading.rows(run, "_merged_patient", "_ordinal, merged_into") == [(1, 3), (2, 5)]
    assert loading.fates(run)["pms_patient", 4][0] == "rejected"
