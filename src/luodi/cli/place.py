"""Where a command works: the landing folder it was given, with this installation's home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luodi.cli.terminal import Terminal

if TYPE_CHECKING:
    from luodi.evidence.model import Finding
    from luodi.landing.site import Site

Folder = Annotated[Path, typer.Option(help="cli.folder")]


def open_site(folder: Path) -> Site:
    """Open the landing folder; what its ledger had to mend is told on standard error."""
    from luodi.landing.settings import read_settings
    from luodi.landing.site import Site

    terminal = Terminal.current()

    def tell(finding: Finding) -> None:
        terminal.hint(finding.code, finding.params)

    return Site.open(folder, read_settings(), tell)
