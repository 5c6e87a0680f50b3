import asyncio

import pytest
from django.utils import translation

from luodi.workbench.core.models import Audience
from luodi.workbench.jobs.models import Job
from luodi.workbench.jobs.services import submit


def begin(client, project, **fields):
    given = {"verb": "evidence.verify", "key": "k"} | fields
    return client.post(f"/p/{project.code}/jobs/start/", given)


def test_it_works(project, engineer, signed_in, hand):
    client = signed_in(engineer)
    answer = begin(client, project)
    job = Job.objects.get()
    assert answer.headers["Location"] == f"/p/{project.code}/jobs/{job.pk}/"
    assert "data-stream" in client.get(answer.headers["Location"]).content.decode()
    hand.works()
    page = client.get(answer.headers["Location"]).content.decode()
    assert "完成" in page
    assert "逐条核验证据链" in page
    assert "data-stream" not in page
    assert "核验台账" in client.get(f"/p/{project.code}/jobs/").content.decode()


def test_pressing_twice_asks_once(project, engineer, signed_in):
    client = signed_in(engineer)
    assert begin(client, project).headers["Location"] == begin(client, project).headers["Location"]
    assert Job.objects.count() == 1


def test_without_jobs_the_page_teaches(project, engineer, signed_in):
    page = signed_in(engineer).get(f"/p/{project.code}/jobs/").content.decode()
    assert "还没有任务" in page
    assert "luodi up" in page  # nobody works here


@pytest.mark.parametrize("verb", ["", "test.unknown"])
def test_only_what_is_offered_is_begun(project, engineer, signed_in, verb):
    assert begin(signed_in(engineer), project, verb=verb).status_code == 403


def test_whoever_may_only_look_begins_nothing(project, leader, engineer, signed_in):
    client = signed_in(leader)
    assert begin(client, project).status_code == 403
    job = submit(project, "evidence.verify", engineer)
    page = client.get(f"/p/{project.code}/jobs/{job.pk}/").content.decode()
    assert "取消任务" not in page
    assert client.post(f"/p/{project.code}/jobs/{job.pk}/cancel/").status_code == 403


def test_cancelling_and_running_again(project, engineer, signed_in):
    job = submit(project, "evidence.verify", engineer)
    client, place = signed_in(engineer), f"/p/{project.code}/jobs/{job.pk}/"
    client.post(place + "cancel/")
    assert "已取消" in client.get(place).content.decode()
    client.post(place + "retry/")
    job.refresh_from_db()
    assert job.state == "queued"
    assert "只有失败" in client.post(place + "retry/", follow=True).content.decode()


def test_in_english(project, engineer, signed_in):
    job = submit(project, "evidence.verify", engineer)
    client = signed_in(engineer)
    client.cookies["luodi_language"] = "en"
    page = client.get(f"/p/{project.code}/jobs/{job.pk}/state/").content.decode()
    assert "Verify the ledger" in page
    assert "asked for by 张工" in page


@pytest.mark.parametrize("part", ["", "state/", "events/"])
def test_what_belongs_to_the_other_side_is_not_found(project, engineer, leader, signed_in, part):
    job = submit(project, "evidence.verify", engineer)
    Job.objects.update(audience=Audience.VENDOR)
    answer = signed_in(leader).get(f"/p/{project.code}/jobs/{job.pk}/{part}")
    assert answer.status_code == 404


def streamed(answer) -> str:
    async def read():
        return b"".join([part async for part in answer.streaming_content])

    return asyncio.run(read()).decode()


@pytest.mark.django_db(transaction=True)
def test_the_stream_tells_the_end_and_ends(project, engineer, signed_in, hand):
    job = submit(project, "evidence.verify", engineer)
    hand.works()
    answer = signed_in(engineer).get(f"/p/{project.code}/jobs/{job.pk}/events/")
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert "Content-Encoding" not in answer.headers
    said = streamed(answer)
    assert said.startswith("event: state\ndata: <section")
    assert said.endswith("event: end\ndata: \n\n")


def test_a_language_of_the_stream_is_the_readers(project, engineer):
    from luodi.workbench.jobs.views.events import _drawn

    job = submit(project, "evidence.verify", engineer)
    with translation.override("zh-hans"):
        html, is_open = _drawn(job.pk, "en")
    assert "Verify the ledger" in html
    assert is_open


def test_a_page_that_asks_by_itself_keeps_no_session_alive(project, engineer, signed_in):
    job = submit(project, "evidence.verify", engineer)
    client, place = signed_in(engineer), f"/p/{project.code}/jobs/{job.pk}/"
    assert "luodi_session" not in client.get(place + "state/").cookies
    assert "luodi_session" in client.get(place).cookies  # a person did that
