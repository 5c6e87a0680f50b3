"""Run by GNU Health's own Python: answers questions through its model layer, not by SQL.

    python ask.py CONFIG DATABASE

One JSON question a line on standard input, one JSON answer a line on standard output::

    {"model": "party.party", "domain": [["is_patient", "=", true]], "fields": ["name", "age"]}
    {"model": "party.party", "create": {"name": "张", "is_person": true, "gender": "m"}}
    {"model": "party.party", "id": 7, "write": {"name": "李"}}
    {"model": "party.party", "count": []}
    {"model": "party.party", "check": []}

``check`` has the model look at every record as it does before it saves one: what is required, what
a selection allows, what a reference may point at.  Its answer is how many there were.
"""

import datetime
import json
import sys
import traceback
from decimal import Decimal

from proteus import Model, config
from trytond.pool import Pool
from trytond.transaction import Transaction


def plain(value: object) -> object:
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def filled(record: Model, values: dict) -> int:
    """Set fields as a form does; a key names the record of another model."""
    for name, value in values.items():
        field = record._fields[name]
        one = field["type"] == "many2one" and value is not None
        setattr(record, name, Model.get(field["relation"])(value) if one else value)
    record.save()
    return record.id


def checked(name: str, domain: list) -> int:
    settings = config.get_config()
    with Transaction().start(settings.database_name, settings.user, context=settings.context):
        model = Pool().get(name)
        with Transaction().set_context(active_test=False):
            records = model.search(domain)
        model._validate(records)
        return len(records)


def answer(question: dict) -> object:
    model = Model.get(question["model"])
    if "count" in question:
        return model._proxy.search_count(question["count"], model._config.context)
    if "check" in question:
        return checked(question["model"], question["check"])
    if "create" in question:
        return filled(model(), question["create"])
    if "write" in question:
        return filled(model(question["id"]), question["write"])
    return model._proxy.search_read(
        question["domain"], 0, None, [("id", "ASC")], question["fields"], model._config.context
    )


def main(conf: str, database: str) -> None:
    # What modules print must not get between the answers.
    out, sys.stdout = sys.stdout, sys.stderr
    config.set_trytond(database, config_file=conf)
    for line in sys.stdin:
        try:
            said = {"answer": answer(json.loads(line))}
        except Exception:
            said = {"trouble": traceback.format_exc()}
        print(json.dumps(said, default=plain), file=out, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
