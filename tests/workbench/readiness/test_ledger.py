from io import BytesIO

import pytest
from openpyxl import load_workbook

from luodi.evidence.model import Verdict
from luodi.evidence.outcome import Act, Outcome
from luodi.workbench.core.hosted import HostedSite
from luodi.workbench.core.models import StoredRecord


def test_it_works(project, engineer, signed_in):
    outcome = Outcome(
        None, subject="migration:patients", engine="demo", verb="load", verdict=Verdict.WARN
    )
    _, record = HostedSite.of(project).perform(
        Act("demo", "load", "migration:patients"), lambda: outcome
    )
    client = signed_in(engineer)
    page = client.get(f"/p/{project.code}/ledger/").content.decode()
    assert "migration:patients" in page
    shown = client.get(f"/p/{project.code}/ledger/{record.writer}/{record.seq}/")
    assert shown.status_code == 200


def test_an_empty_ledger_teaches(project, engineer, signed_in):
    page = signed_in(engineer).get(f"/p/{project.code}/ledger/").content.decode()
    assert "luodi migrate" in page


def test_a_record_of_another_project_is_not_there(project, engineer, signed_in):
    client = signed_in(engineer)
    assert client.get(f"/p/{project.code}/ledger/w0000000000000000/1/").status_code == 404


def test_pages_of_a_long_ledger(project, engineer, signed_in):
    site = HostedSite.of(project)
    for number in range(51):
        outcome = Outcome(
            None, subject=f"source:s{number}", engine="demo", verb="look", verdict=Verdict.PASS
        )
        site.perform(Act("demo", "look", outcome.subject), lambda outcome=outcome: outcome)
    answer = signed_in(engineer).get(f"/p/{project.code}/ledger/?page=2")
    assert answer.context["page"].number == 2
    assert len(answer.context["rows"]) == 2  # 51 and the opening of the chain


@pytest.fixture
def records(project):
    """Three records in the ledger, beside the opening of its chain."""
    site = HostedSite.of(project)
    told = (
        ("migration:patients", "reconcile", Verdict.PASS),
        ("migration:drugs", "reconcile", Verdict.FAIL),
        ("source:his", "profile", Verdict.WARN),
    )
    for subject, verb, verdict in told:
        outcome = Outcome(None, subject=subject, engine="demo", verb=verb, verdict=verdict)
        site.perform(Act("demo", verb, subject), lambda outcome=outcome: outcome)
    return StoredRecord.objects.filter(chain__project=project)


def subjects(answer) -> list[str]:
    return [record.subject for record in answer.context["page"].records]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("subject=migration", ["migration:drugs", "migration:patients"]),
        ("subject=PATIENTS", ["migration:patients"]),
        ("verb=profile", ["source:his"]),
        ("verdict=fail", ["migration:drugs"]),
        ("verdict=fail&verb=profile", []),
        ("day_from=2999-01-01", []),
        ("day_to=1999-01-01", []),
        ("kind=decision", []),
        ("subject=%25", []),
    ],
)
def test_it_is_filtered(records, project, engineer, signed_in, asked, found):
    assert subjects(signed_in(engineer).get(f"/p/{project.code}/ledger/?{asked}")) == found


def test_it_goes_out_to_excel_as_it_is_seen(records, project, engineer, signed_in):
    answer = signed_in(engineer).get(f"/p/{project.code}/ledger/?verdict=fail&export=xlsx")
    head, *lines = load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)
    assert head[1:3] == ("事项", "结论")
    assert [line[1:3] for line in lines] == [("每一行源数据都有去向 · drugs", "未过")]


def test_a_record_opens_beside_the_list(records, project, engineer, signed_in):
    client, last = signed_in(engineer), records.first()
    address = f"/p/{project.code}/ledger/{last.chain.writer}/{last.seq}/"
    beside = client.get(address, headers={"HX-Request": "true"}).content.decode()
    whole = client.get(address).content.decode()
    assert "<html" not in beside
    assert last.subject in beside
    assert "<html" in whole
