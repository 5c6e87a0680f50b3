"""A bundle out of the workbench into a landing folder, and back in."""

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from luodi.evidence.model import Verdict
from luodi.evidence.outcome import Act, Outcome
from luodi.landing import keys
from luodi.landing.bundle.export import export
from luodi.landing.bundle.import_ import Choices, take_in, unpack_new
from luodi.landing.bundle.packed import read_bundle
from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.landing.site import Site
from luodi.workbench.core.hosted import HostedSite
from luodi.workbench.core.models import StoredRecord


@pytest.fixture
def address(project):
    return f"/p/{project.code}/exchange/"


@pytest.fixture
def colleague(project, address, engineer, signed_in, tmp_path) -> Site:
    """Somebody with a notebook: has the project's bundle, and both trust each other."""
    answer = signed_in(engineer).post(f"{address}bundle/")
    path = tmp_path / "sent.luodi"
    path.write_bytes(answer.content)
    settings = replace(read_settings(), home=tmp_path / "notebook", actor="赵工")
    home = Home.of(settings).prepare()
    signer = keys.own_signer(home, settings)
    keys.trust(Home.of(read_settings()), keys.show(signer).text)
    own = HostedSite.of(project).signer
    keys.trust(home, keys.show(own).text)
    bundle = read_bundle(path)
    folder = unpack_new(bundle, tmp_path / "笔记本" / "东江切换")
    site = Site(folder, home, settings)
    take_in(site, bundle, path, Choices(take_all=True))
    return site


def bundle_of(site: Site, name: str = "back.luodi") -> SimpleUploadedFile:
    target = site.home.path / name
    site.perform(
        Act("landing", "export", "project:x"),
        lambda: export(site.folder, site.chains, target, home=site.home, signer=site.signer),
    )
    return SimpleUploadedFile(name, target.read_bytes())


def work(site: Site) -> None:
    outcome = Outcome(
        None, subject="migration:patients", engine="demo", verb="load", verdict=Verdict.PASS
    )
    site.perform(Act("demo", "load", "migration:patients"), lambda: outcome)


def edit(site: Site, name: str, before: str, after: str) -> None:
    path = site.folder.path / name
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")


def come_in(client, address, file) -> str:
    answer = client.post(address, {"bundle": file})
    assert answer.status_code == 302, answer.context["form"].errors
    return answer["Location"]


def test_it_works(project, address, engineer, colleague, signed_in):
    work(colleague)
    edit(colleague, "plan.toml", "days = -3", "days = -4")
    client = signed_in(engineer)
    page = come_in(client, address, bundle_of(colleague))
    shown = client.get(page).content.decode()
    assert "赵工" in shown
    assert "+days = -4" in shown
    assert client.post(page, {"plan.toml": "take"})["Location"] == address
    texts = {file.name: file.text for file in project.content.all()}
    assert "days = -4" in texts["plan.toml"]
    assert project.content.get(name="plan.toml").changed_by == engineer
    assert StoredRecord.objects.filter(subject="migration:patients", verb="load").exists()
    assert HostedSite.of(project).verify().verdict is Verdict.PASS


def test_what_is_kept_stays(project, address, engineer, colleague, signed_in):
    edit(colleague, "plan.toml", "days = -3", "days = -4")
    client = signed_in(engineer)
    page = come_in(client, address, bundle_of(colleague))
    client.post(page, {"plan.toml": "keep"})
    assert "days = -3" in project.content.get(name="plan.toml").text


def test_what_is_not_decided_waits(project, address, engineer, colleague, signed_in):
    work(colleague)
    edit(colleague, "plan.toml", "days = -3", "days = -4")
    client = signed_in(engineer)
    page = come_in(client, address, bundle_of(colleague))
    assert client.post(page)["Location"] == page
    assert "days = -3" in project.content.get(name="plan.toml").text
    assert StoredRecord.objects.filter(verb="load").exists()  # ledgers merge all the same
    assert client.get(page).status_code == 200


def test_an_untrusted_key_is_refused_and_its_line_is_shown(
    project, address, engineer, colleague, signed_in
):
    file = bundle_of(colleague)
    keys.distrust(Home.of(read_settings()), "赵工")
    answer = signed_in(engineer).post(address, {"bundle": file})
    assert "赵工" in str(answer.context["form"].errors)
    assert not list((Home.of(read_settings()).state(project.code)).glob("incoming/*"))


@pytest.mark.parametrize("data", [b"", b"no zip at all", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_bundle(address, engineer, signed_in, data):
    answer = signed_in(engineer).post(address, {"bundle": SimpleUploadedFile("a.luodi", data)})
    assert answer.context["form"].errors


def test_a_bundle_that_is_not_there(address, engineer, signed_in):
    client = signed_in(engineer)
    for digest in ("0" * 64, "nonsense"):
        assert client.get(f"{address}{digest}/")["Location"] == address


def test_a_look_makes_no_record(project, address, engineer, signed_in):
    client = signed_in(engineer)
    assert client.get(f"{address}bundle/").status_code == 405
    assert client.get(address).status_code == 200
    assert not StoredRecord.objects.exists()


def test_finance_exchanges_nothing(address, finance, signed_in):
    assert signed_in(finance).get(address).status_code == 403
