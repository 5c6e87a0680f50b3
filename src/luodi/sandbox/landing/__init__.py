"""Files of a landing folder that lead the generated hospital into the reference one.

``systems.toml``, ``totals.toml`` and ``mapping/``: every table of the old system is mapped or
excluded, and every total that a cutover night hands over is defined.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from luodi.evidence.files import explained


def files() -> dict[str, bytes]:
    """The files, by their place in the landing folder."""
    room = resources.files("luodi") / "sandbox" / "landing"
    found = {name: (room / name).read_bytes() for name in ("systems.toml", "totals.toml")}
    for entry in sorted((room / "mapping").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith((".toml", ".tsv")):
            found[f"mapping/{entry.name}"] = entry.read_bytes()
    return found


def write_landing(folder: Path) -> tuple[str, ...]:
    """Put the files that are not there yet into a landing folder; return their names."""
    written = []
    for name, content in files().items():
        path = folder / name
        with explained(path):
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                written.append(name)
    return tuple(written)
