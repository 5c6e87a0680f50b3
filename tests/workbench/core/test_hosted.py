from luodi.evidence.gate.answer import State
from luodi.evidence.model import ContentInput, Side, Verdict
from luodi.evidence.outcome import Act, Outcome
from luodi.workbench.core.hosted import HostedSite, frozen, host, write_content
from luodi.workbench.core.models import ContentFile


def texts(project):
    return {file.name: file.text for file in project.content.all()}


def test_it_works(project, folder):
    assert project.code == folder.project.project
    assert project.hospital.name == "东江市第一人民医院"
    assert {"landing.toml", "gates.toml", "plan.toml"} <= set(texts(project))
    site = HostedSite.of(project)
    assert [gate.id for gate in site.folder.gates] == [gate.id for gate in folder.gates]


def test_hosting_again_brings_what_is_new(project, folder):
    (folder.path / "mapping").mkdir()
    (folder.path / "mapping" / "patients.toml").write_text("format = 1\n", "utf-8")
    again = host(folder, vendor="样例软件公司")
    assert again == project
    assert "mapping/patients.toml" in texts(again)
    assert again.revision == project.revision + 1


def test_the_same_words_are_no_new_revision(project):
    before = project.revision
    write_content(project, texts(project), by=None)
    assert project.revision == before


def test_a_removed_file_is_gone_and_stays_in_the_history(project):
    kept = texts(project)
    kept.pop("plan.toml")
    write_content(project, kept, by=None)
    assert "plan.toml" not in texts(project)
    assert ContentFile.history.filter(name="plan.toml", history_type="-").exists()


def test_a_run_works_on_a_frozen_version(project, luodi_home):
    site = HostedSite.of(project)
    place = frozen(project, site.home).path
    write_content(
        project, {**texts(project), "landing.toml": texts(project)["landing.toml"] + "\n"}, by=None
    )
    assert frozen(project, site.home).path != place
    assert place.is_dir()


def test_evidence_goes_stale_with_the_content(project):
    write_content(project, {**texts(project), "mapping/p.toml": "format = 1\n"}, by=None)
    site = HostedSite.of(project)
    item = site.folder.input("mapping/p.toml")
    assert isinstance(item, ContentInput)
    outcome = Outcome(
        None,
        subject="migration:patients",
        engine="demo",
        verb="reconcile",
        verdict=Verdict.PASS,
        inputs=(item,),
    )
    site.perform(Act("demo", "reconcile", "migration:patients"), lambda: outcome)
    write_content(project, {**texts(project), "mapping/p.toml": "format = 1\nx = 2\n"}, by=None)
    report, _ = HostedSite.of(project).check("go_live_review")
    states = {each.criterion.id: each.state for each in report.criteria}
    assert states["data.rows_accounted"] in (State.STALE, State.FAIL)


def test_each_side_signs_with_a_key_of_its_own(project):
    vendor, hospital = HostedSite.of(project), HostedSite.of(project, Side.HOSPITAL)
    assert vendor.signer.side is Side.VENDOR
    assert hospital.signer.side is Side.HOSPITAL
    assert vendor.signer.writer != hospital.signer.writer
    assert {vendor.signer.writer, hospital.signer.writer} <= set(vendor.trusted)
