"""bind: columns to fields, by name or by header."""

import pytest

from luodi.evidence.errors import WrongUse
from luodi.migration.linkage.bind import bind, column_of, given_fields, id_column
from luodi.migration.linkage.model import FieldKind


def bound(columns, given=None, **options):
    return {b.field: b.column for b in bind(columns, given or {}, table="t", **options)}


def test_it_works():
    assert bound(["姓名", "XB", "birth_date", "SFZH", "note"]) == {
        "name": "姓名",
        "sex": "XB",
        "birth": "birth_date",
        "id_card": "SFZH",
    }


def test_what_is_named_counts_before_the_headers():
    columns = ["xm", "alias", "phone"]
    assert bound(columns, {FieldKind.NAME: ("ALIAS",)}) == {"name": "alias", "phone": "phone"}
    assert bound(columns, {FieldKind.NAME: ("alias",)}, infer=False) == {"name": "alias"}


def test_the_second_column_of_a_kind_is_numbered():
    assert bound(["tel", "mobile"]) == {"phone": "mobile", "phone_2": "tel"}


@pytest.mark.parametrize(
    "columns", [("given_name", "surname"), ("First Name", "lastName"), ("名", "姓")]
)
def test_a_name_that_stands_in_two_columns(columns):
    assert bound(columns, {FieldKind.NAME: columns}) == {
        "given_name": columns[0],
        "surname": columns[1],
    }


def test_a_name_beside_a_specification_is_a_drugs():
    assert bound(["name", "规格"]) == {"drug_name": "name", "specification": "规格"}
    given = {FieldKind.NAME: ("title",)}
    assert bound(["品名", "title", "厂家"], given) == {
        "drug_name": "title",
        "drug_name_2": "品名",
        "manufacturer": "厂家",
    }
    assert "name" in bound(["name", "sex", "standard"])


def test_fields_by_column_and_kind():
    known = {"name": ("a",), "sex": ()}
    assert given_fields(known, ["b:document", "c:d:text"]) == {
        FieldKind.NAME: ("a",),
        FieldKind.DOCUMENT: ("b",),
        FieldKind.TEXT: ("c:d",),
    }


@pytest.mark.parametrize("text", ["b", ":text", "b:shoe_size", ""])
def test_a_field_in_another_form(text):
    with pytest.raises(WrongUse) as refusal:
        given_fields({}, [text])
    assert refusal.value.code == "migration.dedupe_field_form"


def test_a_column_that_is_absent():
    with pytest.raises(WrongUse) as refusal:
        column_of(["phone", "name"], "phnoe", table="t")
    assert refusal.value.params["near"] == ("phone",)


def test_nothing_to_compare():
    with pytest.raises(WrongUse) as refusal:
        bind(["x"], {}, table="t")
    assert refusal.value.code == "migration.dedupe_no_field"


def test_the_column_that_names_a_row():
    assert id_column(["name", "code", "PATIENT_ID"], table="t") == "PATIENT_ID"
    assert id_column(["name"], table="t") is None
