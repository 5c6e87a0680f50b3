"""``systems.toml``: where data comes from and where it goes.  Never with a password.

::

    format = 1

    [[source]]
    id = "old_his"
    title = "老 HIS"
    url = "mysql://reader@10.1.2.3:3306/his"

    [[source]]
    id = "old_drugs"
    title = "药品导出"
    url = "exports/drugs.csv"            # beside this file
    encoding = "gb18030"
    delimiter = "|"

    [[target]]
    id = "new_his"
    title = "新 HIS"
    url = "postgresql://luodi@10.1.2.9:5432/his"
    environment = "rehearsal"
    in_use = false                       # true: the hospital works with it, roll-back refuses

    [[target]]
    id = "handover"
    url = "csv:handover"                 # a folder; one below it for each batch
    environment = "rehearsal"
    encoding = "gb18030"

    [[target]]
    id = "lis"
    url = "mysql://luodi@10.1.2.8:3306/lis_interface"
    environment = "rehearsal"
    interface = { status = "flag", new = "0", taken = ["1"], refused = ["2"], message = "err_msg" }
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec

from luodi.evidence.errors import WrongUse
from luodi.evidence.model import Environment, Noun
from luodi.evidence.shape import shape
from luodi.landing.format import read_file

T = TypeVar("T", bound="System")

FILE = "systems.toml"
PASSWORD = "LUODI_PASSWORD_"
"""Beginning of the environment variable that holds a system's password."""

SystemId = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
_Sign = Annotated[str, msgspec.Meta(max_length=1)]
_Delimiter = Annotated[str, msgspec.Meta(max_length=8, pattern=r"^[^\r\n]*$")]
_SECRET = re.compile(r"(?:^|[;?&\s])(?:password|passwd|pwd)\s*=", re.IGNORECASE)


class System(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """A system that is reached by a URL without a password, or a file's place.

    Parameters
    ----------
    id : str
        Name of the system in mappings, evidence and the workspace: ``old_his``.
    url : str
        ``product://user@host:port/database``, or a file or folder, seen from the landing folder.
    schemas : tuple of str
        Schemas to read; by default the connection's own.
    encoding : str
        How its text is stored, where the system cannot say so or says it wrongly; empty: detect.
    delimiter, quote, escape, null, header
        How a text file is written.  ``delimiter`` empty: detect, else up to eight signs;
        ``quote`` empty: none; ``null`` is the mark, unquoted, that stands for NULL.
    nvarchar : bool
        Have SQL Server turn text into Unicode, where a collation would garble it.
    deleted : bool
        Also read the rows of a DBF file that carry the deletion mark.
    watermark : mapping of str to str
        For each table, by its full name or ``*`` for all, the column that says when a row was last
        changed.
    overlap : int
        Minutes before the last watermark from which an extraction goes on: a transaction that
        began before it may have been committed after it.
    """

    id: SystemId
    url: str
    title: str = ""
    schemas: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: _Delimiter = ""
    quote: _Sign = '"'
    escape: _Sign = ""
    null: str = r"\N"
    header: bool = True
    nvarchar: bool = False
    deleted: bool = False
    watermark: Mapping[str, str] = msgspec.field(default_factory=dict)
    overlap: Annotated[int, msgspec.Meta(ge=0, le=44_640)] = 60

    @property
    def variable(self) -> str:
        """Environment variable that may hold the password."""
        return PASSWORD + self.id.upper()


class Interface(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """How a vendor's importer says what became of a row of an interface table (中间表).

    ``status`` is the column it writes to, ``new`` the value of a row that waits for it, ``taken``
    and ``refused`` the values it sets.  ``message`` is the column with its reason, which may name
    a patient; ``code`` one that holds nothing but an error code.
    """

    status: str
    new: str = "0"
    taken: tuple[str, ...] = ("1",)
    refused: tuple[str, ...] = ("2",)
    message: str = ""
    code: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the importer writes to."""
        return tuple(name for name in (self.status, self.message, self.code) if name)


class Procedures(Noun, frozen=True, kw_only=True, omit_defaults=True):
    """How rows are handed over by calling stored procedures; a mapping's ``to`` names one.

    ``undo`` names for each the procedure that takes a row out again, by its key; ``reads`` the
    table or view that shows the rows, its columns called like the parameters.  ``result`` is an
    output parameter and ``success`` its values that mean the row was taken.  ``for_good`` says that
    whoever loads accepts that rows of a procedure without ``undo`` stay.
    """

    undo: dict[str, str] = msgspec.field(default_factory=dict)
    reads: dict[str, str] = msgspec.field(default_factory=dict)
    result: str = ""
    success: tuple[str, ...] = ("0",)
    for_good: bool = False


class Target(System, frozen=True, kw_only=True, omit_defaults=True):
    """A system that data is loaded into.

    Parameters
    ----------
    in_use : bool
        The hospital works with it: nothing is taken back any more.
    control : str
        Schema (MySQL: database) of the control table, where the system's own will not do.
    local_marks : bool
        No control table at all: which parts are committed is kept in the workspace.
    interface, procedures
        The system is reached through interface tables or stored procedures.
    """

    environment: Environment
    in_use: bool = False
    control: str = ""
    local_marks: bool = False
    interface: Interface | None = None
    procedures: Procedures | None = None


class Systems(Noun, frozen=True, kw_only=True):
    """``systems.toml``."""

    format: Literal[1]
    source: tuple[System, ...] = ()
    target: tuple[Target, ...] = ()

    def system(self, system_id: str) -> System:
        """Find a source or target.

        Raises
        ------
        WrongUse
            ``landing.no_system``, with the systems there are.
        """
        return _named(system_id, (*self.source, *self.target))

    def target_named(self, system_id: str) -> Target:
        """Find a target.

        Raises
        ------
        WrongUse
            ``landing.no_system``, with the targets there are.
        """
        return _named(system_id, self.target)


def _named(system_id: str, systems: tuple[T, ...]) -> T:
    for system in systems:
        if system.id == system_id:
            return system
    known = tuple(system.id for system in systems)
    raise WrongUse("landing.no_system", {"system": system_id, "known": known})


def read_systems(folder: Path) -> Systems:
    """Read ``systems.toml``.

    Raises
    ------
    WrongUse
        ``landing.system_twice``, ``landing.system_password``; ``evidence.*`` for a field that is
        unknown, missing or wrong.
    LuodiError
        The file is missing or broken.
    """
    where = str(folder / FILE)
    systems = shape(read_file(folder, FILE), Systems, where)
    seen = set[str]()
    for system in (*systems.source, *systems.target):
        if system.id in seen:
            raise WrongUse("landing.system_twice", {"path": where, "system": system.id})
        seen.add(system.id)
        check_url(system)
    return systems


def check_url(system: System) -> None:
    """Refuse a URL that holds a password: it would lie in clear in files, logs and process lists.

    Raises
    ------
    WrongUse
        ``landing.system_password``; it does not repeat the URL.
    """
    try:
        held = urlsplit(system.url).password is not None
    except ValueError:
        held = False
    if held or _SECRET.search(system.url):
        raise WrongUse(
            "landing.system_password", {"system": system.id, "variable": system.variable}
        )


def password_of(system: System, environ: Mapping[str, str]) -> str | None:
    """Read a system's password from the environment; None where it is not there."""
    return environ.get(system.variable) or None
