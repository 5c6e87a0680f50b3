import pytest
from django.core import mail

from luodi.workbench.core.contribution import NoticeKind
from luodi.workbench.core.models import Audience, Membership
from luodi.workbench.jobs.models import Job
from luodi.workbench.jobs.services import submit
from luodi.workbench.notices import channels
from luodi.workbench.notices.deliver import TRIES, deliver
from luodi.workbench.notices.models import Delivery, Notice
from luodi.workbench.notices.services import mark_read, notify, unread

KIND = NoticeKind("test.kind", "workbench.jobs.line_asked")


@pytest.fixture
def job(project, engineer):
    return submit(project, "evidence.verify", engineer)


def tell(job, *people, **params):
    return notify(people, KIND, job, params or {"person": "甲"}, address=f"/p/{job.project.code}/")


def test_it_works(job, engineer, signed_in):
    tell(job, engineer)
    client = signed_in(engineer)
    page = client.get("/notices/").content.decode()
    assert "甲 发起" in page
    assert '<span class="badge-count">1</span>' in page
    assert (
        client.get(f"/notices/{Notice.objects.get().pk}/")["Location"] == f"/p/{job.project.code}/"
    )
    assert unread(engineer) == 0


def test_whoever_may_not_see_the_record_hears_nothing(job, leader, outsider, third_party):
    Job.objects.update(audience=Audience.VENDOR)
    assert tell(job, leader, outsider, third_party) == ()


def test_whoever_left_the_project_sees_it_no_more(job, engineer, signed_in):
    (notice,) = tell(job, engineer)
    Membership.objects.all().delete()
    client = signed_in(engineer)
    assert "甲" not in client.get("/notices/").content.decode()
    assert client.get(f"/notices/{notice.pk}/").status_code == 404


def test_nobody_reads_or_marks_anothers(job, engineer, leader, signed_in):
    (notice,) = tell(job, engineer)
    assert signed_in(leader).get(f"/notices/{notice.pk}/").status_code == 404
    assert mark_read(leader, [notice.pk]) == 0


def test_all_at_once_are_marked_read(job, engineer, signed_in):
    tell(job, engineer)
    tell(job, engineer)
    signed_in(engineer).post("/notices/read/")
    assert unread(engineer) == 0


def test_an_address_of_another_site_is_not_followed(job, engineer, signed_in):
    (notice,) = tell(job, engineer)
    Notice.objects.update(address="https://example.org/")
    assert signed_in(engineer).get(f"/notices/{notice.pk}/")["Location"] == "/notices/"


def test_a_job_tells_its_owner_how_it_ended(job, hand, engineer, signed_in):
    hand.works()
    (notice,) = Notice.objects.filter(user=engineer)
    assert notice.code == "workbench.jobs.notice_done"
    assert notice.address.endswith(f"/jobs/{job.pk}/")


def test_an_empty_list_teaches(project, engineer, signed_in):
    assert "还没有通知" in signed_in(engineer).get("/notices/").content.decode()


# --- out of the page ------------------------------------------------------------------------------


@pytest.fixture
def mailing(settings, engineer):
    settings.EMAIL_OPEN = True
    settings.DEFAULT_FROM_EMAIL = "luodi@example.cn"
    engineer.email = "zhang@example.cn"
    engineer.save()


def test_nothing_leaves_unless_somebody_opened_a_way(job, engineer):
    engineer.email = "zhang@example.cn"
    engineer.save()
    tell(job, engineer)
    assert channels.channels() == ()
    assert (deliver(), Delivery.objects.count(), mail.outbox) == (0, 0, [])


def test_a_mail_says_one_sentence_in_both_languages(job, engineer, mailing):
    tell(job, engineer)
    assert deliver() == 1
    assert deliver() == 0
    (sent,) = mail.outbox
    assert sent.to == ["zhang@example.cn"]
    assert "甲 发起" in sent.body
    assert "asked for by 甲" in sent.body


def test_somebody_without_an_address_is_not_mailed(job, engineer, leader, mailing):
    tell(job, leader)
    assert Delivery.objects.count() == 0


def test_a_mail_server_that_refuses_is_asked_later_and_given_up(
    job, engineer, mailing, monkeypatch
):
    def refuse(self, notice):
        raise ConnectionRefusedError("zhang@example.cn")

    monkeypatch.setattr(channels.Email, "send", refuse)
    tell(job, engineer)
    for _ in range(TRIES + 1):
        deliver()
        Delivery.objects.update(due="2020-01-01T00:00:00Z")
    (delivery,) = Delivery.objects.all()
    assert (delivery.tries, delivery.sent) == (TRIES, None)
    assert delivery.given_up is not None
    assert delivery.error == "ConnectionRefusedError"


def test_whoever_left_meanwhile_gets_no_mail(job, engineer, mailing):
    tell(job, engineer)
    Membership.objects.all().delete()
    assert deliver() == 0
    assert mail.outbox == []


def test_a_robot_is_a_class_with_three_members(job, engineer, monkeypatch):
    heard = []

    class Robot:
        name = "robot"

        def reaches(self, user):
            return True

        def send(self, notice):
            heard.append(notice.code)

    for module in ("services", "deliver"):
        monkeypatch.setattr(f"luodi.workbench.notices.{module}.channels", lambda: (Robot(),))
    tell(job, engineer)
    assert deliver() == 1
    assert heard == ["workbench.jobs.line_asked"]
