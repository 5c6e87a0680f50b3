from luodi.evidence.model import Verdict
from luodi.evidence.outcome import Act, Outcome
from luodi.workbench.core.hosted import HostedSite


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
