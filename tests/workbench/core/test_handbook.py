import re

import pytest

from luodi.workbench.core import handbook


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_works(lang):
    chapters = handbook.chapters(lang)
    assert {"migration", "gates", "evidence"} <= {each.name for each in chapters}
    assert all(each.title and each.html for each in chapters)


def test_the_language_is_the_readers():
    assert handbook.chapter("gates", "zh").html != handbook.chapter("gates", "en").html


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_link_stays_in_the_house(lang):
    names = {each.name for each in handbook.chapters(lang)}
    for each in handbook.chapters(lang):
        for address in re.findall(r'(?:href|src)="([^"]*)"', each.html):
            known = re.fullmatch(r"/help/([\w-]+)(?:/(?:#.*)?|\.svg)|#.*", address)
            assert known, (each.name, address)
            if known[1] and not address.endswith(".svg"):
                assert known[1] in names


def test_two_signs_are_found():
    found = handbook.search(["对账"], "zh", 5)
    assert found
    assert all(
        "对账" in each.section.heading + each.section.text + each.chapter.title for each in found
    )


def test_nothing_in_a_page_can_run():
    html = handbook._html(
        '# x\n<script>alert(1)</script>\n[y](javascript:alert(1))\n<b onclick="z">'
    )
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "<b" not in html


def test_a_page_that_is_not_there(client, engineer, signed_in):
    for address in ("/help/nothing/", "/help/nothing.svg"):
        assert signed_in(engineer).get(address).status_code == 404


def test_pages_and_pictures_are_shown(engineer, signed_in):
    client = signed_in(engineer)
    assert "证据" in client.get("/help/evidence/").content.decode()
    assert client.get("/help/?q=台账").context["found"]
    assert client.get("/help/house.svg").headers["Content-Type"] == "image/svg+xml"
