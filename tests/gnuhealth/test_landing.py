"""The legacy HIS lands in GNU Health, is read back by GNU Health itself, and people work with it.

The tests of this file share one landing, which the last of them change; `test_command` takes a
landing out again and compares the checksums.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import servers
from gnuhealth.environment import GnuHealth, Questions
from gnuhealth.landing import Landing, begun, brought_to_life
from gnuhealth.mapped import LEGACY, in_order, read_book
from legacy_his import ROWS, TABLES, LegacyHis
from luodi.evidence.model import Verdict
from luodi.terminology import specification
from luodi.terminology.text import half_width

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs("gcc", "pg_config", "mariadbd", "/usr/lib/postgresql"),
]
BOOK = read_book(LEGACY)
ORDER = tuple(in_order(BOOK))
DEMONSTRATION = {str(number) for number in range(1, 8)}
"""Staff that the scope decision leaves out."""
Row = dict[str, str | None]


@pytest.fixture(scope="module")
def legacy(shared_data: Path) -> LegacyHis:
    return LegacyHis.read(shared_data)


@pytest.fixture(scope="module")
def landing(
    legacy: LegacyHis,
    mariadb: servers.Server,
    new_gnuhealth: Callable[[], GnuHealth],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Landing]:
    source = brought_to_life(legacy, mariadb, "legacy_his_landing")
    folder = tmp_path_factory.mktemp("landing")
    with begun(source, mariadb.password, folder, new_gnuhealth(), BOOK) as landing:
        landing.load_all()
        yield landing


@pytest.fixture(scope="module")
def ask(landing: Landing) -> Iterator[Questions]:
    with landing.new.asked() as questions:
        yield questions


@pytest.fixture(scope="module")
def old(legacy: LegacyHis) -> Callable[[str], list[Row]]:
    """Rows of a table of the old system, as the shared files hold them, by its key."""

    def rows(name: str) -> list[Row]:
        table = legacy.table(name)
        names = [column.name for column in table.columns]
        found = [dict(zip(names, row, strict=True)) for row in table.rows]
        return sorted(found, key=lambda row: int(row["id"] or 0))

    return rows


def repeated(rows: list[Row], column: str) -> list[int]:
    """Places, from 1, of rows whose value some row before them has."""
    seen: set[str | None] = set()
    places = []
    for place, row in enumerate(rows, 1):
        if row[column] in seen:
            places.append(place)
        seen.add(row[column])
    return places


def clean(text: str | None) -> str:
    return half_width(text or "").strip()


# --- every row has its fate -----------------------------------------------------------------------


def test_it_works(landing: Landing) -> None:
    """Every one of 38 tables and 33,296 rows: the equation holds, nothing is unexplained."""
    accounts = landing.accounts()
    assert len({each.table for each in accounts}) == len(accounts) == TABLES
    assert sum(each.rows for each in accounts) == ROWS
    for each in accounts:
        known = each.loaded + each.merged + each.rejected + each.review + each.excluded
        assert (each.rows, each.unaccounted) == (known, 0), each.table
    verdicts = {name: landing.loads[name].verdict for name in ORDER}
    expected = dict.fromkeys(ORDER, Verdict.PASS)
    assert verdicts == expected | {"diagnoses": Verdict.WARN, "drugs": Verdict.WARN}


def test_rows_are_rejected_for_what_is_wrong_with_them(
    landing: Landing, old: Callable[[str], list[Row]]
) -> None:
    diseases = old("dms_dise")
    morphology = {place for place, row in enumerate(diseases, 1) if "/" in (row["ICD"] or "")}
    twice = set(repeated(diseases, "ICD")) - morphology
    procedures = {
        place for place, row in enumerate(diseases, 1) if 22758 <= int(row["id"]) <= 27155
    }
    assert landing.refused("diagnoses") == {("dms_dise", "unique"): twice - procedures}
    unread = {
        place
        for place, row in enumerate(old("dms_drug"), 1)
        if isinstance(specification.parse(row["format"] or ""), specification.Fault)
    }
    assert landing.refused("drugs") == {("dms_drug", "specification"): unread}
    assert not any(landing.refused(name) for name in ORDER if name not in ("diagnoses", "drugs"))


# --- GNU Health reads them ------------------------------------------------------------------------


def test_patients_are_patients(ask: Questions, old: Callable[[str], list[Row]]) -> None:
    fields = ["rec_name", "puid", "dob", "gender", "biological_sex", "active"]
    found = {row.pop("puid"): row for row in ask.read("gnuhealth.patient", fields)}
    for row in found.values():
        del row["id"]
    sex = {"1": "m", "0": "f"}
    assert found == {
        row["medical_record_no"]: {
            "rec_name": row["name"],
            "dob": (row["date_of_birth"] or "")[:10],
            "gender": sex[row["gender"] or ""],
            "biological_sex": sex[row["gender"] or ""],
            "active": True,
        }
        for row in old("pms_patient")
    }


def test_a_patient_has_address_telephone_and_identity_number(
    ask: Questions, old: Callable[[str], list[Row]]
) -> None:
    addresses = ask.read(
        "party.address", ["street", "party.ref"], [["party.is_patient", "=", True]]
    )
    numbers = ask.read("gnuhealth.person_alternative_identification", ["code", "party.ref"])
    phones = ask.read("party.contact_mechanism", ["value", "type", "party.ref"])
    patients = {row["medical_record_no"]: row for row in old("pms_patient")}

    def by_patient(rows: list[dict], field: str) -> dict[str, str]:
        return {row["party."]["ref"]: row[field] for row in rows}

    assert by_patient(addresses, "street") == {k: p["home_address"] for k, p in patients.items()}
    assert by_patient(numbers, "code") == {k: p["identification_no"] for k, p in patients.items()}
    assert by_patient(phones, "value") == {k: p["phone_no"] for k, p in patients.items()}
    assert {row["type"] for row in phones} == {"mobile"}


def test_a_visit_finds_its_patient(ask: Questions, old: Callable[[str], list[Row]]) -> None:
    (visit,) = old("dms_registration")
    (patient,) = [row for row in old("pms_patient") if row["id"] == visit["patient_id"]]
    (found,) = ask.read(
        "gnuhealth.appointment", ["patient.puid", "appointment_date", "state", "institution"]
    )
    assert found["patient."]["puid"] == patient["medical_record_no"]
    assert found["appointment_date"] == (visit["attendance_date"] or "").replace(" ", "T")
    assert (found["state"], found["institution"]) == ("confirmed", 1)


def test_departments_are_units_and_doctors_work_in_them(
    ask: Questions, old: Callable[[str], list[Row]]
) -> None:
    units = ask.read("gnuhealth.hospital.unit", ["code", "name"])
    departments = old("sms_dept")
    assert {(row["code"], row["name"]) for row in units} == {
        (row["code"], clean(row["name"])) for row in departments
    }
    names = {row["id"]: clean(row["name"]) for row in departments}
    doctors = ask.read("gnuhealth.healthprofessional", ["rec_name", "institution_unit.name"])
    assert sorted((row["rec_name"], row["institution_unit."]["name"]) for row in doctors) == sorted(
        (row["name"] or "", names[row["dept_id"]])
        for row in old("sms_staff")
        if row["id"] not in DEMONSTRATION
    )


def test_diagnoses_have_their_names_and_categories(
    ask: Questions, old: Callable[[str], list[Row]]
) -> None:
    categories = {row["id"]: clean(row["name"]) for row in old("dms_dise_catalog")}
    diseases = [row for row in old("dms_dise") if not 22758 <= int(row["id"] or 0) <= 27155]
    expected: dict[str, tuple[str, str, bool]] = {}
    for row in diseases:
        name, category = (row["name"] or "").strip(), categories[row["cat_id"]]
        expected.setdefault(clean(row["ICD"]), (name, category, row["status"] == "1"))
    found = {}
    for active in (True, False):
        rows = ask.read(
            "gnuhealth.pathology",
            ["code", "name", "category.name", "active"],
            [["info", "!=", None], ["active", "=", active]],
        )
        for row in rows:
            if row["code"] in expected:
                found[row["code"]] = (row["name"], row["category."]["name"], row["active"])
    assert found == expected
    assert len(expected) == 29395 - 4398 - 75 - 45


def test_procedures_are_kept_apart_from_diagnoses(
    ask: Questions, old: Callable[[str], list[Row]]
) -> None:
    rows = [row for row in old("dms_dise") if 22758 <= int(row["id"] or 0) <= 27155]
    found = ask.read("gnuhealth.procedure", ["name", "description"])
    assert sorted((row["name"], row["description"]) for row in found) == sorted(
        (row["ICD"] or "", (row["name"] or "").strip()) for row in rows
    )


def test_drugs_have_strength_form_and_price(
    ask: Questions, old: Callable[[str], list[Row]]
) -> None:
    forms = {row["id"]: row["name"] for row in old("dms_dosage")}
    expected = {}
    for row in old("dms_drug"):
        spec = specification.parse(row["format"] or "")
        if not isinstance(spec, specification.Fault):
            strength = spec.strength
            expected[f"HIS-D{row['id']}"] = (
                (row["name"] or "").strip(),
                Decimal(row["price"] or 0),
                float(strength.value) if strength else None,
                strength.unit.lower() if strength else None,
                forms[row["dosage_id"]],
            )
    fields = [
        *("product.code", "product.template.name", "product.template.list_price"),
        *("strength", "unit.name", "form.name"),
    ]
    units = {"unit": "u", "ug": "μg"}
    found = {}
    for row in ask.read("gnuhealth.medicament", fields):
        product = row["product."]
        unit = row["unit."]["name"] if row["unit."] else None
        found[product["code"]] = (
            product["template."]["name"],
            Decimal(product["template."]["list_price"]),
            row["strength"],
            units.get(unit, unit).lower() if unit else None,
            row["form."]["name"],
        )
    assert found == expected


def test_services_have_prices_and_laboratory_tests_are_tests(
    ask: Questions, old: Callable[[str], list[Row]]
) -> None:
    services = [*old("dms_non_drug"), *old("sms_registration_rank")]
    rows = ask.read(
        "product.product",
        ["code", "template.name", "template.list_price"],
        [["template.type", "=", "service"], ["code", "like", "HIS-%"]],
    )
    assert {
        row["code"]: (row["template."]["name"], Decimal(row["template."]["list_price"]))
        for row in rows
    } == {
        f"HIS-{row['code']}": (clean(row["name"]), Decimal(row["price"] or 0)) for row in services
    }
    tests = ask.read("gnuhealth.lab.test_type", ["code", "name"], [["code", "like", "2101%"]])
    assert {(row["code"], row["name"]) for row in tests} == {
        (row["code"], clean(row["name"])) for row in services if row.get("record_type") == "2"
    }


@pytest.mark.parametrize(
    ("model", "domain"),
    [
        ("party.party", [["code", "like", "HIS-%"]]),
        ("gnuhealth.person_name", []),
        ("gnuhealth.patient", []),
        ("gnuhealth.appointment", []),
        ("gnuhealth.person_alternative_identification", []),
        ("gnuhealth.hospital.unit", []),
        ("gnuhealth.healthprofessional", []),
        ("gnuhealth.pathology", [["code", "like", "A1%"], ["info", "!=", None]]),
        ("gnuhealth.drug.form", [["code", "like", "HIS-%"]]),
        ("gnuhealth.medicament", [["strength", "<", 0.3]]),
        ("product.product", [["code", "like", "HIS-%"], ["template.type", "=", "service"]]),
        ("gnuhealth.lab.test_type", [["code", "like", "2101%"]]),
    ],
)
def test_the_model_accepts_every_record_as_if_it_were_typed(
    ask: Questions, model: str, domain: list
) -> None:
    """What is required, what a selection allows, what a reference may point at."""
    assert ask.check(model, domain) >= ask.count(model, domain) > 0


# --- people work, and it goes back ----------------------------------------------------------------


def test_people_go_on_where_the_load_ended(landing: Landing, ask: Questions) -> None:
    """New records get keys of their own, and the roll-back of other rows leaves them alone."""
    unit = ask.create("gnuhealth.hospital.unit", name="日间病房", code="RJBF", institution=1)
    assert unit > max(row["id"] for row in ask.read("gnuhealth.hospital.unit", ["code"])[:-1])
    person = ask.create("party.party", name="新来", gender="f", is_person=True, is_patient=True)
    assert ask.read("party.party", ["name"], [["id", "=", person]])[0]["name"] == "新来"


def test_people_work_with_what_has_landed(landing: Landing, ask: Questions) -> None:
    """A doctor who has landed signs in and prescribes a drug that has landed to a patient."""
    (doctor, *_) = ask.read("gnuhealth.healthprofessional", ["code", "party"])
    (admin,) = ask.read("res.user", ["login"], [["login", "=", "admin"]])
    ask.write("party.party", doctor["party"], internal_user=admin["id"])
    (patient, *_) = ask.read("gnuhealth.patient", ["puid"], [["puid", "like", "%1403"]])
    (drug, *_) = ask.read("gnuhealth.medicament", ["rec_name"], [["strength", "=", 50.0]])
    (disease,) = ask.read("gnuhealth.pathology", ["name"], [["code", "=", "A00.051"]])
    condition = ask.create(
        "gnuhealth.patient.disease", patient=patient["id"], pathology=disease["id"]
    )
    order = ask.create(
        "gnuhealth.prescription.order",
        patient=patient["id"],
        healthprof=doctor["id"],
        prescription_warning_ack=True,
    )
    ask.create("gnuhealth.prescription.line", presc_order=order, medicament=drug["id"], dose=1.0)
    (line,) = ask.read(
        "gnuhealth.prescription.line",
        ["medicament.rec_name", "presc_order.patient.puid", "presc_order.healthprof.code"],
        [["presc_order", "=", order]],
    )
    assert line["medicament."]["rec_name"] == drug["rec_name"]
    assert line["presc_order."]["patient."]["puid"] == patient["puid"]
    assert line["presc_order."]["healthprof."]["code"] == doctor["code"]
    (found,) = ask.read("gnuhealth.patient.disease", ["pathology.name"], [["id", "=", condition]])
    assert found["pathology."]["name"] == disease["name"]


def test_the_roll_back_refuses_what_others_point_at(landing: Landing) -> None:
    """The prescription above needs its drug."""
    refusal = landing.roll_back("drugs")
    assert refusal.verdict is Verdict.FAIL
    assert refusal.result.removed == {}
    assert any(finding.params.get("table") == "dms_drug" for finding in refusal.findings)


def test_the_roll_back_refuses_what_somebody_changed(landing: Landing, ask: Questions) -> None:
    (patient, *_) = ask.read("gnuhealth.patient", ["general_info"], [["puid", "like", "%1000"]])
    ask.write("gnuhealth.patient", patient["id"], general_info="对青霉素过敏")
    refusal = landing.roll_back("patients")
    assert refusal.verdict is Verdict.FAIL
    assert refusal.result.removed == {}
    assert any(finding.params.get("table") == "pms_patient" for finding in refusal.findings)
