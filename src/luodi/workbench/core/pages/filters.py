"""Filters: what a reader may ask of a list, each one a part of the bar above it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from luodi.workbench.core.wording import worded

Records = QuerySet[Any]
Choices = Iterable[tuple[str, Any]]
LONGEST = 200
"""Signs of a text that is looked for."""


@dataclass(frozen=True)
class Drawn:
    """A box of the bar: its kind names the template's branch."""

    kind: str
    name: str
    title: str
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    wrong: str = ""


class Filter(Protocol):
    """What every filter does."""

    def draw(self, asked: Mapping[str, str], model: type[Model], request: Any) -> list[Drawn]:
        """The boxes of the bar, filled with what was asked."""

    def narrow(self, records: Records, asked: Mapping[str, str]) -> Records:
        """The records that fit; all of them where nothing sensible was asked."""


@dataclass(frozen=True)
class Text:
    """A text that is contained in one of the fields, capitals or not."""

    name: str
    paths: tuple[str, ...]
    title: str = "workbench.core.pages.words"

    def draw(self, asked: Mapping[str, str], model: type[Model], request: Any) -> list[Drawn]:
        return [Drawn("text", self.name, worded(self.title), self._asked(asked))]

    def narrow(self, records: Records, asked: Mapping[str, str]) -> Records:
        for word in self._asked(asked).split():
            fits = Q()
            for path in self.paths:
                fits |= Q(**{f"{path}__icontains": word})
            records = records.filter(fits)
        return records

    def _asked(self, asked: Mapping[str, str]) -> str:
        # PostgreSQL takes no NUL, and nobody looks for one.
        return asked.get(self.name, "").replace("\0", "")[:LONGEST].strip()


@dataclass(frozen=True)
class Choice:
    """One of a closed set."""

    name: str
    choices: Choices | Callable[[Any], Choices]
    title: str = ""
    path: str = ""

    def draw(self, asked: Mapping[str, str], model: type[Model], request: Any) -> list[Drawn]:
        from luodi.workbench.core.pages.columns import field_of

        found = self.choices(request) if callable(self.choices) else self.choices
        title = worded(self.title) if self.title else str(field_of(model, self._path).verbose_name)
        choices = tuple((str(value), str(word)) for value, word in found if value != "")
        return [Drawn("choice", self.name, title, asked.get(self.name, ""), choices)]

    def narrow(self, records: Records, asked: Mapping[str, str]) -> Records:
        value = asked.get(self.name, "").replace("\0", "")
        if not value:
            return records
        try:
            return records.filter(**{self._path: value})
        except ValueError:  # letters where a number is asked for: nothing is like that
            return records.none()

    @property
    def _path(self) -> str:
        return self.path or self.name


@dataclass(frozen=True)
class Period:
    """From one day to another, both of them included."""

    name: str
    path: str
    title: str

    def draw(self, asked: Mapping[str, str], model: type[Model], request: Any) -> list[Drawn]:
        drawn = []
        for end in ("from", "to"):
            name = f"{self.name}_{end}"
            value = asked.get(name, "")
            wrong = worded("workbench.core.pages.no_day") if value and not _day(value) else ""
            drawn.append(Drawn(end, name, worded(self.title), value, wrong=wrong))
        return drawn

    def narrow(self, records: Records, asked: Mapping[str, str]) -> Records:
        begin = _day(asked.get(f"{self.name}_from", ""))
        end = _day(asked.get(f"{self.name}_to", ""))
        if begin:
            records = records.filter(**{f"{self.path}__gte": _midnight(begin)})
        if end:
            records = records.filter(**{f"{self.path}__lt": _midnight(end + timedelta(days=1))})
        return records


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 < found.year < 9000 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
