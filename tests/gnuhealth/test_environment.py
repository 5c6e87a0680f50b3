import pytest

from gnuhealth.environment import GnuHealth

pytestmark = [pytest.mark.slow, pytest.mark.needs("gcc", "pg_config", "/usr/lib/postgresql")]


def test_it_works(gnuhealth: GnuHealth) -> None:
    with gnuhealth.asked() as ask:
        (institution,) = ask.read("gnuhealth.institution", ["code", "party.rec_name"])
        assert (institution["id"], institution["code"]) == (1, "LUODI")
        assert institution["party."]["rec_name"] == "落地医院"
        assert ask.count("gnuhealth.pathology") > 14_000
        assert ask.count("gnuhealth.patient") == 0


def test_people_can_work_in_it(gnuhealth: GnuHealth) -> None:
    with gnuhealth.asked() as ask:
        unit = ask.create("gnuhealth.hospital.unit", name="内科", code="NK", institution=1)
        ask.write("gnuhealth.hospital.unit", unit, name="大内科")
        assert ask.read("gnuhealth.hospital.unit", ["name"]) == [{"id": unit, "name": "大内科"}]
