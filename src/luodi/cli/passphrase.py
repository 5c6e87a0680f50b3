"""The passphrase of a backup: from the environment, or typed in, never on the command line."""

from __future__ import annotations

import os
import sys
from getpass import getpass
from typing import TYPE_CHECKING

from luodi.evidence.catalogue import say
from luodi.evidence.errors import WrongUse

if TYPE_CHECKING:
    from luodi.cli.terminal import Terminal

VARIABLE = "LUODI_PASSWORD_BACKUP"

SHORTEST = 10


def passphrase(terminal: Terminal, *, again: bool = False) -> str:
    """Read it; a new one is asked for twice.

    Raises
    ------
    WrongUse
        ``cli.passphrase_*``: there is none, it is short, or the two differ.
    """
    given = os.environ.get(VARIABLE, "")
    if not given and sys.stdin.isatty():
        given = getpass(say("cli.passphrase_ask", {}, terminal.lang))
        if again and given != getpass(say("cli.passphrase_again", {}, terminal.lang)):
            raise WrongUse("cli.passphrase_differs")
    if not given:
        raise WrongUse("cli.passphrase_missing", {"variable": VARIABLE})
    if len(given) < SHORTEST:
        raise WrongUse("cli.passphrase_short", {"shortest": SHORTEST})
    return given
