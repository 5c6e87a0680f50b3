"""Rows out of the workspace: both ways of writing lines give the values back."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from luodi.evidence.errors import LuodiError
from luodi.migration.target.rows import Rows
from luodi.migration.workspace import Workspace

VALUES = [
    (1, "张三", b"\x00\xff\\", "12.50"),
    (2, "", b"", None),
    (3, None, None, "0.00"),
    (4, '\\N\t"a,b"\n\r\\.', b"\\x41", "-1.00"),
    (5, "\\.", b"'", "1.00"),
]


@pytest.fixture
def workspace():
    with Workspace.in_memory() as workspace:
        workspace.db.execute(
            "CREATE OR REPLACE TABLE _luodi.r (id BIGINT, name VARCHAR, raw BLOB, fee DECIMAL(9,2))"
        )
        yield workspace


def filled(workspace, values=VALUES):
    workspace.db.execute("DELETE FROM _luodi.r")
    workspace.db.executemany("INSERT INTO _luodi.r VALUES (?, ?, ?, ?)", values)
    return Rows(workspace, "SELECT * FROM _luodi.r ORDER BY id", ("id", "name", "raw", "fee"))


@pytest.mark.parametrize("pipes", [True, False])
def test_it_works(workspace, pipes):
    tabbed = b"".join(filled(workspace).tabbed(pipes=pipes)).decode()
    assert tabbed.splitlines()[:3] == [
        "1\t张三\t\\\\x00ff5c\t12.50",
        "2\t\t\\\\x\t\\N",
        "3\t\\N\t\\N\t0.00",
    ]
    assert '4\t\\\\N\\t"a,b"\\n\\r\\\\.\t\\\\x5c783431\t-1.00\n5\t\\\\.\t' in tabbed


@pytest.mark.parametrize("form", [Rows.csv, Rows.tabbed])
def test_an_engine_that_fails_is_heard(workspace, form):
    failing = Rows(workspace, "SELECT CAST('王五' AS BIGINT) AS id", ("id",))
    with pytest.raises(LuodiError) as caught:
        b"".join(form(failing))
    assert caught.value.code.startswith("migration.")
    assert "王五" not in str(caught.value)


def test_a_reader_that_leaves_early(workspace):
    rows = Rows(workspace, "SELECT range AS id FROM range(1000000)", ("id",)).tabbed()
    assert next(rows)
    rows.close()


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # the table is made anew each time
@given(texts=st.lists(st.none() | TEXT | st.text("\\N\t\n\r.,\"'x", max_size=4), max_size=30))
def test_postgresql_reads_back_what_went_out(new_his, texts):
    new_his.execute("DROP TABLE IF EXISTS said; CREATE TABLE said (id int, name text, raw bytea)")
    with Workspace.in_memory() as workspace:
        workspace.db.execute(
            "CREATE OR REPLACE TABLE _luodi.r (id BIGINT, name VARCHAR, raw BLOB, fee DECIMAL(9,2))"
        )
        values = [
            (number, text, None if text is None else text.encode(), None)
            for number, text in enumerate(texts)
        ]
        if values:
            workspace.db.executemany("INSERT INTO _luodi.r VALUES (?, ?, ?, ?)", values)
        rows = Rows(workspace, "SELECT id, name, raw FROM _luodi.r", ("id", "name", "raw"))
        for pipes in (True, False):
            new_his.execute("DELETE FROM said")
            with (
                new_his.target.lane() as lane,
                lane.cursor() as cursor,
                cursor.copy("COPY said FROM STDIN") as copy,
            ):
                for block in rows.tabbed(pipes=pipes):
                    copy.write(block)
            found = new_his.rows("SELECT id, name, raw FROM said ORDER BY id")
            assert [tuple(line) for line in found] == [line[:3] for line in values]
