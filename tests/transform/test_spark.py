"""Spark in local mode says what DuckDB and PostgreSQL say; it needs Java (``make soak``)."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from luodi.transform.dialect.spark import SETTINGS, SPARK
from luodi.transform.model import Kind
from transform import cases, generated
from transform.engines import Engine

pytestmark = [
    pytest.mark.soak,
    pytest.mark.needs("module:pyspark", "java"),
    # pyspark warns of its own dependencies.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session that speaks to this machine only."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    builder = SparkSession.builder.master("local[2]").appName("luodi-test")
    mine = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.driver.memory": "1g",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder),
        "spark.sql.session.timeZone": "UTC",
    }
    for key, value in {**mine, **SETTINGS}.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()


class Views(Engine):
    """Rows are a view: Spark would write a table to disk."""

    def __init__(self, session: Any) -> None:
        super().__init__(SPARK, lambda sql: [tuple(row) for row in session.sql(sql).collect()])
        self.session = session

    def keep(self, table, columns, rows):
        types = [SPARK.type_of(one.kind, one.precision or 38, one.scale or 0) for one in columns]
        names = [SPARK.identifier(one.name) for one in columns]
        pairs = zip(["_ordinal", *names], ["BIGINT", *types], strict=True)
        schema = ", ".join(f"{name} {type_}" for name, type_ in pairs)
        numbered = [(ordinal, *map(typed, row, columns)) for ordinal, row in enumerate(rows, 1)]
        self.session.createDataFrame(numbered, schema).createOrReplaceTempView(table)


@pytest.fixture
def spark(session):
    return Views(session)


def typed(value: Any, column: Any) -> Any:
    if value is None:
        return None
    match column.kind:
        case Kind.DATE:
            return datetime.date.fromisoformat(value)
        case Kind.DATETIME:
            return datetime.datetime.fromisoformat(value)
        case Kind.DECIMAL:
            return Decimal(value)
        case _:
            return value


def test_it_listens_to_this_machine_only(session):
    assert session.conf.get("spark.driver.bindAddress") == "127.0.0.1"
    assert session.sparkContext.uiWebUrl is None


@pytest.mark.parametrize("case", cases.CASES, ids=cases.name)
def test_every_operation(spark, case):
    assert cases.outcomes(spark, case) == dict(case["cases"])


@settings(generated.either, max_examples=20)
@given(column=generated.columns(20))
def test_generated_texts(spark, column):
    generated.check([spark], column)
