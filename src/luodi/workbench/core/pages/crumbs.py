"""Where a page is: the line of pages above it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Crumb:
    """A step of the line; the last one has no address."""

    title: str
    address: str = ""
