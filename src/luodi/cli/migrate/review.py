"""``luodi migrate review``: the desk where a person decides what no rule may."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from luodi.cli.migrate.group import app
from luodi.cli.place import Folder, open_site
from luodi.cli.terminal import Terminal

if TYPE_CHECKING:
    from luodi.cli.migrate.desk import Desk
    from luodi.evidence.outcome import Outcome
    from luodi.migration.reviewing.model import Item, Standing

LIMIT = 20


@app.command("review")
def review(
    queue: Annotated[str | None, typer.Argument(help="cli.migrate_review_queue")] = None,
    decide: Annotated[list[str] | None, typer.Option(help="cli.migrate_review_decide")] = None,
    into: Annotated[
        Literal["left", "right"] | None, typer.Option(help="cli.migrate_review_into")
    ] = None,
    code: Annotated[str, typer.Option(help="cli.migrate_review_code")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="cli.migrate_review_undo")] = False,
    reason: Annotated[str, typer.Option(help="cli.migrate_review_reason")] = "",
    two_person: Annotated[
        bool, typer.Option("--two-person", help="cli.migrate_review_two_person")
    ] = False,
    one_person: Annotated[
        bool, typer.Option("--one-person", help="cli.migrate_review_one_person")
    ] = False,
    limit: Annotated[int, typer.Option(help="cli.migrate_review_limit", min=0)] = LIMIT,
    folder: Folder = Path(),
) -> None:
    """Decide in the terminal what waits in a queue, or by flags; say where the queue stands."""
    from luodi.cli.migrate.desk import Desk
    from luodi.cli.migrate.desk_page import at_the_desk
    from luodi.cli.migrate.findings import exit_code

    terminal = Terminal.current()
    desk = Desk.of(open_site(folder), queue)
    if two_person or one_person:
        desk = desk.ask_for_two(two_person, reason)
    asked = _decisions(desk, decide or (), into, code, reason)
    if undo:
        asked.append(desk.undo)
    for act in asked:
        act()
    if not (asked or two_person or one_person or terminal.json):
        at_the_desk(desk, terminal)
    with terminal.progress() as progress:
        outcome = desk.review(progress)
    terminal.finish(
        _payload(desk, outcome, limit, terminal),
        lambda: _draw(desk, outcome, limit, terminal),
        exit_code([outcome]),
    )


def _decisions(
    desk: Desk, words: list[str] | tuple[()], into: str | None, code: str, reason: str
) -> list[Callable[[], object]]:
    from luodi.evidence.errors import WrongUse
    from luodi.migration.reviewing.model import Act

    found: list[Callable[[], object]] = []
    for word in words:
        name, _, said = word.partition("=")
        if said not in set(Act):
            raise WrongUse("migration.review_form", {"word": word, "acts": (*Act,)})
        act = Act(said)

        def decided(name: str = name, act: Act = act) -> object:
            return desk.decide(name, act, reason=reason, into=into, code=code)

        found.append(decided)
    return found


def _payload(
    desk: Desk, outcome: Outcome[Standing], limit: int, terminal: Terminal
) -> dict[str, object]:
    from luodi.cli.migrate.findings import told
    from luodi.migration.reviewing.model import State

    found = outcome.result
    return {
        "queue": desk.queue,
        "two_person": desk.two_person,
        "counts": {state: found.count(state) for state in State},
        "open": len(found.unsettled),
        "items": [_told(item, found, terminal) for item in found.unsettled[:limit]],
        "contradictions": found.contradictions,
        "rated_twice": found.rated_twice,
        "kappa": None if found.kappa is None else round(found.kappa, 3),
        "findings": told(outcome, terminal.lang),
    }


def _told(item: Item, found: Standing, terminal: Terminal) -> dict[str, object]:
    from luodi.cli.migrate.suggest import candidate_told
    from luodi.migration.linkage.say import agreement_text, guard_text

    lang = terminal.lang
    return {
        "id": item.id,
        "state": found.state[item.id],
        "table": item.table,
        "left": item.left,
        "right": item.right,
        "left_ordinal": item.left_ordinal,
        "right_ordinal": item.right_ordinal,
        "probability": item.probability,
        "class": item.class_,
        "guards": [{"id": guard, "text": guard_text(guard, lang)} for guard in item.guards],
        "explanation": [
            {
                "field": one.field,
                "level": one.level,
                "weight": one.weight,
                "text": agreement_text(one, lang),
            }
            for one in item.explanation
        ],
        "dictionary": item.dictionary,
        "term": item.term,
        "candidates": [candidate_told(one, lang) for one in item.candidates],
        "said": [
            {"act": one.act, "code": one.code, "who": one.who, "at": one.at, "reason": one.reason}
            for one in found.said[item.id]
        ],
    }


def _draw(desk: Desk, outcome: Outcome[Standing], limit: int, terminal: Terminal) -> None:
    from luodi.cli.migrate.code_page import one_line
    from luodi.cli.migrate.findings import drawn
    from luodi.evidence.catalogue import say
    from luodi.migration.reviewing.model import State

    found, lang = outcome.result, terminal.lang
    terminal.say(
        "cli.migrate_review_stands",
        {"queue": desk.queue, "items": len(found.items), "open": len(found.unsettled)},
    )
    states = [state for state in State if found.count(state)]
    if states:
        lines = [[say(f"cli.migrate_review_{s}", {}, lang), found.count(s)] for s in states]
        codes = ["cli.migrate_review_state", "cli.migrate_review_count"]
        terminal.show(terminal.table(codes, lines))
    if desk.two_person:
        terminal.say("cli.migrate_review_two")
    if found.kappa is not None:
        terminal.say(
            "cli.migrate_review_kappa",
            {"kappa": f"{found.kappa:.2f}", "count": found.rated_twice},
        )
    if waiting := found.unsettled[:limit]:
        columns = ("item", "left", "right", "probability", "state")
        if any(item.term for item in waiting):
            columns = ("item", "code_here", "code_candidate", "probability", "state")
        codes = [f"cli.migrate_review_{name}" for name in columns]
        lines = [
            [
                item.id,
                one_line(item.term) if item.term else item.left,
                one_line(item.candidates[0].term) if item.candidates else item.right,
                f"{item.probability:.4f}",
                say(f"cli.migrate_review_{found.state[item.id]}", {}, lang),
            ]
            for item in waiting
        ]
        terminal.show(terminal.table(codes, lines))
    drawn(terminal, outcome)
