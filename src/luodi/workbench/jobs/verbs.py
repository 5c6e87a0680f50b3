"""The long verbs that the apps handed in, by name."""

from __future__ import annotations

from functools import cache

from luodi.evidence.errors import LuodiError
from luodi.workbench.core.contribution import LongVerb, contributions


@cache
def verbs() -> dict[str, LongVerb]:
    """Every long verb by its name, in the order of the apps."""
    return {verb.name: verb for each in contributions() for verb in each.verbs}


def verb_named(name: str) -> LongVerb:
    """Find a verb.

    Raises
    ------
    LuodiError
        ``workbench.jobs.no_verb``: the app that knew it is not installed any more.
    """
    try:
        return verbs()[name]
    except KeyError:
        raise LuodiError("workbench.jobs.no_verb", {"verb": name}) from None
