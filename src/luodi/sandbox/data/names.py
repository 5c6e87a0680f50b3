"""Names and the numbers on cards: what SQL draws them from."""

from __future__ import annotations

from luodi.migration.workspace import literal
from luodi.sandbox.data.model import rows_of


def weighted(name: str) -> list[list[str]]:
    """Rows of a list of facts, each as often as its last column says."""
    return [row[:-1] for row in rows_of(f"facts/{name}.tsv") for _ in range(int(row[-1]))]


def given_slots() -> list[list[str]]:
    """A thousand slots for every time of birth and sex, filled by weight (largest remainder)."""
    groups: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for era, sex, character, weight in rows_of("facts/given.tsv"):
        groups.setdefault((era, sex), []).append((character, int(weight)))
    found = []
    for (era, sex), members in groups.items():
        total = sum(weight for _, weight in members)
        edge = done = 0
        for character, share in members:
            edge += share
            upto = edge * 1000 // total
            found += [[era, sex, character, str(slot)] for slot in range(done, upto)]
            done = upto
    return found


def name_macros() -> tuple[str, ...]:
    """Pick a character, write in traditional ones, make a check digit, swap two digits."""
    pairs = [(row[0], row[3]) for row in rows_of("facts/characters.tsv") if row[3]]
    simple, old = ("".join(side) for side in zip(*pairs, strict=True))
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999, annex A
    total = " + ".join(
        f"{weight} * CAST(substr(body, {place}, 1) AS INTEGER)"
        for place, weight in enumerate(weights, 1)
    )
    return (
        "CREATE MACRO pick(choices, d) AS "
        "substr(choices, CAST(1 + d % length(choices) AS INTEGER), 1)",
        f"CREATE MACRO traditional(name) AS translate(name, {literal(simple)}, {literal(old)})",
        f"CREATE MACRO check_digit(body) AS substr('10X98765432', 1 + ({total}) % 11, 1)",
        # Two neighbours that differ, between places low and high; the same text where none do.
        "CREATE MACRO _places(value, low, high) AS list_filter(range(low, high), "
        "lambda i: value[i] <> value[i + 1])",
        "CREATE MACRO _swapped(value, i) AS coalesce("
        "left(value, i - 1) || value[i + 1] || value[i] || substr(value, i + 2), value)",
        "CREATE MACRO swapped(value, low, high, d) AS _swapped(value, "
        "_places(value, low, high)[1 + d % greatest(1, len(_places(value, low, high)))])",
    )
