"""Run by GNU Health's own Python: answers questions through its model layer, not by SQL.

    python ask.py CONFIG DATABASE

One JSON question a line on standard input, one JSON answer a line on standard output::

    {"model": "party.party", "domain": [["is_patient", "=", true]], "fields": ["name", "age"]}
    {"model": "party.party", "create": {"name": "张", "is_person": true, "gender": "m"}}
    {"model": "party.party", "id": 7, "write": {"name": "李"}}
    {"model": "party.party", "count": []}
"""

import datetime
import json
import sys
from decimal import Decimal

from proteus import Model, config


def plain(value: object) -> object:
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def answer(question: dict) -> object:
    model = Model.get(question["model"])
    if "count" in question:
        return model._proxy.search_count(question["count"], model._config.context)
    if "create" in question:
        record = model(**question["create"])
        record.save()
        return record.id
    if "write" in question:
        record = model(question["id"])
        for name, value in question["write"].items():
            setattr(record, name, value)
        record.save()
        return record.id
    return model._proxy.search_read(
        question["domain"], 0, None, [("id", "ASC")], question["fields"], model._config.context
    )


def main(conf: str, database: str) -> None:
    # What modules print must not get between the answers.
    out, sys.stdout = sys.stdout, sys.stderr
    config.set_trytond(database, config_file=conf)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line)), default=plain), file=out, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
