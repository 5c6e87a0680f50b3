"""assess: rules bound by meaning find what is wrong, score it, and lead to the rows."""

import datetime
import io

import msgspec
import openpyxl
import pytest

from luodi.evidence.errors import Cancelled, WrongUse
from luodi.evidence.model import Verdict
from luodi.evidence.progress import Cancellation, Recording, Silent
from luodi.migration.assess import assess
from luodi.migration.model import ForeignKey
from luodi.migration.quality.export import export, offending_rows
from luodi.migration.quality.model import Off
from luodi.migration.quality.own import Binding, Quality
from luodi.migration.workspace import Workspace
from luodi.terminology import id_card
from staged import emptied, legacy, stage, table

TODAY = datetime.date(2026, 11, 24)


@pytest.fixture(scope="module")
def opened():
    with Workspace.in_memory() as workspace:
        yield workspace


@pytest.fixture
def workspace(opened):
    return emptied(opened)


def assessed(workspace, *tables, quality=None, system="his"):
    if tables:
        stage(workspace, system, *tables)
    return assess(workspace, system, quality=quality, today=TODAY, progress=Silent())


def found(outcome):
    """Rules that found something: (rule, column) to the number of rows."""
    hits = outcome.result.assessment.found
    return {(hit.check.rule, hit.check.column): hit.offending for hit in hits}


def ordinals(outcome, rule, name="t"):
    """Rows of a table that a rule leads to, in whatever column."""
    bench = outcome.result.benches[name]
    hits = [hit for hit in outcome.result.assessment.hits if hit.check.rule == rule]
    rows = [offending_rows(bench, hit.check) for hit in hits if hit.check.table == name]
    assert sum(map(len, rows)) == sum(hit.offending for hit in hits if hit.check.table == name)
    return sorted({row.ordinal for found in rows for row in found})


def card(birth, number=1, area="110105"):
    first = f"{area}{birth:%Y%m%d}{number:03}"
    return first + id_card.check_character(first)


def people(workspace, *, name="patient", rows, **columns):
    typed = {
        "id": "BIGINT",
        "name": "VARCHAR",
        "sex": "VARCHAR",
        "birth_date": "DATE",
        "id_card": "VARCHAR",
        **columns,
    }
    return table(workspace, "his", name, typed, rows, comment="病人基本信息")


def person(n, **fields):
    birth = datetime.date(1980, 1, 1) + datetime.timedelta(days=n * 37)
    row = {
        "id": n,
        "name": "张王李赵陈刘杨黄周吴"[n % 10]
        + "伟芳娜敏静丽强磊军洋"[n // 10 % 10]
        + "一二三四五六七八九十"[n % 7],
        "sex": "男" if n % 2 else "女",
        "birth_date": birth,
        "id_card": card(birth, n * 2 + 99 + (n % 2 == 0)),
    }
    return tuple({**row, **fields}.values())


PEOPLE = [person(n) for n in range(1, 41)]


def test_it_works(workspace):
    rows = [
        *PEOPLE,
        person(41, id_card="110105198001010011"),  # check character
        person(42, birth_date=datetime.date(2027, 1, 1)),
        person(43, sex="M"),
        person(44, name=""),
        person(45, name=" 张三"),
    ]
    outcome = assessed(workspace, people(workspace, rows=rows))
    rules = found(outcome)
    assert rules["id_card.check_digit", "id_card"] == 1
    assert rules["birth.future", "birth_date"] == 1
    assert rules["codes.mixed", "sex"] == 1
    assert rules["patient.name.missing", "name"] == 1
    assert rules["text.outer_space", "name"] == 1
    assert rules["id_card.birth_differs", "id_card"] == 2
    assert (outcome.subject, outcome.verb) == ("source:his", "assess")
    assert outcome.verdict is Verdict.FAIL
    figures = {figure.name: figure.value for figure in outcome.figures}
    assert 0 < figures["score"] < 100
    assert figures["score"] == outcome.result.assessment.score


def test_sound_people_are_sound(workspace):
    outcome = assessed(workspace, people(workspace, rows=PEOPLE))
    assert found(outcome) == {}
    assert outcome.result.assessment.score == 100
    assert outcome.verdict is Verdict.PASS


def test_a_rule_leads_to_its_rows(workspace):
    rows = [*PEOPLE[:20], person(41, id_card="110105198001010011"), *PEOPLE[20:]]
    outcome = assessed(workspace, people(workspace, name="t", rows=rows))
    assert ordinals(outcome, "id_card.check_digit") == [21]
    assert ordinals(outcome, "id_card.birth_differs") == [21]


def test_evidence_holds_no_value(workspace):
    rows = [*PEOPLE, person(41, name="欧阳秘密", id_card="110105198001010011")]
    outcome = assessed(workspace, people(workspace, rows=rows))
    told = repr((outcome.figures, outcome.findings, outcome.inputs, outcome.result.assessment))
    assert "欧阳秘密" not in told
    assert "110105198001010011" not in told


def test_the_sex_of_an_identity_number(workspace):
    rows = [*PEOPLE, person(41, sex="女"), person(42, sex="男")]
    outcome = assessed(workspace, people(workspace, rows=rows))
    assert found(outcome) == {("id_card.sex_differs", "id_card"): 2}


def test_sexes_of_0_and_1_say_nothing(workspace):
    rows = [person(n, sex=str(n % 2)) for n in range(1, 41)]
    hit = assessed(workspace, people(workspace, rows=rows)).result.assessment.hit(
        "id_card.sex_differs", "patient"
    )
    assert hit.tested == 0


# --- each kind of rule ----------------------------------------------------------------------------


def drug(n, **fields):
    row = {
        "id": n,
        "code": f"YP{n:05}",
        "name": f"阿莫西林{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{'子丑寅卯'[n // 10]}胶囊",
        "spec": f"0.{n:02}g*24粒",
        "unit": "盒",
        "manufacturer": "扬子江药业集团有限公司",
        "price": n + 0.5,
    }
    return tuple({**row, **fields}.values())


DRUG_COLUMNS = {
    "id": "BIGINT",
    "code": "VARCHAR",
    "name": "VARCHAR",
    "spec": "VARCHAR",
    "unit": "VARCHAR",
    "manufacturer": "VARCHAR",
    "price": "DECIMAL(12,4)",
}


def drugs(workspace, *extra):
    rows = [*(drug(n) for n in range(1, 31)), *extra]
    return table(workspace, "his", "t", DRUG_COLUMNS, rows, comment="药品字典")


@pytest.mark.parametrize(
    ("fields", "rule", "rows"),
    [
        ({"code": "YP00001"}, "drug.code.repeated", [1, 31]),
        ({"code": ""}, "drug.code.missing", [31]),
        ({"code": None}, "drug.code.missing", [31]),
        ({"code": "YP0 031"}, "code.spaces", [31]),
        ({"code": "yp00001"}, "codes.variants", [31]),
        ({"code": "药00031"}, "code.chinese", [31]),
        ({"name": "阿莫西林 甲胶囊"}, "text.inner_space", [31]),
        ({"name": "阿莫西林\u200b癸胶囊"}, "text.invisible", [31]),
        ({"name": "阿莫西林\ue5e5胶囊"}, "text.private_use", [31]),
        ({"name": "阿莫西林\x07胶囊"}, "text.control", [31]),
        ({"name": "阿莫西林\ufffd胶囊"}, "text.replaced", [31]),
        ({"name": "锟斤拷胶囊"}, "text.mojibake", [31]),
        ({"name": "阿莫西??胶囊"}, "text.question_marks", [31]),
        ({"name": "阿莫西林\n胶囊"}, "text.line_breaks", [31]),
        ({"name": "阿莫西林&nbsp;胶囊"}, "text.markup", [31]),
        ({"name": "不详"}, "text.placeholder", [31]),
        ({"name": drug(1)[2]}, "drug.name.repeated", [1, 31]),
        ({"name": drug(1)[2], "spec": drug(1)[3]}, "drug.double", [1, 31]),
        ({"name": drug(1)[2], "spec": drug(1)[3]}, "drug.name.codes", [1, 31]),
        ({"spec": "大号"}, "specification.unparsed", [31]),
        ({"spec": "０．２５ｇ*24粒"}, "text.full_width", [31]),
        ({"spec": " "}, "drug.specification.missing", [31]),
        ({"unit": None}, "item.unit.missing", [31]),
        ({"price": 0}, "price.zero", [31]),
        ({"price": -1}, "price.negative", [31]),
        ({"price": 9_999_999}, "price.extreme", [31]),
        ({"price": None}, "item.price.missing", [31]),
        ({"manufacturer": "扬子江药业集团有限公司 "}, "text.outer_space", [31]),
    ],
)
def test_a_drug_that_is_wrong(workspace, fields, rule, rows):
    outcome = assessed(workspace, drugs(workspace, drug(31, **fields)))
    assert ordinals(outcome, rule) == rows


def test_sound_drugs_are_sound(workspace):
    outcome = assessed(workspace, drugs(workspace))
    assert {rule for rule, _ in found(outcome)} == {"column.constant"}


DIAGNOSES = {"zdmc": "VARCHAR", "icd10": "VARCHAR"}


def diagnosed(workspace, *codes):
    """Assess rows of one diagnosis with these codes, among others that are sound."""
    sound = [("失眠", "G47.000"), ("腰痛", "M54.500"), ("急性胃炎", "K29.100")] * 4
    rows = [*(("高血压病", code) for code in codes), *sound]
    return assessed(workspace, table(workspace, "his", "t", DIAGNOSES, rows))


def test_a_diagnosis_that_strays_from_its_usual_code(workspace):
    outcome = diagnosed(workspace, *["I10.x00"] * 6, "Z99.900", None, "I15.900")
    assert ordinals(outcome, "diagnosis.name.codes") == [7, 9]
    hit = outcome.result.assessment.hit("diagnosis.name.codes", "t")
    assert (hit.tested, hit.offending) == (20, 2)


def test_where_no_code_is_the_usual_one_all_rows_are_told(workspace):
    outcome = diagnosed(workspace, "I10.x00", "I10.900", "I15.900")
    assert ordinals(outcome, "diagnosis.name.codes") == [1, 2, 3]


def test_one_code_is_sound_however_often(workspace):
    outcome = diagnosed(workspace, *["I10.x00"] * 6)
    assert outcome.result.assessment.hit("diagnosis.name.codes", "t").offending == 0


STAYS = {"patient_id": "VARCHAR", "admission_time": "TIMESTAMP", "discharge_time": "TIMESTAMP"}


def test_a_stay_that_ends_before_it_begins(workspace):
    day = datetime.datetime(2026, 3, 1, 9, 30)  # noqa: DTZ001
    later = day + datetime.timedelta(days=5)
    rows = [*[(f"P{n}", day, later) for n in range(9)], ("P9", later, day), ("P10", day, None)]
    outcome = assessed(workspace, table(workspace, "his", "t", STAYS, rows))
    assert ordinals(outcome, "stay.reversed") == [10]
    hit = outcome.result.assessment.hit("stay.reversed", "t")
    assert hit.tested == 10


def test_dates_kept_as_text(workspace):
    rows = [("2026-03-01", "2026-03-05")] * 8
    rows += [("2026/03/05", "2026-03-01"), ("2026-02-30", "0000-00-00"), ("1900-01-01", "")]
    columns = {"RYRQ": "VARCHAR", "CYRQ": "VARCHAR"}
    outcome = assessed(workspace, table(workspace, "his", "t", columns, rows))
    assert ordinals(outcome, "stay.reversed") == [9]
    assert found(outcome)["date.unreadable", "RYRQ"] == 1
    assert found(outcome)["date.unreadable", "CYRQ"] == 1
    assert found(outcome)["date.default", "RYRQ"] == 1
    assert found(outcome)["dates.mixed", "RYRQ"] == 1


def test_orphans_declared_and_found(workspace):
    wards = [(f"W{n:03}", f"第{n}病区") for n in range(1, 30)]
    ward = table(workspace, "his", "ward", {"code": "VARCHAR", "name": "VARCHAR"}, wards)
    rows = [(f"W{n % 29 + 1:03}", f"W{n % 29 + 1:03}") for n in range(99)]
    rows += [("W999", "W001"), ("W001", "W998"), ("W001", None)]
    key = ForeignKey(columns=("told",), table="ward", references=("code",))
    columns = {"told": "VARCHAR", "ward_code": "VARCHAR"}
    stay = table(workspace, "his", "t", columns, rows, foreign_keys=(key,))
    outcome = assessed(workspace, ward, stay)
    assert ordinals(outcome, "reference.declared") == [100]
    assert ordinals(outcome, "reference.found") == [101]


def test_a_document_and_its_lines(workspace):
    bills = [(n, n * 3) for n in range(1, 21)]
    bill = table(workspace, "his", "bill", {"id": "BIGINT", "total_amount": "DECIMAL(12,2)"}, bills)
    lines = [(n * 3 + k, n, n) for n in range(1, 21) for k in range(3)]
    lines[0] = (lines[0][0], 1, 5)
    line = table(
        workspace,
        "his",
        "bill_line",
        {"id": "BIGINT", "bill_id": "BIGINT", "amount": "DECIMAL(12,2)"},
        lines,
    )
    outcome = assessed(workspace, bill, line)
    assert ordinals(outcome, "document.lines", "bill") == [1]


def test_a_total_and_its_parts(workspace):
    columns = dict.fromkeys(("cash_amount", "card_amount", "amount"), "DECIMAL(12,2)")
    rows = [(n, n, 2 * n) for n in range(1, 12)] + [(1, 1, 3)]
    outcome = assessed(workspace, table(workspace, "his", "t", columns, rows))
    assert ordinals(outcome, "document.parts") == [12]


def test_a_rule_that_most_rows_break_does_not_fit(workspace):
    columns = dict.fromkeys(("cash_amount", "card_amount", "amount"), "DECIMAL(12,2)")
    rows = [(n, n, n) for n in range(1, 12)]
    outcome = assessed(workspace, table(workspace, "his", "t", columns, rows))
    assert outcome.result.assessment.hit("document.parts", "t") is None


def test_amounts_are_price_times_quantity(workspace):
    columns = {"price": "DECIMAL(12,4)", "quantity": "BIGINT", "amount": "DECIMAL(12,2)"}
    rows = [(1.5, n, 1.5 * n) for n in range(1, 10)] + [(1.5, 2, 4)]
    outcome = assessed(workspace, table(workspace, "his", "t", columns, rows))
    assert ordinals(outcome, "line.product") == [10]


@pytest.mark.parametrize("stored", ["VARCHAR", "BIGINT"])
def test_gaps_between_invoices(workspace, stored):
    numbers = [n for n in range(10_001, 10_101) if n not in (10_050, 10_051, 10_080)]
    rows = [(n if stored == "BIGINT" else str(n),) for n in numbers]
    outcome = assessed(workspace, table(workspace, "his", "t", {"FPHM": stored}, rows))
    assert len(ordinals(outcome, "invoice.gaps")) == 2


def test_stock(workspace):
    columns = {"batch_no": "VARCHAR", "expiry_date": "DATE", "stock": "BIGINT"}
    soon = TODAY + datetime.timedelta(days=10)
    rows = [(f"B{n}", datetime.date(2028, 1, n), n) for n in range(1, 9)]
    rows += [("B9", datetime.date(2026, 1, 1), 5), (None, soon, -3), ("B11", None, 1)]
    rules = found(assessed(workspace, table(workspace, "his", "t", columns, rows)))
    assert rules["stock.expired", "expiry_date"] == 1
    assert rules["stock.expiring", "expiry_date"] == 1
    assert rules["stock.negative", "stock"] == 1
    assert rules["stock.batch.missing", "batch_no"] == 1
    assert rules["stock.expiry.missing", "expiry_date"] == 1


def test_staff_without_a_department(workspace):
    columns = {"GH": "VARCHAR", "XM": "VARCHAR", "KSDM": "VARCHAR"}
    rows = [
        (f"{n:04}", "张王李赵"[n % 4] + "甲乙丙丁戊己庚辛壬癸"[n // 4], f"K{n % 3}")
        for n in range(30)
    ]
    rows += [("0030", "王小明", None)]
    staff = table(workspace, "his", "t", columns, rows, comment="职工字典")
    outcome = assessed(workspace, staff)
    assert ordinals(outcome, "staff.department.missing") == [31]


def test_times_at_midnight_only(workspace):
    rows = [(datetime.datetime(2026, 11, n % 20 + 1),) for n in range(40)]  # noqa: DTZ001
    outcome = assessed(workspace, table(workspace, "his", "t", {"create_time": "TIMESTAMP"}, rows))
    assert ("entry.midnight", "create_time") in found(outcome)


# --- own rules, by hand, switched off -------------------------------------------------------------


def test_a_meaning_said_by_hand(workspace):
    rows = [(n, "110105198001010011") for n in range(1, 5)]
    made = table(workspace, "his", "t", {"a": "BIGINT", "c7": "VARCHAR"}, rows)
    by_hand = Quality(bind=(Binding(table="t", column="a", meaning="quantity"),))
    outcome = assessed(workspace, made, quality=by_hand)
    assert outcome.result.assessment.hit("quantity.zero", "t", "a").tested == 4


def test_a_rule_that_is_switched_off(workspace):
    off = Off(rule="id_card.check_digit", table="patient", reason="演示库，号码都是编的")
    rows = [*PEOPLE, person(41, id_card="110105198001010011")]
    outcome = assessed(workspace, people(workspace, rows=rows), quality=Quality(off=(off,)))
    assert outcome.result.assessment.hit("id_card.check_digit", "patient") is None
    assert outcome.result.assessment.offs == (off,)
    assert "migration.quality_off" in {finding.code for finding in outcome.findings}


# --- runs -----------------------------------------------------------------------------------------


def test_the_trend_between_runs(workspace):
    bad = person(41, id_card="110105198001010011")
    first = assessed(workspace, people(workspace, rows=[*PEOPLE, bad]))
    workspace.db.execute("""DELETE FROM "his"."patient" WHERE _ordinal = 41""")
    second = assessed(workspace)
    assert first.result.assessment.past == ()
    assert [past.score for past in second.result.assessment.past] == [first.result.assessment.score]
    assert second.result.assessment.score > first.result.assessment.score


def test_rows_for_the_hospital(workspace):
    rows = [*PEOPLE, person(41, id_card="110105198001010011")]
    outcome = assessed(workspace, people(workspace, rows=rows))
    book = openpyxl.load_workbook(io.BytesIO(export(outcome.result, "zh")))
    lines = [[cell.value for cell in row] for row in book["行"]]
    line = next(line for line in lines if line[2] == "身份证号校验码不对")
    assert line[:2] == ["patient", 41]
    assert line[3:5] == ["id_card", "110105198001010011"]
    assert len(list(book["发现"])) == len(outcome.result.assessment.found) + 1


def test_a_formula_in_the_data_stays_text(workspace):
    outcome = assessed(workspace, drugs(workspace, drug(31, name="=1+1 ", code="=A1 ")))
    book = openpyxl.load_workbook(io.BytesIO(export(outcome.result, "zh")))
    cells = [cell for row in book["行"] for cell in row if str(cell.value).startswith("=")]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}


def test_it_tells_how_far_it_is_and_can_be_stopped(workspace):
    stage(workspace, "his", people(workspace, rows=PEOPLE))
    progress = Recording()
    assess(workspace, "his", today=TODAY, progress=progress)
    assert [step.code for step in progress.steps][-1] == "migration.stage_assess"
    stop = Cancellation()
    stop.request()
    with pytest.raises(Cancelled):
        assess(workspace, "his", progress=Silent(stop))


def test_an_own_rule_that_cannot_be_used_stops_it(workspace):
    rule = {
        "id": "own",
        "dimension": "validity",
        "severity": "warn",
        "table": "patient",
        **{key: {"zh": "甲", "en": "a"} for key in ("title", "why", "remedy")},
        "sql": "DROP TABLE patient",
    }
    quality = msgspec.convert({"format": 1, "rule": [rule]}, Quality)
    with pytest.raises(WrongUse) as caught:
        assessed(workspace, people(workspace, rows=PEOPLE), quality=quality)
    assert caught.value.code == "migration.quality_sql"


@pytest.mark.parametrize("rows", [[], [(None, None)], [("", "")]])
def test_nothing_to_look_at(workspace, rows):
    outcome = assessed(
        workspace, table(workspace, "his", "t", {"name": "VARCHAR", "code": "VARCHAR"}, rows)
    )
    assert outcome.result.assessment.system == "his"


# --- the shared legacy HIS ------------------------------------------------------------------------


@pytest.mark.slow
def test_the_known_mess_of_the_legacy_his(workspace, shared_data):
    """The figures of ../shared/data/README.md, found by general rules."""
    legacy(workspace, shared_data)
    outcome = assess(workspace, "old-his", today=TODAY, progress=Silent())
    hit = outcome.result.assessment.hit

    codes = hit("drug.code.repeated", "dms_drug", "code")
    assert (codes.values, codes.offending, codes.tested) == (2, 2_966, 2_966)
    assert hit("text.outer_space", "dms_drug", "name").offending == 315
    assert hit("text.outer_space", "dms_drug", "format").offending == 271
    assert hit("drug.manufacturer.missing", "dms_drug", "manufacturer").offending == 405
    assert hit("drug.name.repeated", "dms_drug", "name").values == 122
    assert hit("diagnosis.code.repeated", "dms_dise", "ICD").extra == 130
    assert hit("item.mnemonic.repeated", "dms_dise", "code").values == 1_537
    digits = hit("id_card.check_digit", "pms_patient", "identification_no")
    assert (digits.offending, digits.tested) == (18, 18)
    births = hit("id_card.birth_differs", "pms_patient", "identification_no")
    assert births.tested - births.offending == 3
    assert outcome.verdict is Verdict.FAIL
    drug_score = next(t for t in outcome.result.assessment.tables if t.table == "dms_drug").score
    assert drug_score < 85
    assert export(outcome.result, "zh")
