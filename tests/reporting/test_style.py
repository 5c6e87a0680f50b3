"""What stands at the top and the bottom of every page."""

from datetime import UTC, datetime

import msgspec

from luodi.reporting.model import Report
from luodi.reporting.style import head

REPORT = Report(
    title="报告",
    hospital="东江市第一人民医院",
    project="HIS 更换",
    version="1",
    printed=datetime(2026, 1, 1, tzinfo=UTC),
    lang="zh",
    mark="沙箱",
    evidence=(),
    blocks=(),
)


def test_it_works():
    assert head(REPORT) == "东江市第一人民医院 · HIS 更换 · 沙箱"


def test_a_project_named_after_its_hospital_is_named_once():
    same = msgspec.structs.replace(REPORT, project=REPORT.hospital, mark="")
    assert head(same) == "东江市第一人民医院"
