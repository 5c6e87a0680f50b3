"""What one reconciliation shares: the batches, the source read again, totals, papers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from luodi.cli.migrate.group import Place, password, vault_of
from luodi.cli.terminal import Terminal

if TYPE_CHECKING:
    from luodi.evidence.model import Draft, Evidence
    from luodi.evidence.outcome import Outcome
    from luodi.evidence.progress import Progress
    from luodi.landing.site import Site
    from luodi.landing.systems import System
    from luodi.migration.batch import Batch
    from luodi.migration.reconciling.model import Reconciled
    from luodi.migration.reconciling.totals import Balance, Totals
    from luodi.migration.workspace import Workspace

AGAIN = "_again"


def _own(ask: Callable[[System], str], system: System, _: System) -> str:
    """Password of `system`, whichever name it is opened under; asked only where one is needed."""
    return ask(system)


class Desk:
    """What the parts of one reconciliation share, and what they came to."""

    def __init__(
        self, site: Site, workspace: Workspace, terminal: Terminal, progress: Progress
    ) -> None:
        self._site, self._workspace = site, workspace
        self._terminal, self._progress = terminal, progress
        self.reconciled: list[Outcome[Reconciled]] = []
        self.balanced: list[Outcome[Balance]] = []
        self.evidence: list[str] = []
        self.kept: list[str] = []
        self._target = ""

    def batches(self, name: str | None) -> list[Batch]:
        from luodi.evidence.errors import WrongUse
        from luodi.migration.batch import Batches, State

        known = Batches(self._workspace)
        if name is not None:
            return [known.get(name)]
        newest = {
            (each.domain, each.target): each for each in known.all() if each.state is State.LOADED
        }
        if not newest:
            raise WrongUse("migration.reconcile_nothing")
        return list(newest.values())

    @contextmanager
    def read_again(self, batches: list[Batch]) -> Iterator[None]:
        """Extract sources a second time beside the first, and forget that afterwards."""
        import msgspec

        from luodi.migration.connect import connect
        from luodi.migration.extract import extract
        from luodi.migration.source import opened

        ask = password(self._terminal)
        systems = sorted({each.source for each in batches})
        for name in systems:
            system = self._site.folder.systems.system(name)
            place = Place(system, self._site.folder.path, self._site)
            second = msgspec.structs.replace(place.system, id=name + AGAIN)
            # The same system under another name: its password is that of its own.
            with opened(second, place.base, partial(_own, ask, place.system)) as source:
                self._workspace.keep(connect(source, progress=self._progress).result)
                extract(self._workspace, source, fresh=True, progress=self._progress)
        try:
            yield
        finally:
            for name in systems:
                self._workspace.forget(name + AGAIN)

    def reconcile(self, batch: Batch, *, again: str, samples: int | None) -> None:
        from luodi.evidence.outcome import Act
        from luodi.migration.mapping.read import read_mapping
        from luodi.migration.reconcile import reconcile
        from luodi.migration.reconciling.totals import FILE
        from luodi.migration.target.open import opened_target

        system = self._site.folder.systems.target_named(batch.target)
        self._target = batch.target
        name = f"mapping/{batch.domain}.toml"
        there = (self._site.folder.path / name).is_file()
        rules = read_mapping(self._site.folder.path, batch.domain) if there else None
        told = self._totals() if (self._site.folder.path / FILE).is_file() else None
        with opened_target(
            system, self._site.folder.path, password(self._terminal), self._workspace
        ) as target:

            def verb() -> Outcome[Reconciled]:
                outcome = reconcile(
                    self._workspace,
                    batch.id,
                    target,
                    rules,
                    again=batch.source + again if again else "",
                    sums_by=() if told is None else told.sums_by,
                    inputs=(
                        *((self._site.folder.input(name),) if there else ()),
                        *((self._site.folder.input(FILE),) if told and told.sums else ()),
                    ),
                    progress=self._progress,
                )
                return outcome if samples is None else self._with_samples(outcome, batch, samples)

            act = Act("migration", "reconcile", f"migration:{batch.domain}")
            outcome, kept = self._site.perform(act, verb, environment=system.environment)
        self.reconciled.append(outcome)
        self._remember(kept)
        self._keep_refused(batch, outcome.result)

    def unmapped(self, batches: list[Batch]) -> None:
        from luodi.evidence.outcome import Act
        from luodi.migration.reconcile import UNMAPPED, reconcile_unmapped

        for source in sorted({each.source for each in batches}):
            own = [each for each in batches if each.source == source]
            system = self._site.folder.systems.target_named(own[0].target)
            act = Act("migration", "reconcile", f"migration:{UNMAPPED}")
            outcome, kept = self._site.perform(
                act,
                partial(reconcile_unmapped, self._workspace, own, source),
                environment=system.environment,
            )
            self.reconciled.append(outcome)
            self._remember(kept)

    def _totals(self) -> Totals:
        from luodi.landing.format import read_file
        from luodi.migration.reconciling.totals import FILE, read_totals

        folder = self._site.folder.path
        return read_totals(read_file(folder, FILE), str(folder / FILE))

    def totals(self, batches: list[Batch], *, again: str) -> None:
        from luodi.evidence.outcome import Act
        from luodi.migration.reconciling.totals import FILE, balance
        from luodi.migration.target.open import opened_target

        folder = self._site.folder
        wanted = self._totals().total
        for name in sorted({each.target for each in batches}):
            system = folder.systems.target_named(name)
            with opened_target(
                system, folder.path, password(self._terminal), self._workspace
            ) as target:
                for each in (total for total in wanted if total.target == name):
                    act = Act("migration", "reconcile", f"balance:{each.id}")
                    outcome, kept = self._site.perform(
                        act,
                        partial(
                            balance,
                            self._workspace,
                            each,
                            target,
                            source=each.system + again if again else "",
                            inputs=(folder.input(FILE),),
                            progress=self._progress,
                        ),
                        environment=system.environment,
                    )
                    self.balanced.append(outcome)
                    self._remember(kept)

    def print(self, folder: Path) -> list[str]:
        from luodi.evidence.catalogue import shown
        from luodi.evidence.model import now
        from luodi.evidence.outcome import Act
        from luodi.migration.reconciling.printed import SUBJECT, printed
        from luodi.migration.reconciling.report import About, Paper

        project = self._site.folder.project
        paper = Paper(
            [outcome.result for outcome in self.reconciled],
            [outcome.result for outcome in self.balanced],
            self._terminal.lang,
        )
        environment = self._site.folder.systems.target_named(self._target).environment
        about = About(
            project=project.name,
            hospital=project.hospital,
            printed=now().astimezone(),
            evidence=_short(self.evidence),
            mark=shown(environment, self._terminal.lang),
        )
        verdicts = [
            *(each.verdict for each in self.reconciled),
            *(each.verdict for each in self.balanced),
        ]
        outcome, _ = self._site.perform(
            Act("migration", "reconcile", SUBJECT),
            partial(printed, paper, about, folder, verdicts),
            environment=environment,
        )
        return list(map(str, outcome.result.paths))

    def _with_samples(
        self, outcome: Outcome[Reconciled], batch: Batch, count: int
    ) -> Outcome[Reconciled]:
        """Put rows for human eyes into the vault, while what was read back is still there."""
        from dataclasses import replace

        from luodi.migration.profiling.reports import put
        from luodi.migration.reconciling.samples import samples

        vault = vault_of(self._site)
        data = samples(self._workspace, batch, count)
        artefact = put(vault, f"samples/{batch.id}.xlsx", data)
        return replace(outcome, artefacts=(*outcome.artefacts, artefact))

    def _keep_refused(self, batch: Batch, result: Reconciled) -> None:
        """Rows that an importer refused, with what it said, into the vault's reject store."""
        from luodi.migration.reconciling.handed import export_refused

        for each in (handed for handed in result.handed if handed.refused):
            feed = batch.feed(each.feed)
            if feed is not None:
                export_refused(self._workspace, batch, feed, vault_of(self._site))
                name = f"rejects/{batch.id}/{feed.id}.importer.csv"
                self.kept.append(name)

    def _remember(self, kept: Evidence | Draft) -> None:
        from luodi.evidence.model import Evidence

        if isinstance(kept, Evidence):
            self.evidence.append(kept.id)


def _short(ids: list[str]) -> tuple[str, ...]:
    """Ids for the foot of a page: of one chain in a row only the first and last."""
    if len(ids) < 3:
        return tuple(ids)
    return (f"{ids[0]} … {ids[-1].rpartition(':')[2]}",)
