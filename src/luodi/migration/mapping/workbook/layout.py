"""Sheets of the workbook, their columns, and which of them are read back.

Titles are in both languages, so that the workbook serves the hospital and the foreign engineer
alike; a column is known by either half of its title, whatever its place.
"""

from __future__ import annotations

from dataclasses import dataclass

FORMAT = 1
HIDDEN = "_luodi"
"""Sheet that tells which version the workbook was made from."""


@dataclass(frozen=True)
class Field:
    """A column of a sheet.

    ``width`` in characters; one that is only ``shown`` is not read back; ``choices`` become the
    list that Excel offers.
    """

    key: str
    zh: str
    en: str
    width: int = 14
    shown: bool = False
    choices: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.zh}\n{self.en}"


@dataclass(frozen=True)
class Sheet:
    """A kind of sheet."""

    zh: str
    en: str
    fields: tuple[Field, ...]

    @property
    def title(self) -> str:
        return self.zh

    def field(self, key: str) -> Field:
        return next(field for field in self.fields if field.key == key)


OVERVIEW = Sheet(
    "总览",
    "Overview",
    (
        Field("domain", "域", "Domain", 16),
        Field("zh", "名称", "Chinese title", 16),
        Field("en", "英文名称", "English title", 18),
        Field("owner", "归口科室", "Owner", 18),
        Field("source", "源系统", "Source", 14),
        Field("target", "目标系统", "Target", 14),
        Field("feeds", "数据流数", "Feeds", 9, shown=True),
        Field("rules", "字段规则数", "Column rules", 9, shown=True),
        Field("exclusions", "不迁范围数", "Exclusions", 9, shown=True),
        Field("note", "说明", "Note", 40),
    ),
)
FEEDS = Sheet(
    "数据流",
    "Feeds",
    (
        Field("domain", "域", "Domain", 14),
        Field("id", "数据流", "Feed", 16),
        Field("from", "源表", "Source table", 22),
        Field("from_comment", "源表说明", "Source comment", 22, shown=True),
        Field("rows", "行数", "Rows", 10, shown=True),
        Field("to", "目标表", "Target table", 22),
        Field("key", "目标主键", "Target key", 14),
        Field(
            "strategy",
            "主键来源",
            "Key strategy",
            12,
            choices=("source", "sequence", "uuid", "mapped"),
        ),
        Field("where", "条件", "Where", 30),
        Field("source_key", "源主键", "Source key", 16),
        Field("merge_by", "合并依据", "Merge by", 18),
        Field("merge_order", "合并次序", "Merge order", 18),
        Field("review", "复核队列", "Review queue", 12),
        Field("link", "关联字段", "Link column", 14),
        Field("note", "说明", "Note", 40),
    ),
)
COLUMNS = Sheet(
    "字段",
    "Columns",
    (
        Field("feed", "数据流", "Feed", 14),
        Field("from_table", "源表", "Source table", 18, shown=True),
        Field("from", "源字段", "Source columns", 22),
        Field("from_comment", "源字段说明", "Source comment", 20, shown=True),
        Field("from_type", "源类型", "Source type", 14, shown=True),
        Field("shape", "样式", "Shape", 16, shown=True),
        Field("to", "目标字段", "Target column", 22),
        Field("to_comment", "目标字段说明", "Target comment", 20, shown=True),
        Field("to_type", "目标类型", "Target type", 14, shown=True),
        Field("required", "必填", "Required", 7, shown=True),
        Field("rule", "规则", "Rule", 50),
        Field("note", "说明", "Note", 36),
    ),
)
DICTIONARY = Sheet(
    "字典",
    "Dictionary",
    (
        Field("source_value", "源值", "Source value", 18),
        Field("source_label", "源名称", "Source label", 28),
        Field("target_value", "目标值", "Target value", 18),
        Field("target_label", "目标名称", "Target label", 28),
        Field("status", "状态", "Status", 11, choices=("open", "proposed", "accepted", "empty")),
        Field("note", "说明", "Note", 40),
        Field("decided_by", "决定人", "Decided by", 14),
    ),
)
DICTIONARIES = Sheet(
    "字典目录",
    "Dictionaries",
    (
        Field("domain", "域", "Domain", 14),
        Field("id", "字典", "Dictionary", 18),
        *(
            Field(f"{side}_{name}", f"{said}{zh}", f"{english} {en}", 14)
            for side, said, english in (("source", "源", "Source"), ("target", "目标", "Target"))
            for name, zh, en in (
                ("table", "表", "table"),
                ("value", "值字段", "value"),
                ("label", "名称字段", "label"),
                ("specification", "规格字段", "specification"),
                ("manufacturer", "厂家字段", "manufacturer"),
                ("unit", "单位字段", "unit"),
            )
        ),
        Field("edition", "版本", "Edition", 14),
        Field("note", "说明", "Note", 36),
    ),
)
EXCLUSIONS = Sheet(
    "不迁范围",
    "Exclusions",
    (
        Field("domain", "域", "Domain", 14),
        Field("id", "编号", "Id", 20),
        Field("table", "源表", "Source table", 24),
        Field("rows", "行数", "Rows", 10, shown=True),
        Field("where", "条件", "Where", 36),
        Field("reason", "理由", "Reason", 44),
        Field("home", "只读存放处", "Read-only home", 36),
    ),
)
