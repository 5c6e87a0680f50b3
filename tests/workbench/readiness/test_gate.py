import pytest

from luodi.evidence.stored import decode
from luodi.workbench.core.hosted import HostedSite
from luodi.workbench.core.models import StoredRecord
from luodi.workbench.core.pages import kept

PASSWORD = "Correct horse 7"


@pytest.fixture
def address(project):
    return f"/p/{project.code}/gates/go_live_review/"


def words(**given):
    return {"seat": "finance", "choice": "agree", "password": PASSWORD, **given}


def test_it_works(address, engineer, signed_in):
    answer = signed_in(engineer).get(address)
    assert answer.status_code == 200
    assert "三天后上不上线？" in answer.content.decode()
    assert answer.context["form"] is None  # no seat at this gate


def test_a_gate_that_is_not_there(project, engineer, signed_in):
    assert signed_in(engineer).get(f"/p/{project.code}/gates/nowhere/").status_code == 404


def test_signing(project, address, finance, signed_in):
    assert signed_in(finance).post(address, words()).status_code == 302
    record = decode(bytes(StoredRecord.objects.get(verb="sign").line))
    assert record.actor == "陈科长"
    assert record.decision.seat == "finance"
    assert record.writer in {key.writer for key in HostedSite.of(project).trusted.values()}
    report, _ = HostedSite.of(project).check("go_live_review")
    (signature,) = [each for each in report.signatures if each.seat.id == "finance"]
    assert signature.counts


def test_a_wrong_password_signs_nothing(address, finance, signed_in):
    answer = signed_in(finance).post(address, words(password="guess"))
    assert "password" in answer.context["form"].errors
    assert not StoredRecord.objects.filter(verb="sign").exists()


def test_a_seat_one_does_not_hold(address, finance, signed_in):
    answer = signed_in(finance).post(address, words(seat="hospital_leader"))
    assert "seat" in answer.context["form"].errors


def test_a_seat_nobody_gave(address, engineer, signed_in):
    assert signed_in(engineer).post(address, words()).status_code == 403


def test_a_condition_that_does_not_read(address, finance, signed_in):
    given = words(choice="agree_if", conditions="补测|王科长|明天")
    assert "conditions" in signed_in(finance).post(address, given).context["form"].errors


def test_an_objection_needs_a_reason(address, finance, signed_in):
    answer = signed_in(finance).post(address, words(choice="disagree"))
    assert answer.context["form"].non_field_errors()
    assert not StoredRecord.objects.filter(verb="sign").exists()


def test_only_the_decider_decides(address, finance, leader, signed_in):
    answer = signed_in(finance).post(address, words(choice="adopt"))
    assert "choice" in answer.context["form"].errors
    given = words(seat="hospital_leader", choice="adopt", reason="阈值同意")
    assert signed_in(leader).post(address, given).status_code == 302


def test_a_go_does_not_follow_without_evidence(address, leader, signed_in):
    given = words(seat="hospital_leader", choice="go")
    assert signed_in(leader).post(address, given).context["form"].non_field_errors()


def test_what_was_typed_survives_a_session_that_ran_out(address, finance, signed_in):
    client = signed_in(finance)
    assert 'name="_owner"' in client.get(address).content.decode()
    client.logout()
    given = words(choice="disagree", reason="押金差 12.50 元", _owner=kept.owner(finance))
    assert client.post(address, given)["Location"].startswith("/accounts/login/")
    client.post("/accounts/login/", {"login": "陈科长", "password": PASSWORD})
    form = client.get(address).context["form"]
    assert form.initial["reason"] == "押金差 12.50 元"
    assert "password" not in form.initial
