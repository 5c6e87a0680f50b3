import json
import logging
import threading

import pytest

from luodi.workbench.running.logs import CORRELATION, JsonLines, LogFile


@pytest.fixture
def log(tmp_path):
    """A logger that writes to a file, and what it wrote."""
    handlers = []

    def made(name="luodi.test", **limits):
        handler = LogFile(tmp_path / "log" / "workbench.jsonl", **limits)
        handler.setFormatter(JsonLines())
        logger = logging.Logger(name)
        logger.addHandler(handler)
        handlers.append(handler)
        return logger

    yield made
    for handler in handlers:
        handler.close()


def written(tmp_path):
    return [
        json.loads(line)
        for path in sorted((tmp_path / "log").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


def test_it_works(log, tmp_path):
    token = CORRELATION.set("abc")
    log().info("job began", extra={"fields": {"job": 7}})
    CORRELATION.reset(token)
    (line,) = written(tmp_path)
    assert (line["event"], line["job"], line["correlation"]) == ("job began", 7, "abc")


def test_what_foreign_code_says_is_kept_without_its_values(log, tmp_path):
    log("django.request").warning("Bad value: %s", "王小明", extra={"fields": {"name": "王小明"}})
    assert written(tmp_path)[0]["event"] == "Bad value: %s"
    assert "王小明" not in (tmp_path / "log" / "workbench.jsonl").read_text("utf-8")


def test_an_exception_tells_where_and_not_what(log, tmp_path):
    try:
        raise ValueError("王小明 440102199001011234")
    except ValueError:
        log().exception("broken")
    (line,) = written(tmp_path)
    assert line["error"][0] == "builtins.ValueError"
    assert "test_logs.py" in line["error"][1]
    assert "王小明" not in json.dumps(line, ensure_ascii=False)


def test_a_full_file_is_turned_over_and_no_line_is_lost(log, tmp_path):
    loggers = [log(largest=2_000, kept=50) for _ in range(4)]  # as four processes would

    def write(logger, who):
        for number in range(60):
            logger.info("line", extra={"fields": {"who": who, "number": number}})

    threads = [
        threading.Thread(target=write, args=(logger, who)) for who, logger in enumerate(loggers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = {(line["who"], line["number"]) for line in written(tmp_path)}
    assert len(seen) == 240
    assert len(list((tmp_path / "log").glob("*.jsonl"))) > 5


def test_the_oldest_file_goes(log, tmp_path):
    logger = log(largest=100, kept=3)
    for _ in range(20):
        logger.info("a line that is longer than some of the others are")
    assert len(list((tmp_path / "log").glob("*.jsonl"))) <= 4


def test_nothing_is_made_before_the_first_line(log, tmp_path):
    log()
    assert not (tmp_path / "log").exists()


def test_a_request_is_logged_by_its_route_and_without_its_question(
    project, engineer, signed_in, monkeypatch
):
    from luodi.workbench.running import requests

    said = []
    monkeypatch.setattr(requests.LOG, "info", lambda event, extra: said.append(extra["fields"]))
    answer = signed_in(engineer).get(f"/p/{project.code}/jobs/?patient=王小明")
    (fields,) = said
    assert fields["route"] == "p/<str:project>/jobs/"
    assert (fields["status"], fields["user"]) == (200, engineer.pk)
    assert "王小明" not in str(fields)
    assert len(answer.headers["X-Request-ID"]) == 16
