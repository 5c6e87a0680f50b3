"""``luodi migrate map``: the mapping table: look, check, Excel out and in, compare, sign.

One file per verb; the first, ``show``, answers alone.
"""

from luodi.cli.migrate.group import app as migrate
from luodi.cli.migrate.map.accept import accept
from luodi.cli.migrate.map.check import check
from luodi.cli.migrate.map.diff import diff
from luodi.cli.migrate.map.export import export
from luodi.cli.migrate.map.fill import fill
from luodi.cli.migrate.map.group import app
from luodi.cli.migrate.map.import_ import import_
from luodi.cli.migrate.map.new import new
from luodi.cli.migrate.map.show import show
from luodi.cli.migrate.map.sign import sign
from luodi.cli.migrate.map.versions import versions

migrate.add_typer(app)

__all__ = [
    "accept",
    "app",
    "check",
    "diff",
    "export",
    "fill",
    "import_",
    "new",
    "show",
    "sign",
    "versions",
]
