"""Generated people for the tests of dedupe and review, and a way to look for duplicates in them."""

from luodi.evidence.progress import Silent
from luodi.migration.dedupe import dedupe
from luodi.migration.linkage.bind import bind
from luodi.migration.linkage.into import into
from luodi.migration.linkage.prepare import Side
from luodi.migration.workspace import Workspace, quoted
from luodi.terminology.id_card import check_character

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "建国志强秀英桂兰海燕春梅文博雨桐子轩浩然诗涵思远晓东玉珍"
DISTRICTS = ("上城区", "拱墅区", "西湖区", "滨江区")
STREETS = ("教工路", "平安街", "体育场路", "中山北路", "学院路", "古墩路", "幸福路", "钱江路")


def id_card(area, birth, sequence):
    first = f"{area}{birth}{sequence:03}"
    return first + check_character(first)


def person(n):
    """Somebody; all differ in everything that counts."""
    year, month, day = 1940 + n * 7 % 70, n * 5 % 12 + 1, n * 11 % 28 + 1
    birth = f"{year}{month:02}{day:02}"
    male = n % 2
    given = GIVEN[n * 3 % 28] + GIVEN[(n * 17 + n // 28 + 5) % 28]
    return {
        "id": f"P{n:05}",
        "name": SURNAMES[n * 13 % 20] + given,
        "sex": "12"[1 - male],
        "birth": f"{birth[:4]}-{birth[4:6]}-{birth[6:]}",
        "id_card": id_card(330105 + n % 4, birth, n * 2 % 998 + male),
        "phone": f"13{n * 7919 % 10**9:09}",
        "address": f"浙江省杭州市{DISTRICTS[n % 4]}{STREETS[n % 8]}{n + 1}号{n % 9}幢{n % 30}01室",
    }


def people(number=300):
    return [person(n) for n in range(number)]


def changed(one, **changes):
    """A second row of somebody."""
    return {**one, **changes}


def stage(workspace, rows, name="patient", system="his"):
    """Put rows into the workspace as if they had been extracted; returns their columns."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    workspace.db.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(system)}")
    shape = ", ".join(f"{quoted(column)} VARCHAR" for column in columns)
    relation = workspace.relation(system, name)
    workspace.db.execute(f"CREATE TABLE {relation} (_ordinal BIGINT, {shape})")
    lines = [(n, *(row.get(c) for c in columns)) for n, row in enumerate(rows, 1)]
    into(workspace.db, relation, lines)
    return columns


def look_through(workspace, *tables, given=None, names=("patient", "other"), id="id"):
    """Look for duplicates in rows, or between two lists of them; the outcome."""
    sides = []
    for rows, name in zip(tables, names, strict=False):
        columns = stage(workspace, rows, name)
        fields = bind([c for c in columns if c != id], given or {}, table=name)
        sides.append(Side(workspace.relation("his", name), name, id, "_ordinal", fields))
    return dedupe(workspace, tuple(sides), progress=Silent())


def found(*tables, **options):
    """What dedupe finds in rows."""
    with Workspace.in_memory() as workspace:
        return look_through(workspace, *tables, **options).result


def classes(result):
    """Class of every pair, by its ids."""
    pairs = (*result.pairs, *result.kept_apart)
    return {frozenset((pair.left, pair.right)): str(pair.class_) for pair in pairs}
