"""Batch actions: something done to the rows that were picked, or to all that fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

AT_ONCE = 10_000
"""Rows that one request changes at most."""


@dataclass(frozen=True)
class Action:
    """An action of a list.

    Parameters
    ----------
    name : str
        Its name in the address.
    title : str
        Code of what the button says.
    run : callable
        Does it to some records, as somebody's request, and tells how many were changed.  May raise
        `LuodiError`: the reader is told, and nothing is changed.
    allowed : callable
        Whether this reader is offered it at all.
    grave : bool
        Whether it is asked back, with the count, before it is done.
    """

    name: str
    title: str
    run: Callable[[Any, QuerySet[Any]], int]
    allowed: Callable[[Any], bool] = lambda request: True
    grave: bool = False
