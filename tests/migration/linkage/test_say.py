"""say: what linkage found in both languages."""

import pytest

from luodi.migration.linkage.model import Agreement, Class, FieldKind, Pair
from luodi.migration.linkage.rules import comparisons, judgement
from luodi.migration.linkage.say import agreement_text, class_text, field_text, guard_text, told

SOUND = Agreement(field="name", level="sound", weight=12.5)


def test_it_works():
    assert (agreement_text(SOUND, "zh"), agreement_text(SOUND, "en")) == (
        "姓名同音（+12.5）",
        "name: sounds the same (+12.5)",
    )


def test_the_second_of_a_kind_gets_its_number():
    assert (field_text("phone_2", "en"), field_text("given_name", "en")) == (
        "phone 2",
        "given name",
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_has_a_text(lang):
    for kind in FieldKind:
        assert "_" not in field_text(kind, lang)
        for level in comparisons()[kind].levels:
            assert agreement_text(Agreement(field=kind, level=level.id, weight=0.0), lang)
    for guard in judgement().guards:
        assert guard_text(guard.id, lang) != guard.id
    assert len({class_text(kind, lang) for kind in Class}) == len(Class)


def test_a_pair_for_a_program():
    pair = Pair(
        left="1",
        right="2",
        left_ordinal=1,
        right_ordinal=2,
        probability=0.3,
        weight=4.0,
        class_=Class.REVIEW,
        guards=("twins",),
        explanation=(SOUND,),
    )
    shown = told(pair, "en")
    assert list(shown) == [
        *("left", "right", "probability", "weight", "class", "guards", "via", "explanation")
    ]
    assert shown["guards"][0]["id"] == "twins"
    assert shown["explanation"][0]["text"] == agreement_text(SOUND, "en")
