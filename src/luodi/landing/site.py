"""A landing folder with the installation that works in it: keys, trust, ledger, who is acting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeVar

from luodi.evidence.chain import Keep
from luodi.evidence.freshness import Reader, Resolver
from luodi.evidence.gate.answer import Shelf
from luodi.evidence.gate.check import GateReport, check
from luodi.evidence.gate.model import Gate
from luodi.evidence.gate.sign import Voice, sign
from luodi.evidence.head import SeenHeads
from luodi.evidence.ledger import Ledger
from luodi.evidence.model import Decision, Draft, Environment, Evidence, Finding, Side, Verdict
from luodi.evidence.outcome import Act, Author, Outcome, perform
from luodi.evidence.suite import Signer
from luodi.evidence.verify import Mark, Verification, verify
from luodi.landing.folder import LandingFolder
from luodi.landing.home import Home
from luodi.landing.keys import TrustedKey, own_signer, trusted_keys
from luodi.landing.settings import Settings

T = TypeVar("T")


def _nobody_listens(finding: Finding) -> None:
    """Findings stay in the ledger's own record of the repair."""


class Store(Ledger, Protocol):
    """A ledger as a site keeps it.

    ``seen`` is the memory outside it, ``reports`` what it had to tell of the last append.
    """

    seen: SeenHeads | None
    reports: list[Finding]


@dataclass(frozen=True)
class Site:
    """Where the engineer sits: one folder, one installation.

    ``resolvers`` answer for inputs that the folder does not hold, such as sources that can be
    reached from here; ``readers`` make more of them out of the records that count.
    """

    folder: LandingFolder
    home: Home
    settings: Settings
    tell: Callable[[Finding], None] = _nobody_listens
    resolvers: tuple[Resolver, ...] = ()
    readers: tuple[Reader, ...] = ()

    @classmethod
    def open(
        cls, start: Path, settings: Settings, tell: Callable[[Finding], None] | None = None
    ) -> Site:
        """Open the landing folder at `start` or above it with this installation's home.

        `tell` hears what the ledger had to mend.
        """
        folder, home = LandingFolder.find(start), Home.of(settings)
        return cls(folder, home, settings, tell or _nobody_listens)

    @cached_property
    def signer(self) -> Signer:
        """The installation's signing key, made on first use."""
        return own_signer(self.home, self.settings)

    @cached_property
    def trusted(self) -> Mapping[str, TrustedKey]:
        """Keys this installation trusts, its own among them."""
        return trusted_keys(self.home)

    @property
    def sides(self) -> dict[str, Side]:
        """Whose key writes which chain."""
        return {writer: key.side for writer, key in self.trusted.items()}

    @cached_property
    def chains(self) -> Store:
        """The ledger, to be read."""
        return self.folder.ledger(self.home)

    @cached_property
    def ledger(self) -> Store:
        """The ledger, to be written as well."""
        return self.folder.ledger(self.home, self.signer)

    def author(
        self, environment: Environment | None = None, actor: str = "", correlation: str = ""
    ) -> Author:
        """Who acts, in which environment: the folder's, unless told otherwise."""
        chosen = environment or self.folder.project.environment
        return Author(actor or self.settings.actor, chosen, correlation=correlation)

    def perform(
        self,
        act: Act,
        verb: Callable[[], Outcome[T]],
        *,
        environment: Environment | None = None,
        actor: str = "",
        correlation: str = "",
    ) -> tuple[Outcome[T], Evidence | Draft]:
        """Run a verb and keep its evidence in this site's ledger.

        `correlation` is the id of the run, by which a job, its log and its evidence are found.
        """
        author = self.author(environment, actor, correlation)
        try:
            return perform(act, verb, author=author, ledger=self.ledger)
        finally:
            for finding in self.ledger.reports:
                self.tell(finding)
            self.ledger.reports.clear()

    def verify(
        self, since: Iterable[Mark] = (), *, keep: Keep = Keep.NOTHING
    ) -> Outcome[Verification]:
        """Verify the ledger, also against the heads this installation has seen before."""
        seen = self.chains.seen.read() if self.chains.seen else {}
        remembered = [Mark(head, "LUODI_HOME") for head in seen.values()]
        return verify(self.chains, trusted=self.sides, since=(*since, *remembered), keep=keep)

    def remember(self, verification: Verification) -> None:
        """Keep the heads of chains that verify, so that their roll-back is noticed here."""
        if self.chains.seen is not None:
            self.chains.seen.remember(
                *(
                    chain.head.mark
                    for chain in verification.chains
                    if chain.head is not None and chain.verdict is not Verdict.FAIL
                )
            )

    def check(
        self, gate_id: str, moment: datetime | None = None
    ) -> tuple[GateReport, Verification]:
        """Check a gate against the verified ledger."""
        gate = self.folder.gate(gate_id)
        verification = self.verify(keep=Keep.NEWEST).result
        return next(self._check([gate], verification, moment)), verification

    def check_all(
        self, moment: datetime | None = None
    ) -> tuple[tuple[GateReport, ...], Verification]:
        """Check every gate against the verified ledger, read once."""
        verification = self.verify(keep=Keep.NEWEST).result
        return tuple(self._check(self.folder.gates, verification, moment)), verification

    def each_gate(self, moment: datetime | None = None) -> Iterator[GateReport]:
        """Check one gate after the other, reading the ledger once."""
        verification = self.verify(keep=Keep.NEWEST).result
        return self._check(self.folder.gates, verification, moment)

    def _check(
        self, gates: Iterable[Gate], verification: Verification, moment: datetime | None
    ) -> Iterator[GateReport]:
        shelf = Shelf(verification, [self.folder.resolve, *self.resolvers], self.readers)
        known = self.folder.gates
        for gate in gates:
            yield check(gate, verification, shelf, self.sides, moment, gates=known)

    def sign(self, gate_id: str, voice: Voice) -> tuple[Outcome[Decision], Evidence | Draft]:
        """Let a person speak at a gate, with this installation's key."""
        report, verification = self.check(gate_id)
        outcome = sign(report, voice, verification, self.signer.writer, self.signer.side)
        act = Act("evidence", outcome.verb, f"gate:{gate_id}")
        return self.perform(act, lambda: outcome, actor=voice.name)
