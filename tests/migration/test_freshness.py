"""A source is asked whether evidence still speaks for it."""

import pytest

from luodi.evidence.freshness import Freshness, Standing
from luodi.evidence.model import ContentInput
from luodi.evidence.progress import Silent
from luodi.landing.systems import System, Systems
from luodi.migration.connect import connect
from luodi.migration.freshness import sources
from luodi.migration.source import opened

SYSTEMS = Systems(format=1, source=(System(id="old", url="p.csv"),))


@pytest.fixture
def evidence(tmp_path):
    (tmp_path / "p.csv").write_text("id,name\n1,a\n", encoding="utf-8")
    with opened(SYSTEMS.source[0], tmp_path, lambda _: "") as source:
        (item,) = connect(source, progress=Silent()).inputs
    return item


def standing(tmp_path, item):
    resolve = sources(SYSTEMS, tmp_path, lambda _: "")
    answer = Freshness([resolve], {}, {})._answer(item)
    return answer.standing, answer.drift


def test_it_works(tmp_path, evidence):
    assert standing(tmp_path, evidence) == (Standing.SAME, 0)
    (tmp_path / "p.csv").write_text("id,name\n1,a\n2,b\n", encoding="utf-8")
    assert standing(tmp_path, evidence) == (Standing.DRIFTED, 1)


def test_another_structure(tmp_path, evidence):
    (tmp_path / "p.csv").write_text("id,title\n1,a\n", encoding="utf-8")
    assert standing(tmp_path, evidence)[0] is Standing.CHANGED


def test_a_source_that_is_gone(tmp_path, evidence):
    (tmp_path / "p.csv").unlink()
    assert standing(tmp_path, evidence)[0] is Standing.CHANGED


def test_a_source_that_does_not_answer(tmp_path, evidence):
    systems = Systems(format=1, source=(System(id="old", url="mysql://x@127.0.0.1:9/x"),))
    resolve = sources(systems, tmp_path, lambda _: "")
    assert resolve(evidence) is None


def test_what_is_not_a_source(tmp_path, evidence):
    resolve = sources(SYSTEMS, tmp_path, lambda _: "")
    assert resolve(ContentInput(name="source:old", digest="0" * 64)) is None
