import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from luodi.evidence.gate.answer import State
from luodi.evidence.stored import decode
from luodi.workbench.core.hosted import HostedSite
from luodi.workbench.core.models import StoredFile, StoredRecord
from luodi.workbench.core.pages import kept

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def address(project):
    return f"/p/{project.code}/gates/go_live_review/attest/continuity.drill_2_hours/"


def words(**given):
    return {
        "statement": "门诊停机两小时演练",
        "countersigner": "信息科 李主任",
        "environment": "sandbox",
        "figure_0": "2",
        "figure_1": "0",
        "scan": SimpleUploadedFile("演练记录.pdf", PDF),
        **given,
    }


def test_it_works(project, address, engineer, signed_in):
    client = signed_in(engineer)
    page = client.get(address).content.decode()
    assert "2 小时停机演练" in page
    assert client.post(address, words()).status_code == 302
    record = decode(bytes(StoredRecord.objects.get(verb="attest").line))
    assert record.attestation.scan == StoredFile.objects.get().digest
    assert (record.attestation.signer, record.actor) == ("张工", "张工")
    report, _ = HostedSite.of(project).check("go_live_review")
    states = {each.criterion.id: each.state for each in report.criteria}
    assert states["continuity.drill_2_hours"] is State.PASS


def test_it_is_signed_with_the_key_of_ones_own_side(project, address, person, signed_in):
    nurse = person("护士长", "hospital", "nursing")
    assert signed_in(nurse).post(address, words()).status_code == 302
    record = decode(bytes(StoredRecord.objects.get(verb="attest").line))
    assert HostedSite.of(project).sides[record.writer] == "hospital"


def test_what_is_missing_is_said_beside_its_field(address, engineer, signed_in):
    answer = signed_in(engineer).post(address, {"environment": "sandbox"})
    assert {"statement", "countersigner", "scan", "figure_0", "figure_1"} == set(
        answer.context["form"].errors
    )


def test_a_scan_that_is_none_is_refused(address, engineer, signed_in):
    given = words(scan=SimpleUploadedFile("a.pdf", b"MZ"))
    answer = signed_in(engineer).post(address, given)
    assert "不是 pdf" in answer.context["form"].non_field_errors()[0]
    assert not StoredRecord.objects.exists()


def test_nobody_countersigns_themselves(address, engineer, signed_in):
    answer = signed_in(engineer).post(address, words(countersigner="张工"))
    assert answer.context["form"].non_field_errors()


@pytest.mark.parametrize("criterion", ["data.rows_accounted", "nowhere"])
def test_what_a_program_has_to_show_nobody_vouches_for(project, engineer, signed_in, criterion):
    address = f"/p/{project.code}/gates/go_live_review/attest/{criterion}/"
    assert signed_in(engineer).get(address).status_code == 404


def test_one_of_many_is_named(project, engineer, signed_in):
    address = f"/p/{project.code}/gates/go_live_review/attest/people.training/"
    given = words(thing="cashier", figure_0="98", figure_1="96")
    assert signed_in(engineer).post(address, given).status_code == 302
    assert StoredRecord.objects.filter(subject="training:cashier").exists()


def test_the_scan_of_a_refused_attestation_is_no_file_of_ours(address, engineer, signed_in):
    signed_in(engineer).post(address, words(countersigner="张工"))
    assert not StoredFile.objects.exists()


def test_what_was_typed_survives_a_session_that_ran_out(address, engineer, signed_in):
    client = signed_in(engineer)
    client.logout()
    client.post(address, words(_owner=kept.owner(engineer)))
    client.post("/accounts/login/", {"login": "张工", "password": "Correct horse 7"})
    form = client.get(address).context["form"]
    assert form.initial["countersigner"] == "信息科 李主任"
    assert "scan" not in form.initial
