"""The nouns of the workbench.

Read in this order: ``sides`` (closed sets: side, function, audience), ``people``, ``projects``,
``records`` (the base of everything that belongs to a project, and who may see it), ``content``
(a landing's own files, hosted), ``files`` (what people upload), ``evidence`` (the ledger),
``pages`` (what pages keep for a reader).
"""

from luodi.workbench.core.models.content import ContentFile
from luodi.workbench.core.models.evidence import Aside, Chain, StoredRecord
from luodi.workbench.core.models.files import StoredFile
from luodi.workbench.core.models.pages import ChosenColumns, PendingImport
from luodi.workbench.core.models.people import Department, Organisation, User
from luodi.workbench.core.models.projects import Membership, Project
from luodi.workbench.core.models.records import ProjectRecord
from luodi.workbench.core.models.sides import Audience, Function, Office, Side
from luodi.workbench.core.models.versions import Versioned

__all__ = [
    "Aside",
    "Audience",
    "Chain",
    "ChosenColumns",
    "ContentFile",
    "Department",
    "Function",
    "Membership",
    "Office",
    "Organisation",
    "PendingImport",
    "Project",
    "ProjectRecord",
    "Side",
    "StoredFile",
    "StoredRecord",
    "User",
    "Versioned",
]
