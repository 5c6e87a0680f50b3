"""What every list, detail and form of the workbench has to do: a model inherits the whole suite.

A subclass fills in addresses, how the n-th record is made, what is typed into the form, and who
may not.  `queries` is the stored number of queries of a list, which does not grow with the rows.
"""

from collections.abc import Callable
from io import BytesIO
from typing import ClassVar

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Make = Callable[[int], models.Model]


def sheet(*lines: tuple) -> SimpleUploadedFile:
    """A workbook as somebody uploads it."""
    book = Workbook()
    for line in lines:
        book.active.append(line)
    data = BytesIO()
    book.save(data)
    return SimpleUploadedFile("名单.xlsx", data.getvalue(), XLSX)


def exported(answer) -> list[tuple]:
    """The lines of a workbook that was sent."""
    return list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))


def count(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


class Pages:
    """The suite.  Fixtures to give: `make`, `editor`, `typed`; `other`, who may look at most."""

    address: ClassVar[str]
    """Of the list; `{project}` is filled in."""
    queries: ClassVar[int]
    first_column: ClassVar[str]
    sortable: ClassVar[str]
    found_by: ClassVar[str]
    """A filter that only the first record fits."""
    other_status: ClassVar[int] = 403
    """What whoever may not change is told; 404 where the page is not there for them."""
    deletes: ClassVar[str] = "delete"

    @pytest.fixture
    def base(self, project) -> str:
        return self.address.format(project=project.code)

    @pytest.fixture
    def client(self, editor, signed_in) -> Client:
        return signed_in(editor)

    def one(self, base: str, record: models.Model, what: str = "") -> str:
        return f"{base}{record.pk}/{what and what + '/'}"

    # --- list ---------------------------------------------------------------------------------

    def test_it_works(self, client, base, make):
        record = make(1)
        answer = client.get(base)
        assert record.pk in [row.key for row in answer.context["rows"]]
        assert client.get(self.one(base, record)).status_code == 200

    def test_a_stranger_is_asked_to_sign_in(self, base):
        assert Client().get(base).headers["Location"].startswith("/accounts/login/")

    def test_an_outsider_finds_nothing(self, base, make, outsider, signed_in):
        record = make(1)
        for address in (base, self.one(base, record), self.one(base, record, "edit")):
            assert signed_in(outsider).get(address).status_code == 404

    def test_a_filter_finds(self, client, base, make):
        first, second = make(1), make(2)
        found = [row.key for row in client.get(f"{base}?{self.found_by}").context["rows"]]
        assert first.pk in found
        assert second.pk not in found

    def test_a_filter_that_nothing_fits_says_so(self, client, base, make):
        make(1)
        answer = client.get(f"{base}?q=没有这样的东西")
        assert answer.context["rows"] == ()
        assert "没有符合条件的" in answer.content.decode()

    def test_it_is_sorted_both_ways(self, client, base, make):
        for number in range(1, 4):
            make(number)
        up = [row.key for row in client.get(f"{base}?sort={self.sortable}").context["rows"]]
        down = [row.key for row in client.get(f"{base}?sort=-{self.sortable}").context["rows"]]
        assert set(up) == set(down)
        assert up != down

    @pytest.mark.parametrize("asked", ["sort=password", "sort=-user__password", "page=0", "page=x"])
    def test_nonsense_is_answered_with_the_list(self, client, base, make, asked):
        make(1)
        assert client.get(f"{base}?{asked}").context["rows"]

    def test_queries_do_not_grow_with_the_rows(self, client, base, make):
        make(1)
        client.get(base)
        few = count(client, base)
        for number in range(2, 12):
            make(number)
        assert count(client, base) == few
        assert few == self.queries

    def test_columns_are_chosen_and_kept(self, client, base, make):
        make(1)
        client.post(base, {"choose": "1", "column": [self.first_column, "password"]})
        assert len(client.get(base).context["headings"]) == 1
        client.post(base, {"choose": "1"})
        assert len(client.get(base).context["headings"]) > 1

    # --- Excel --------------------------------------------------------------------------------

    def test_it_goes_out_to_excel(self, client, base, make):
        make(1)
        make(2)
        every = exported(client.get(f"{base}?export=xlsx"))
        some = exported(client.get(f"{base}?{self.found_by}&export=xlsx"))
        titles = [head.title for head in client.get(base).context["headings"]]
        assert list(every[0]) == titles
        assert len(some) < len(every)

    # --- forms --------------------------------------------------------------------------------

    def test_one_is_made(self, client, base, typed):
        answer = client.post(f"{base}add/", typed)
        assert answer.status_code in (200, 302)
        assert not getattr(answer.context and answer.context.get("form"), "errors", None)

    def test_an_empty_form_is_told_what_is_missing(self, client, base):
        answer = client.post(f"{base}add/", {})
        assert answer.context["form"].errors

    def test_one_is_changed(self, client, base, make, changed):
        record = make(1)
        answer = client.post(self.one(base, record, "edit"), {**changed, "_version": 1})
        assert answer.status_code == 302
        record.refresh_from_db()
        assert record.version == 2
        history = client.get(self.one(base, record) + "?history").context["changes"]
        assert history[0].who == "编辑"

    def test_the_second_of_two_editors_is_told(self, client, base, make, changed):
        record = make(1)
        type(record).objects.filter(pk=record.pk).update(version=2)
        answer = client.post(self.one(base, record, "edit"), {**changed, "_version": 1})
        assert answer.context["conflict"] == record
        assert answer.context["differences"]
        record.refresh_from_db()
        assert record.version == 2
        again = {**changed, "_version": answer.context["version"]}
        assert client.post(self.one(base, record, "edit"), again).status_code == 302

    def test_what_was_typed_survives_an_expired_session(
        self, editor, signed_in, base, make, changed
    ):
        record = make(1)
        client, address = signed_in(editor), self.one(base, record, "edit")
        form = client.get(address).content.decode()
        mark = form.split('name="_owner" value="')[1].split('"')[0]
        client.cookies.pop("luodi_session")
        answer = client.post(address, {**changed, "_version": 1, "_owner": mark})
        assert answer.headers["Location"].startswith("/accounts/login/")
        client.force_login(editor, backend="allauth.account.auth_backends.AuthenticationBackend")
        back = client.get(address)
        assert back.context["restored"]
        shown = back.context["form"]
        for name, value in changed.items():
            assert str(shown[name].value()) == str(value)
        assert not client.get(address).context["restored"]

    def test_one_is_deleted_after_asking_back(self, client, base, make):
        record = make(1)
        address = self.one(base, record, self.deletes)
        assert client.get(address).status_code == 200
        assert type(record).objects.filter(pk=record.pk).exists()
        assert client.post(address, {"_version": 1}).status_code == 302
        assert not type(record).objects.filter(pk=record.pk).exists()

    def test_what_changed_meanwhile_is_not_deleted(self, client, base, make):
        record = make(1)
        type(record).objects.filter(pk=record.pk).update(version=2)
        client.post(self.one(base, record, self.deletes), {"_version": 1})
        assert type(record).objects.filter(pk=record.pk).exists()

    # --- who may not --------------------------------------------------------------------------

    def test_whoever_may_not_change_cannot(self, other, signed_in, base, make, typed):
        record = make(1)
        client = signed_in(other)
        assert client.post(f"{base}add/", typed).status_code == self.other_status
        for what in ("edit", self.deletes):
            for send in (client.get, client.post):
                assert send(self.one(base, record, what)).status_code == self.other_status
        assert type(record).objects.filter(pk=record.pk).exists()


class Imports:
    """The suite of a list that takes rows in from Excel, beside `Pages`."""

    imported: ClassVar[tuple[str, ...]]
    """Headings of the sheet."""

    def lines(self, make) -> list[tuple]:
        """Two lines that can be taken in."""
        raise NotImplementedError

    def test_a_sheet_is_shown_before_it_is_taken(self, client, base, make):
        upload = sheet(self.imported, *self.lines(make))
        before = client.get(base).context["page"].count
        answer = client.post(base, {"import": "look", "file": upload})
        assert client.get(base).context["page"].count == before
        pending = answer.context["pending"].pk
        client.post(base, {"import": "take", "pending": pending})
        assert client.get(base).context["page"].count == before + 2

    def test_a_sheet_with_one_wrong_cell_is_not_taken(self, client, base, make):
        good, other = self.lines(make)
        upload = sheet(self.imported, good, ("无此名称", *other[1:]))
        before = client.get(base).context["page"].count
        answer = client.post(base, {"import": "look", "file": upload})
        assert [each.cell for each in answer.context["checked"].wrong] == ["A3"]
        assert answer.context["pending"] is None
        assert client.get(base).context["page"].count == before
