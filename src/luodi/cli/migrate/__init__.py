"""``luodi migrate``: from a legacy hospital database to an exact reconciliation.

One file per verb; importing it puts the verb into the group, in the order of the work.
"""

# isort: off
from luodi.cli.migrate.group import app
from luodi.cli.migrate.connect import connect
from luodi.cli.migrate.extract import extract
from luodi.cli.migrate.profile import profile
from luodi.cli.migrate.assess import assess
from luodi.cli.migrate.map import app as map
from luodi.cli.migrate.load import load
from luodi.cli.migrate.rejects import rejects
from luodi.cli.migrate.reconcile import reconcile
from luodi.cli.migrate.dedupe import dedupe
from luodi.cli.migrate.review import review
from luodi.cli.migrate.rollback import rollback
from luodi.cli.migrate.status import status
from luodi.cli.migrate.suggest import suggest

__all__ = [
    "app",
    "assess",
    "connect",
    "dedupe",
    "extract",
    "load",
    "map",
    "profile",
    "reconcile",
    "rejects",
    "review",
    "rollback",
    "status",
    "suggest",
]
