"""The store of the ledger in the database, behind the protocol of `luodi.evidence.ledger`.

A record's bytes are stored as a landing folder stores them, so that chains go in and out
unchanged.  An append is one transaction: there is no half of one to recover from.  What a
transaction cannot notice, a database put back from an old backup, the memory in ``LUODI_HOME``
does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from luodi.evidence.catalogue import Param
from luodi.evidence.errors import LuodiError
from luodi.evidence.head import Head, SeenHeads, decode_head, encode_head, seal
from luodi.evidence.model import NO_DIGEST, Draft, Evidence, Finding, HeadMark
from luodi.evidence.stored import decode, link, opening
from luodi.evidence.suite import Signer
from luodi.workbench.core.models import Aside, Chain, Project, StoredRecord

PLACE = "database"
"""What an error calls the place where the chain is."""


class DatabaseLedger:
    """The chains of one project in the database.

    Parameters
    ----------
    project : Project
    signer : Signer, optional
        Key of the chain that is written; without it the ledger can only be read.
    seen : SeenHeads, optional
        Memory outside the database.
    """

    def __init__(
        self, project: Project, signer: Signer | None = None, *, seen: SeenHeads | None = None
    ) -> None:
        self.hosted = project
        self.project = project.code
        self.signer = signer
        self.seen = seen
        self.reports: list[Finding] = []

    # --- reading -------------------------------------------------------------------------------

    def writers(self) -> tuple[str, ...]:
        names = Chain.objects.filter(project=self.hosted).values_list("writer", flat=True)
        return tuple(sorted(names))

    def data(self, writer: str) -> bytes:
        lines = (
            StoredRecord.objects.filter(chain__project=self.hosted, chain__writer=writer)
            .order_by("seq")
            .values_list("line", flat=True)
        )
        return b"".join(bytes(line) + b"\n" for line in lines)

    def head(self, writer: str) -> Head | None:
        chain = Chain.objects.filter(project=self.hosted, writer=writer).first()
        return decode_head(bytes(chain.head), PLACE) if chain and chain.head else None

    def announced(self, writer: str) -> Head | None:
        return None

    # --- writing -------------------------------------------------------------------------------

    def append(self, drafts: Sequence[Draft]) -> tuple[Evidence, ...]:
        """Add records to the own chain.

        Raises
        ------
        LuodiError
            The ledger is read-only here, or not what this installation last saw, or a draft does
            not fit a record; in every case the chain is as it was.
        """
        signer = self._own()
        if not drafts:
            return ()
        with transaction.atomic():
            chain = self._locked(signer.writer)
            end = self._end(chain, signer)
            first = (opening(signer, drafts[0]),) if end.seq == 0 else ()
            records, lines, digest = link(
                signer, self.project, (*first, *drafts), seq=end.seq, digest=end.digest
            )
            size = chain.size + sum(len(line) + 1 for line in lines)
            head = seal(signer, self.project, records[-1].seq, size, digest, after=end.seq)
            _store(chain, zip(records, lines, strict=True))
            _seal(chain, head)
        self._remember(head)
        return records[len(first) :]

    def repair(self) -> tuple[Finding, ...]:
        """Refuse where no append would be taken; there is nothing to mend.

        Raises
        ------
        LuodiError
            As `append`.
        """
        signer = self._own()
        own = Chain.objects.filter(project=self.hosted, writer=signer.writer).first()
        # A chain that is only asked about is not begun: an empty one would not verify.
        self._end(own or Chain(project=self.hosted, writer=signer.writer), signer)
        return ()

    def adopt(self, writer: str, data: bytes, head: Head) -> None:
        with transaction.atomic():
            chain = self._locked(writer)
            present = self.data(writer)
            if not data.startswith(present):
                raise LuodiError("evidence.not_a_continuation", {"writer": writer})
            lines = data[len(present) :].splitlines()
            _store(chain, ((decode(line), line) for line in lines))
            _seal(chain, head)
        self._remember(head)

    def set_aside(self, writer: str, data: bytes, why: str) -> str:
        kept, _ = Aside.objects.get_or_create(
            project=self.hosted, writer=writer, why=why, data=data
        )
        return f"{PLACE}:aside/{kept.pk}"

    def _own(self) -> Signer:
        if self.signer is None:
            raise LuodiError("evidence.no_key", {"path": PLACE})
        return self.signer

    def _locked(self, writer: str) -> Chain:
        """The chain's row, held until the transaction ends: one append at a time."""
        chain, _ = Chain.objects.get_or_create(
            project=self.hosted, writer=writer, defaults={"digest": NO_DIGEST}
        )
        return Chain.objects.select_for_update().get(pk=chain.pk)

    def _end(self, chain: Chain, signer: Signer) -> HeadMark:
        """Where the own chain ends, once its head is known to be ours and the one we remember."""
        remembered = self.seen.of(chain.writer) if self.seen else None
        if chain.seq == 0:
            if remembered is not None:
                raise LuodiError("evidence.chain_lost", {"path": PLACE, "seq": remembered.seq})
            return HeadMark(writer=chain.writer, seq=0, digest=NO_DIGEST)
        if not chain.head:
            raise LuodiError("evidence.head_missing", {"path": PLACE})
        head = decode_head(bytes(chain.head), PLACE)
        own = head.public_key == signer.public_key.hex() and head.project == self.project
        if not (own and head.is_signed()):
            raise LuodiError("evidence.head_foreign", {"path": PLACE})
        last = StoredRecord.objects.filter(chain=chain).order_by("-seq").first()
        if last is None or signer.suite.digest(bytes(last.line)) != head.digest:
            raise LuodiError("evidence.altered", {"path": PLACE, "seq": head.seq})
        self._refuse_rollback(chain, head, remembered, signer)
        return head.mark

    def _refuse_rollback(
        self, chain: Chain, head: Head, remembered: HeadMark | None, signer: Signer
    ) -> None:
        if remembered is None:
            return
        place: dict[str, Param] = {
            "path": PLACE,
            "seq": head.seq,
            "remembered": remembered.seq,
        }
        if head.seq < remembered.seq:
            raise LuodiError("evidence.rolled_back", place)
        known = StoredRecord.objects.filter(chain=chain, seq=remembered.seq).first()
        if known is None or signer.suite.digest(bytes(known.line)) != remembered.digest:
            raise LuodiError("evidence.rewritten", place)

    def _remember(self, head: Head) -> None:
        """Keep the head outside the database."""
        if self.seen is not None:
            self.reports.extend(self.seen.keep(head.mark))


def _store(chain: Chain, linked: Iterable[tuple[Evidence, bytes]]) -> None:
    StoredRecord.objects.bulk_create(
        (_row(chain, record, line) for record, line in linked), batch_size=500
    )


def _row(chain: Chain, record: Evidence, line: bytes) -> StoredRecord:
    return StoredRecord(
        chain=chain,
        seq=record.seq,
        line=line,
        recorded=record.recorded,
        kind=record.kind.value,
        environment=record.environment.value,
        subject=record.subject,
        engine=record.engine,
        verb=record.verb,
        status=record.status.value,
        verdict=record.verdict.value,
        actor=record.actor,
    )


def _seal(chain: Chain, head: Head) -> None:
    chain.seq, chain.size, chain.digest = head.seq, head.size, head.digest
    chain.head = encode_head(head)
    chain.save(update_fields=["seq", "size", "digest", "head"])
