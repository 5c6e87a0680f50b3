"""The SQL that sources are read with: by key, in pieces, never with an offset or a sort."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from luodi.migration.model import Table
from luodi.migration.source.model import Start, Value


@dataclass(frozen=True)
class Dialect:
    """How a product writes names, places of parameters and the first rows.

    ``limit`` gets the statement and the number of rows.
    """

    quote: Callable[[str], str]
    mark: Callable[[int], str]
    limit: Callable[[str, int], str]


def double_quoted(name: str) -> str:
    """A name as the SQL standard writes it (ISO/IEC 9075-2, 5.2)."""
    return '"' + name.replace('"', '""') + '"'


def backticked(name: str) -> str:
    """A name as MySQL writes it."""
    return "`" + name.replace("`", "``") + "`"


def bracketed(name: str) -> str:
    """A name as SQL Server writes it."""
    return "[" + name.replace("]", "]]") + "]"


def limit_last(statement: str, rows: int) -> str:
    """The first rows, as MySQL, PostgreSQL and SQLite say it."""
    return f"{statement} LIMIT {rows}"


def top(statement: str, rows: int) -> str:
    """The first rows, as every SQL Server says it; OFFSET came with 2012, brackets with 2005."""
    return statement.replace("SELECT ", f"SELECT TOP {rows} ", 1)


def rownum(statement: str, rows: int) -> str:
    """The first rows, as every Oracle says it; FETCH FIRST came with 12c."""
    return f"SELECT * FROM ({statement}) WHERE ROWNUM <= {rows}"


MYSQL = Dialect(backticked, lambda _: "%s", limit_last)
POSTGRESQL = Dialect(double_quoted, lambda _: "%s", limit_last)
SQLITE = Dialect(double_quoted, lambda _: "?", limit_last)
MSSQL = Dialect(bracketed, lambda _: "%s", top)
ORACLE = Dialect(double_quoted, lambda place: f":{place}", rownum)


def full_name(table: Table, dialect: Dialect) -> str:
    """A table's name in a statement."""
    name = dialect.quote(table.name)
    return f"{dialect.quote(table.schema)}.{name}" if table.schema else name


def behind(keys: Sequence[str], last: Sequence[Value], dialect: Dialect) -> tuple[str, list[Value]]:
    """The condition for rows behind a key.

    Row comparisons, ``(a, b) > (?, ?)``, are unknown to SQL Server and Oracle, and MySQL would not
    use its index for them.  So: ``a >= ? AND (a > ? OR (a = ? AND b > ?))``.

    Returns
    -------
    tuple
        The condition and the values of its marks.
    """
    values: list[Value] = []

    def mark(value: Value) -> str:
        values.append(value)
        return dialect.mark(len(values))

    def rest(place: int) -> str:
        name = dialect.quote(keys[place])
        further = f"{name} > {mark(last[place])}"
        if place == len(keys) - 1:
            return further
        return f"({further} OR ({name} = {mark(last[place])} AND {rest(place + 1)}))"

    if len(keys) == 1:
        return rest(0), values
    first = f"{dialect.quote(keys[0])} >= {mark(last[0])}"
    return f"{first} AND {rest(0)}", values


def _doubling(dialect: Dialect) -> Dialect:
    return replace(dialect, quote=lambda name: dialect.quote(name).replace("%", "%%"))


def greatest(
    relation: str, column: str, expression: str, most: str | None, dialect: Dialect
) -> tuple[str, list[Value]]:
    """Compile the statement for the greatest value of a column, of those up to `most` if given.

    Parameters
    ----------
    expression : str
        How the column is selected.
    """
    where, values = "", list[Value]()
    if most is not None:
        if dialect.mark(1) == "%s":
            expression, relation = expression.replace("%", "%%"), relation.replace("%", "%%")
            dialect = _doubling(dialect)
        where, values = f" WHERE {dialect.quote(column)} <= {dialect.mark(1)}", [most]
    name = dialect.quote(column)
    inner = f"SELECT max({name}) AS {name} FROM {relation}{where}"
    return f"SELECT {expression} FROM ({inner}) m", values


def select(
    table: Table,
    columns: Sequence[str],
    keys: Sequence[str],
    start: Start,
    dialect: Dialect,
    relation: str = "",
) -> tuple[str, list[Value]]:
    """Compile the statement for the next rows of a table.

    Parameters
    ----------
    columns : sequence of str
        Expressions to select, written for the product.
    keys : sequence of str
        Columns that order the rows; none reads them as they come, in one piece.
    relation : str
        How the statement names the table, where that is not its name.

    Returns
    -------
    tuple
        The statement and its parameters.
    """
    relation = relation or full_name(table, dialect)
    conditions: list[str] = []
    values: list[Value] = []
    if dialect.mark(1) == "%s" and (start.since or (keys and start.key is not None)):
        # Among such marks a percent sign in a name is written twice: 完成率%.
        columns = [column.replace("%", "%%") for column in columns]
        relation, dialect = relation.replace("%", "%%"), _doubling(dialect)
    if keys and start.key is not None:
        condition, values = behind(keys, start.key, dialect)
        conditions.append(condition)
    if start.since is not None:
        name, value = start.since
        values.append(value)
        conditions.append(f"{dialect.quote(name)} >= {dialect.mark(len(values))}")
    statement = f"SELECT {', '.join(columns)} FROM {relation}"
    if conditions:
        statement += f" WHERE {' AND '.join(conditions)}"
    if keys:
        statement += f" ORDER BY {', '.join(map(dialect.quote, keys))}"
        statement = dialect.limit(statement, start.piece)
    return statement, values
