"""Suggestions beside a plain likeness of texts (rapidfuzz's token_set_ratio), in one run.

Three kinds of truth.  Generated dictionaries: a list and the same things as another hospital writes
them (units, widths, signs, brand names, salts, short names of makers and departments, two editions
of a code), one term in ten being in the source alone.  Five dictionaries that people made from the
legacy HIS to GNU Health.  And the columns of that mapping, where the shared data and GNU Health are
at hand.

Printed per list: terms; how many of those that have a counterpart found it (recall); how many of
what was proposed is right (precision at 1); how often terms without a counterpart were given one
(made up); of what was called sure (0.9 and more) the number and how many are right; seconds.

    suggest.py [terms] [seed]
"""

from __future__ import annotations

import csv
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from rapidfuzz import fuzz, process
from term_lists import List, departments, diagnoses, drugs, fees, staff

from luodi.evidence.progress import Silent
from luodi.landing.systems import System
from luodi.migration.connect import connect
from luodi.migration.mapping.model import Book
from luodi.migration.mapping.read import read_book
from luodi.migration.model import Catalogue
from luodi.migration.source import opened
from luodi.migration.suggest import Seen, suggest
from luodi.migration.suggesting.model import TableMatch
from luodi.migration.suggesting.sort import Sort
from luodi.migration.suggesting.terms import Term, match_terms
from luodi.migration.suggesting.weigh import weighing
from luodi.migration.workspace import Workspace

HERE = Path(__file__).parents[1]
TRUTH = HERE / "tests" / "gnuhealth" / "mapping"
TERMS, SEED = 2_000, 20
SURE = 0.9
WORTH = 60
"""Score of the peer from which it counts as a proposal."""
HEAD = (
    f"{'':<24}{'terms':>7}{'recall':>8}{'prec@1':>8}{'made up':>9}{'sure':>7}{'right':>8}{'s':>8}"
)


Guess = tuple[str, float]
"""What somebody proposes for a term, and how surely, 0 to 1."""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else TERMS
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else SEED)
    print(HEAD)
    said = [
        hit
        for make in (drugs, diagnoses, departments, staff, fees)
        for hit in compare(make(count, chance))
    ]
    print("\nluodi's confidence and how often it was right: " + calibrated(said))
    print("\nfive dictionaries of people, legacy HIS to GNU Health")
    for each in of_people():
        compare(each)
    columns()


# --- measuring ------------------------------------------------------------------------------------


def compare(one: List) -> list[tuple[float, bool]]:
    """Measure both; returns how sure each of our proposals was, and whether it is right."""
    begun = perf_counter()
    matches = match_terms(one.source, one.target, *weighing(one.sort), Silent())
    ours = {match.source: (match.target, float(match.confidence)) for match in matches}
    line(f"{one.title}, luodi", one.truth, ours, perf_counter() - begun)
    begun = perf_counter()
    peer = token_set(one.source, one.target)
    line(f"{one.title}, token_set", one.truth, peer, perf_counter() - begun)
    return [(how, one.truth[source] == target) for source, (target, how) in ours.items()]


def calibrated(said: Sequence[tuple[float, bool]]) -> str:
    """Of proposals as sure as this, how many are right: 0.4–0.6 55.0% of 120."""
    bins = []
    for low, high in pairwise((0.0, 0.4, 0.6, 0.8, 0.9, 1.01)):
        inside = [good for how, good in said if low <= how < high]
        bins.append(
            f"{low:.1f}–{min(high, 1):.1f} {share(sum(inside), len(inside))} of {len(inside)}"
        )
    return "; ".join(bins)


def token_set(source: Sequence[Term], target: Sequence[Term]) -> dict[str, Guess]:
    """The peer: the likeliest text, words in any order."""
    texts = [" ".join(words(term)) for term in target]
    found = {}
    for term in source:
        best = process.extractOne(" ".join(words(term)), texts, scorer=fuzz.token_set_ratio)
        if best is not None and best[1] >= WORTH:
            found[term.value] = (target[best[2]].value, best[1] / 100)
    return found


def words(term: Term) -> list[str]:
    return [part for part in (term.label, term.specification, term.manufacturer) if part]


def line(title: str, truth: dict[str, str | None], found: dict[str, Guess], seconds: float) -> None:
    known = {source: target for source, target in truth.items() if target is not None}
    right = {source for source, (target, _) in found.items() if known.get(source) == target}
    alone = truth.keys() - known.keys()
    sure = {source for source, (_, how) in found.items() if how >= SURE}
    print(
        f"{title:<24}{len(truth):>7}{share(len(right), len(known)):>8}"
        f"{share(len(right), len(found)):>8}{share(len(alone & found.keys()), len(alone)):>9}"
        f"{len(sure):>7}{share(len(sure & right), len(sure)):>8}{seconds:>8.1f}"
    )


def share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


# --- what people mapped ---------------------------------------------------------------------------


def of_people() -> Iterator[List]:
    for path in sorted(TRUTH.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        labels = {row["target_value"]: row["target_label"] for row in rows}
        yield List(
            path.stem,
            Sort.NAMES,
            [Term(f"S{row['source_value']}", row["source_label"]) for row in rows],
            [Term(value, label) for value, label in labels.items()],
            {f"S{row['source_value']}": row["target_value"] for row in rows},
        )


def columns() -> None:
    """Columns that people mapped from the legacy HIS to GNU Health, found among all its tables.

    A rule with one source column is the truth; what is put together or constant has none.
    """
    sys.path.insert(0, str(HERE / "tests"))
    import servers
    from gnuhealth.environment import NotPrepared, restore
    from legacy_his import LegacyHis

    data = HERE.parent / "shared" / "data"
    if not data.is_dir() or not Path("/usr/lib/postgresql").exists():
        print("\ncolumns: not run, the shared data or PostgreSQL is not here")
        return
    with TemporaryDirectory() as folder, ExitStack() as stack:
        server = stack.enter_context(servers.postgresql("fsync=off", "max_connections=50"))
        old = stack.enter_context(servers.mariadb())
        try:
            new = restore(server, "suggest_benchmark", Path(folder))
        except NotPrepared as why:
            print(f"\ncolumns: not run, {why}")
            return
        with servers.connect_mariadb(old) as connection:
            connection.cursor().execute("CREATE DATABASE suggest_benchmark")
            connection.select_db("suggest_benchmark")
            LegacyHis.read(data).into_mariadb(connection)
        source = System(id="old_his", url=old.url("suggest_benchmark"))
        target = System(id="gnuhealth", url=server.url(new.database))
        with Workspace.in_memory() as workspace:
            kept = [
                read(system, password, folder, workspace)
                for system, password in ((source, old.password), (target, server.password))
            ]
            begun = perf_counter()
            found = suggest(kept[0], kept[1], progress=Silent())
            seconds = perf_counter() - begun
        told(found, kept[0].catalogue, kept[1].catalogue, seconds)


def read(system: System, password: str, folder: str, workspace: Workspace) -> Seen:
    """The catalogue of a system; names, comments and kinds, no rows."""
    with opened(system, Path(folder), lambda asked: password) as reader:
        return Seen(connect(reader, progress=Silent()).result, workspace)


def told(found: list[TableMatch], source: Catalogue, target: Catalogue, seconds: float) -> None:
    truth = rules(read_book(TRUTH.parent), source, target)
    pairs = {(one[0], other[0]) for one, others in truth.items() for other in others}
    tables: dict[str, list[str]] = defaultdict(list)
    for match in found:
        tables[match.source_table].append(match.target_table)
    froms = {one for one, _ in pairs}
    first = sum((one, tables[one][0]) in pairs for one in froms if tables[one])
    three = sum(any((one, other) in pairs for other in tables[one]) for one in froms)
    print(
        f"\ncolumns, legacy HIS to GNU Health ({len(source.tables)} tables to "
        f"{len(target.tables)}, no rows, {seconds:.1f} s)\n"
        f"tables that people mapped: {len(froms)}; the first is right "
        f"{share(first, len(froms))}, one of three {share(three, len(froms))}"
    )
    ours, guessed = dict[tuple[str, str], tuple[Place, float]](), dict[Place, tuple[Place, float]]()
    for match in found:
        if (match.source_table, match.target_table) in pairs:
            for column in match.columns:
                ours.setdefault(
                    (column.source_table, column.source_column),
                    ((column.target_table, column.target_column), float(column.confidence)),
                )
    for one, other in pairs:
        mine, theirs = source.table(one), target.table(other)
        if mine is None or theirs is None:
            continue
        names = [column.name for column in theirs.columns]
        for column in mine.columns:
            best = process.extractOne(
                column.name, names, scorer=fuzz.token_set_ratio, processor=blanks
            )
            if best is not None and best[1] >= WORTH:
                known = guessed.get((one, column.name), (("", ""), 0.0))
                guessed[one, column.name] = max(
                    known, ((other, best[0]), best[1] / 100), key=lambda each: each[1]
                )
    print(f"{'':<24}{'columns':>8}{'recall':>8}{'prec@1':>8}{'sure':>7}{'right':>8}")
    for title, said in (("luodi", ours), ("token_set, told tables", guessed)):
        mapped = {place: guess for place, guess in said.items() if place in truth}
        right = {place for place, (guess, _) in mapped.items() if guess in truth[place]}
        sure = {place for place, (_, how) in mapped.items() if how >= SURE}
        print(
            f"{title:<24}{len(truth):>8}{share(len(right), len(truth)):>8}"
            f"{share(len(right), len(mapped)):>8}{len(sure):>7}"
            f"{share(len(sure & right), len(sure)):>8}"
        )


Place = tuple[str, str]
"""Table and column."""


def rules(book: Book, source: Catalogue, target: Catalogue) -> dict[Place, set[Place]]:
    """Which column people fed into which, where a rule reads one and only one, and no key."""
    truth: dict[Place, set[Place]] = defaultdict(set)
    for feed in (feed for mapping in book.mappings for feed in mapping.feeds):
        mine, theirs = source.table(feed.from_), target.table(feed.to)
        for rule in feed.columns if mine and theirs else ():
            key = mine.primary_key if mine else ()
            if rule.from_ == key:
                continue  # what becomes of a key is a rule of its own
            if len(rule.from_) == 1 and mine.column(rule.from_[0]) and theirs.column(rule.to):
                truth[feed.from_, rule.from_[0]].add((feed.to, rule.to))
    return truth


def blanks(name: str) -> str:
    return name.replace("_", " ").lower()


if __name__ == "__main__":
    main()
