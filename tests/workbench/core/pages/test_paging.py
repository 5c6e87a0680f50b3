import pytest

from luodi.workbench.core.models import Organisation
from luodi.workbench.core.pages import paging


@pytest.fixture
def records(db):
    Organisation.objects.bulk_create(
        Organisation(side="vendor", name=f"单位{number:04}") for number in range(230)
    )
    return Organisation.objects.order_by("name", "pk")


def test_it_works(records):
    page = paging.page_of(records, "2")
    assert (page.first, page.last, page.count, page.pages) == (51, 100, 230, 5)
    assert page.records[0].name == "单位0050"
    assert page.numbers == (1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("asked", "number"),
    [("", 1), ("0", 1), ("-3", 1), ("x", 1), ("99", 5), ("９", 1), ("1" * 50, 1)],
)
def test_a_page_that_is_not_there(records, asked, number):
    assert paging.page_of(records, asked).number == number


def test_an_empty_list_has_one_page(records):
    page = paging.page_of(records.none(), "1")
    assert (page.records, page.pages, page.has_next) == ((), 1, False)


def test_counting_stops(records, monkeypatch):
    monkeypatch.setattr(paging, "COUNTED", 100)
    page = paging.page_of(records, "4")
    assert page.more
    assert page.count == 100
    assert page.records[0].name == "单位0150"
    assert page.has_next
    assert not paging.page_of(records, "5").has_next


def test_every_row_stands_on_one_page_even_where_all_are_alike(records):
    Organisation.objects.update(side="hospital")
    alike = records.order_by("side", "pk")
    seen = [
        each.pk for number in range(1, 6) for each in paging.page_of(alike, str(number)).records
    ]
    assert len(seen) == len(set(seen)) == 230
