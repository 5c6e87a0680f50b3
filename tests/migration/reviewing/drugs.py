"""A small drug table, the list it is mapped to, and both offered for review."""

from luodi.evidence.progress import Silent
from luodi.migration.mapping.model import Terms
from luodi.migration.model import Catalogue, Column, Kind, Table
from luodi.migration.reviewing.codes import offer_codes
from luodi.migration.reviewing.model import CodeList
from luodi.migration.suggest import Seen, suggest_terms
from luodi.migration.suggesting.model import Listed
from luodi.migration.suggesting.sort import Sort

COLUMNS = ("code", "name", "spec", "maker", "unit")
OLD = [
    ("1001", "阿莫西林胶囊", "0.25g*24粒/盒", "江苏恒瑞医药股份有限公司", "盒"),
    ("1002", "氯化钠注射液", "0.9%100ml/瓶", "中国大冢制药有限公司", "瓶"),
    ("1003", "院内制剂一号合剂", "500ml", "本院制剂室", "瓶"),
]
NEW = [
    ("XA01", "阿莫西林胶囊", "250mg×24粒", "江苏恒瑞医药", "盒"),
    ("XA02", "阿莫西林胶囊", "0.5g×24粒/盒", "江苏恒瑞医药", "盒"),
    ("XN01", "氯化钠注射液", "0.9%100ml", "大冢", "瓶"),
    ("XZ09", "玻璃酸酶", "500单位", "丙厂", "支"),
]
_TERMS = {
    "value": "code",
    "label": "name",
    "specification": "spec",
    "manufacturer": "maker",
    "unit": "unit",
}
TARGET_LIST = Terms(table="medicine", **_TERMS)
LIST = CodeList(dictionary="drug", system="old", terms=Terms(table="yp", **_TERMS), sort=Sort.DRUGS)


def term(value):
    """What the source's table says of a drug."""
    (row,) = [row for row in OLD if row[0] == value]
    return Listed(**dict(zip(_TERMS, row, strict=True)))


def stage_drugs(workspace):
    """Put both tables into a workspace, as connect and extract leave them."""
    for system, table, rows in (("old", "yp", OLD), ("new", "medicine", NEW)):
        columns = tuple(Column(name=name, type="text", kind=Kind.TEXT) for name in COLUMNS)
        made = Catalogue(
            system=system, product="test", tables=(Table(name=table, columns=columns),)
        )
        workspace.keep(made)
        typed = ", ".join(f"{name} VARCHAR" for name in COLUMNS)
        relation = workspace.relation(system, table)
        workspace.db.execute(f"CREATE TABLE {relation} (_ordinal BIGINT, {typed})")
        for place, row in enumerate(rows, 1):
            workspace.db.execute(f"INSERT INTO {relation} VALUES (?, ?, ?, ?, ?, ?)", [place, *row])


def offer(workspace, dictionary="drug"):
    """Propose codes for the old drugs and put them into their queue; the number of items."""
    found = suggest_terms(
        *(Seen(workspace.catalogue(name), workspace) for name in ("old", "new")),
        (LIST.terms, TARGET_LIST),
        Sort.DRUGS,
        progress=Silent(),
    )
    offered = CodeList(dictionary=dictionary, system="old", terms=LIST.terms, sort=Sort.DRUGS)
    target = [one.listed for one in found.known]
    return offer_codes(workspace, "drug_codes", offered, found.terms, found.matches, target)
