"""``landing.toml``: which hospital, which project, which environment its folder works in."""

from __future__ import annotations

from datetime import datetime

from luodi.evidence.model import Environment, Noun


class Project(Noun, frozen=True, kw_only=True):
    """The project a landing folder belongs to.

    ``project`` is its id, never changed; ``environment`` where the folder's verbs work unless told
    otherwise; ``go_live`` the moment the new system opens, once it is chosen.
    """

    format: int
    project: str
    name: str
    hospital: str
    template: str
    environment: Environment
    go_live: datetime | None = None


class Milestone(Noun, frozen=True, kw_only=True):
    """A gate's place in the plan: days from the go-live date."""

    gate: str
    days: int


class Plan(Noun, frozen=True, kw_only=True):
    """``plan.toml``: backward from the go-live date."""

    format: int
    milestone: tuple[Milestone, ...] = ()
