"""Run by GNU Health's own Python: what the engineer enters by hand before anything is loaded.

    python prepare.py CONFIG DATABASE

The hospital itself: a currency, a company, the institution, and dose units that Chinese labels use.
"""

import sys

from proteus import Model, config

DOSE_UNITS = ("g", "万u", "AXaIU", "LSU", "AU", "BU")


def main(conf: str, database: str) -> None:
    settings = config.set_trytond(database, config_file=conf)
    party_of = Model.get("party.party")

    currency = Model.get("currency.currency")(name="人民币", symbol="¥", code="CNY")
    currency.save()
    legal = party_of(name="落地医院有限公司")
    legal.save()
    company = Model.get("company.company")(party=legal, currency=currency)
    company.save()
    admin = Model.get("res.user")(settings.user)
    admin.companies.append(company)
    admin.company = company
    admin.save()
    config.set_trytond(database, config_file=conf)

    place = party_of(name="落地医院", is_institution=True)
    place.save()
    institution = Model.get("gnuhealth.institution")(
        party=place, code="LUODI", institution_type="hospital", public_level="public"
    )
    institution.save()
    for code in DOSE_UNITS:
        Model.get("gnuhealth.dose.unit")(name=code, code=code, desc=code).save()
    # The mapping names them by their keys, as an engineer reads them from the screen.
    assert (company.id, institution.id) == (1, 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
