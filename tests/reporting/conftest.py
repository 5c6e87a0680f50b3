"""A report with everything in it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from luodi.evidence.model import Verdict
from luodi.reporting.model import (
    Align,
    Column,
    Conclusion,
    Heading,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Report,
    Seat,
    Signatures,
    Table,
)

REPORT = Report(
    title="迁移对账报告",
    subtitle="住院 · 批次 inpatients_20261124_1032_k7q",
    project="HIS 切换",
    hospital="东江市第一人民医院",
    lang="zh",
    printed=datetime(2026, 11, 24, 10, 30, tzinfo=UTC),
    version="0.3.0",
    mark="演练",
    evidence=("vendor-1:42 4f1c9a", "sha256 0be1"),
    blocks=(
        Conclusion(verdict=Verdict.FAIL, word="未平", text="有 1 项总量不平，2 行没有去向。"),
        KeyFigures(
            figures=(
                KeyFigure(label="源数据", value="2,012,345 行"),
                KeyFigure(label="没有去向", value="2 行", state=Verdict.FAIL),
                KeyFigure(label="不一致", value="0 行", state=Verdict.PASS),
                KeyFigure(label="总量不平", value="1 项", state=Verdict.FAIL),
            )
        ),
        Heading(text="每张表的去向"),
        Paragraph(text="源 = 已入 + 合并 + 拒收 + 待审 + 排除，每行只算一次。", muted=True),
        Table(
            title="各表去向",
            columns=(
                Column(title="表", share=2),
                Column(title="源", align=Align.RIGHT),
                Column(title="已入", align=Align.RIGHT),
                Column(title="金额", align=Align.RIGHT),
            ),
            rows=(
                ("=BRXX", 212_000, 211_998, Decimal("1234.50")),
                ("住院登记", 18_000, 18_000, None),
                ("合计", 230_000, 229_998, Decimal("1234.50")),
            ),
            marks={0: Verdict.FAIL},
            total=True,
        ),
        Table(title="多出的行", columns=(Column(title="表"),), rows=(), empty="没有"),
        Heading(text="签字", level=2),
        Signatures(
            seats=(
                Seat(title="财务科", statement="预交金、未结费用、就诊卡余额对平到分"),
                Seat(title="药剂科", statement="库存按批号效期对平"),
            )
        ),
    ),
)


@pytest.fixture
def report() -> Report:
    return REPORT
