"""The generated hospital lands in the reference one, and every total balances to the cent."""

import sqlite3
import tomllib
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from luodi.evidence.model import Verdict
from luodi.evidence.progress import Silent
from luodi.migration.batch import Batches
from luodi.migration.dedupe import dedupe
from luodi.migration.linkage.sides import side_of
from luodi.migration.load import load
from luodi.migration.loading.account import Order
from luodi.migration.loading.plan import domains_in_order
from luodi.migration.mapping.model import Mapping
from luodi.migration.mapping.read import parse_dictionary
from luodi.migration.reconcile import reconcile, reconcile_unmapped
from luodi.migration.reconciling.report import About, Paper
from luodi.migration.reconciling.samples import samples
from luodi.migration.reconciling.totals import balance, read_totals
from luodi.migration.reviewing.offer import items_of, offer
from luodi.migration.reviewing.rows import reviewed
from luodi.migration.target.sqlite import SqliteTarget
from luodi.migration.workspace import Workspace
from luodi.reporting.model import Report, Table
from luodi.sandbox.data.generate import generate_into
from luodi.sandbox.data.model import Size
from luodi.sandbox.database import database_at
from luodi.sandbox.his.create import create
from luodi.sandbox.landing import files

FILES = {name: content.decode() for name, content in files().items()}
RULES = domains_in_order(
    [
        msgspec.convert(tomllib.loads(text), Mapping)
        for name, text in FILES.items()
        if name.startswith("mapping/") and name.endswith(".toml")
    ]
)
DICTIONARIES = {
    name[8:-4]: parse_dictionary(text, name[8:-4], name).in_force
    for name, text in FILES.items()
    if name.endswith(".tsv")
}
TOTALS = read_totals(tomllib.loads(FILES["totals.toml"]), "totals.toml").total
ELEVEN = {
    "inpatients",
    "beds",
    "deposits",
    "unsettled-charges",
    "long-term-orders",
    "paid-undispensed",
    "pending-reports",
    "appointments",
    "visit-cards",
    "stock",
    "invoice-numbers",
}


def test_every_total_of_a_cutover_night_is_defined() -> None:
    assert {total.id for total in TOTALS} == ELEVEN


@pytest.mark.slow
def test_it_works(tmp_path: Any) -> None:
    path = tmp_path / "new.db"
    create(database_at(str(path)), "", progress=Silent())
    target = SqliteTarget("new_his", path)
    with Workspace.in_memory() as workspace:
        generate_into(workspace, Size(patients=800, seed=5), "old_his", progress=Silent())
        reconciled = []
        for rules in RULES:
            order = Order(signed=frozenset(item.id for item in rules.exclusions))
            done = load(workspace, rules, target, DICTIONARIES, order, progress=Silent())
            outcome = reconcile(workspace, done.result.batch, target, rules, progress=Silent())
            assert outcome.verdict is Verdict.PASS, outcome.findings
            reconciled.append(outcome.result)
        batches = Batches(workspace).all()
        assert reconcile_unmapped(workspace, batches, "old_his").verdict is Verdict.PASS
        assert any(line.old for each in reconciled for line in each.sums)

        balances = [balance(workspace, t, target, progress=Silent()).result for t in TOTALS]
        assert [each.total.id for each in balances if not each.holds] == []
        assert all(each.old > 0 for each in balances), [(b.total.id, b.old) for b in balances]

        with sqlite3.connect(path) as db:
            db.execute(
                "UPDATE deposit SET amount = amount + 0.01 WHERE id = "
                "(SELECT min(id) FROM deposit WHERE state = 'held')"
            )
        db.close()
        deposits = next(total for total in TOTALS if total.id == "deposits")
        found = balance(workspace, deposits, target, progress=Silent())
        assert found.result.difference == Decimal("0.01")
        assert found.verdict is Verdict.FAIL

        stays = next(b for b in batches if b.domain == "inpatients")
        reconcile(workspace, stays.id, target, progress=Silent())
        assert samples(workspace, stays, 5).startswith(b"PK")
    target.close()
    said = Paper(reconciled, [*balances, found.result], "zh")
    printed = about()
    assert rows(said.report(printed)) < rows(said.details(printed))


@pytest.mark.slow
def test_people_found_twice_land_linked(tmp_path: Any) -> None:
    """From dedupe through the desk into the new hospital, whose master records name one person."""
    path = tmp_path / "new.db"
    create(database_at(str(path)), "", progress=Silent())
    target = SqliteTarget("new_his", path)
    (rules,) = (each for each in RULES if each.domain == "patients")
    with Workspace.in_memory() as workspace:
        hospital = generate_into(
            workspace, Size(patients=700, seed=7), "old_his", progress=Silent()
        )
        side = side_of(workspace, workspace.catalogue("old_his"), "BRXX", "BRID", {})
        found = dedupe(workspace, (side,), progress=Silent()).result
        offer(workspace, "patients", "old_his", "BRXX", items_of(found, "patients", "old_his"))
        said = reviewed(workspace, "patients", "old_his")
        order = Order(
            signed=frozenset(item.id for item in rules.exclusions),
            held={"patients": said.held},
            merged={"patients": said.merged},
            linked={"patients": said.linked},
        )
        done = load(workspace, rules, target, DICTIONARIES, order, progress=Silent())
        outcome = reconcile(workspace, done.result.batch, target, rules, progress=Silent())
        assert outcome.verdict is Verdict.PASS, outcome.findings
        with sqlite3.connect(path) as db:
            links = db.execute("SELECT id, master_id FROM patient WHERE master_id IS NOT NULL")
            pairs = links.fetchall()
        db.close()
        linked = next(figure.value for figure in done.figures if figure.name == "linked")
        assert len(pairs) == linked > 5
        whose = dict(
            workspace.db.execute(f"SELECT BRID, person FROM {hospital.truth}.person").fetchall()
        )
        same = sum(whose[one] == whose[other] for one, other in pairs)
        assert same >= 0.9 * linked
        desk = dict(
            workspace.db.execute(
                f"SELECT r.BRID, l.person FROM ({said.linked}) l "
                "JOIN old_his.BRXX r ON r._ordinal = l.ordinal"
            ).fetchall()
        )
        assert all(desk[one] == desk[other] for one, other in pairs)
        assert not {one for one, _ in pairs} & {other for _, other in pairs}
    target.close()


def about() -> About:
    from luodi.evidence.model import now

    return About(project="x", hospital="y", printed=now())


def rows(report: Report) -> int:
    return sum(len(block.rows) for block in report.blocks if isinstance(block, Table))
