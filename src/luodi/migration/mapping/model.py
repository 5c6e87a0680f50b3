"""The nouns of a mapping, as ``mapping/<domain>.toml`` writes them.

::

    format = 1
    domain = "patients"
    title = { zh = "患者", en = "Patients" }
    owner = "medical_records"           # the department that signs
    source = "old_his"
    target = "new_his"

    [[feed]]
    id = "patient"
    from = "pms_patient"
    to = "patient"
    [feed.key]
    column = "id"                       # target column that receives the generated key
    strategy = "sequence"
    [[feed.column]]
    to = "name"
    from = ["name"]
    steps = [{ op = "trim" }, { op = "require" }]

    [[dictionary]]                      # optional: where the values come from and must exist
    id = "sex"
    source = { table = "code_sex", value = "code", label = "name" }
    edition = "GB/T 2261.1-2003"

    [[exclude]]
    id = "empty_login_log"
    table = "sms_login_log"
    reason = "登录日志不迁"
    home = "老库只读备份，信息科机房 A3"
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from luodi.migration.model import Noun
from luodi.transform.model import Operation, Predicate

FORMAT = 1
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class KeyStrategy(StrEnum):
    """Where a target row's key comes from.

    SOURCE keeps the source key as it is; SEQUENCE counts on from the target's highest key (or its
    sequence); UUID makes one from the source key, the same at every rehearsal (RFC 9562, version
    5); MAPPED takes the value that the column's own rule gives.
    """

    SOURCE = "source"
    SEQUENCE = "sequence"
    UUID = "uuid"
    MAPPED = "mapped"


class KeyRule(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """How the rows of a feed get their key in the target."""

    column: str
    strategy: KeyStrategy = KeyStrategy.SOURCE


class ColumnRule(Noun, frozen=True, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    """One target column: source columns and the steps their value takes.

    The first source column starts the pipeline; the others are for the steps that name them.
    Without a source column the pipeline starts with NULL.
    """

    to: str
    from_: tuple[str, ...] = ()
    steps: tuple[Operation, ...] = ()
    note: str = ""


class MergeRule(Noun, frozen=True, kw_only=True):
    """Rows that agree in ``by`` (target columns, after their steps) become one target row.

    The row that is lowest in ``order`` (source columns, ``-`` in front for highest first; the
    ordinal breaks ties) is loaded, the others are merged into it.
    """

    by: tuple[str, ...]
    order: tuple[str, ...] = ()


class Feed(Noun, frozen=True, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    """Rows of one source table that become rows of one target table.

    A source table may have several feeds.  A row that one of them rejects is rejected by all, so
    that nobody arrives in halves.  ``where`` narrows the feed to some rows; a row that no feed
    takes and no exclusion names is unaccounted for.  ``source_key`` overrides the primary key of
    the source table where that has none.
    """

    id: Identifier
    from_: str
    to: str
    key: KeyRule
    columns: tuple[ColumnRule, ...] = msgspec.field(name="column", default=())
    where: Predicate | None = None
    merge: MergeRule | None = None
    source_key: tuple[str, ...] = ()
    review: Identifier | Literal[""] = ""
    """Queue of `review` whose open items hold back their rows: ``patients``."""
    link: str = ""
    """Target column that gets the key of the row this one is linked to at the review desk.

    A row that leads, or is linked with nobody, keeps what a rule for that column says, else NULL.
    """
    note: str = ""


class Exclusion(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """A scope decision: rows that are not migrated, why, and where they can still be read.

    ``where`` absent means the whole table.  It counts once it is signed; see `sign`.
    """

    id: Identifier
    table: str
    reason: str
    home: str
    where: Predicate | None = None


class Terms(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """A list of terms that lives in a table: drugs, diagnoses, departments.

    ``value`` is the column whose values a dictionary translates, ``label`` the one people read;
    the others tell a drug or a service from its namesakes.
    """

    table: str
    value: str
    label: str = ""
    specification: str = ""
    manufacturer: str = ""
    unit: str = ""


class DictionaryRule(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of the dictionary ``mapping/<id>.tsv`` besides its entries.

    ``source`` and ``target`` name the lists it leads from and to; ``edition`` the edition of the
    target's codes, such as 国临 2.0.
    """

    id: Identifier
    source: Terms | None = None
    target: Terms | None = None
    edition: str = ""
    note: str = ""


class Title(Noun, frozen=True, kw_only=True):
    """A name in both languages."""

    zh: str
    en: str


class Mapping(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """One domain of the project: patients, drugs, charges."""

    format: Literal[1]
    domain: Identifier
    title: Title
    owner: str
    source: Identifier
    target: Identifier
    feeds: tuple[Feed, ...] = msgspec.field(name="feed", default=())
    exclusions: tuple[Exclusion, ...] = msgspec.field(name="exclude", default=())
    dictionaries: tuple[DictionaryRule, ...] = msgspec.field(name="dictionary", default=())
    note: str = ""

    @property
    def file(self) -> str:
        """Place of this domain in the landing folder."""
        return f"mapping/{self.domain}.toml"

    def feed(self, feed_id: str) -> Feed | None:
        """Find a feed."""
        return next((feed for feed in self.feeds if feed.id == feed_id), None)


class EntryStatus(StrEnum):
    """What people decided of a value.

    OPEN: nothing yet.  PROPOSED: a program's suggestion, which counts for nothing until somebody
    accepts it.  ACCEPTED: it becomes the target value.  EMPTY: it says nothing and becomes NULL.
    """

    OPEN = "open"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    EMPTY = "empty"


class Entry(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """One value of the source and what it is called in the target."""

    source_value: str
    target_value: str = ""
    source_label: str = ""
    target_label: str = ""
    status: EntryStatus = EntryStatus.OPEN
    note: str = ""
    decided_by: str = ""

    @property
    def decided(self) -> bool:
        """Tell whether a person has decided."""
        return self.status in (EntryStatus.ACCEPTED, EntryStatus.EMPTY)


class Dictionary(Noun, frozen=True, kw_only=True):
    """``mapping/<name>.tsv``: values of the source, each with its value in the target."""

    name: Identifier
    entries: tuple[Entry, ...] = ()

    @property
    def file(self) -> str:
        """Place of this dictionary in the landing folder."""
        return f"mapping/{self.name}.tsv"

    @property
    def in_force(self) -> dict[str, str | None]:
        """What a load translates: source value to target value, None for one that says nothing."""
        return {
            entry.source_value: None if entry.status is EntryStatus.EMPTY else entry.target_value
            for entry in self.entries
            if entry.decided
        }


class Book(Noun, frozen=True, kw_only=True):
    """The whole mapping of a project (对照册): its domains and its dictionaries, by name."""

    mappings: tuple[Mapping, ...] = ()
    dictionaries: tuple[Dictionary, ...] = ()

    def mapping(self, domain: str) -> Mapping | None:
        """Find a domain."""
        return next((item for item in self.mappings if item.domain == domain), None)

    def dictionary(self, name: str) -> Dictionary | None:
        """Find a dictionary."""
        return next((item for item in self.dictionaries if item.name == name), None)

    @property
    def files(self) -> dict[str, Mapping | Dictionary]:
        """Everything by its place in the landing folder."""
        found: dict[str, Mapping | Dictionary] = {item.file: item for item in self.mappings}
        return found | {item.file: item for item in self.dictionaries}
