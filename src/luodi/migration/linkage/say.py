"""What linkage found, said in a reader's language."""

from __future__ import annotations

from luodi.evidence.catalogue import Lang, say
from luodi.migration.linkage.model import Agreement, Class, Pair


def field_text(field: str, lang: Lang) -> str:
    """Name a field: 姓名; the second of a kind gets its number."""
    kind, _, number = field.rpartition("_")
    if number.isdigit():
        return f"{say(f'migration.field_{kind}', {}, lang)} {number}"
    return say(f"migration.field_{field}", {}, lang)


def level_text(agreement: Agreement, lang: Lang) -> str:
    """Say how far a field agrees: 同音."""
    return say(f"migration.level_{agreement.level}", {}, lang)


def agreement_text(agreement: Agreement, lang: Lang) -> str:
    """Say what a field tells and what that is worth: 姓名同音，+12.5."""
    return say(
        "migration.dedupe_agreement",
        {
            "field": field_text(agreement.field, lang),
            "level": level_text(agreement, lang),
            "weight": f"{agreement.weight:+.1f}",
        },
        lang,
    )


def guard_text(guard: str, lang: Lang) -> str:
    """Say what keeps two records apart."""
    return say(f"migration.guard_{guard}", {}, lang)


def class_text(class_: Class, lang: Lang) -> str:
    """Say what may be done with a pair."""
    return say(f"migration.class_{class_}", {}, lang)


def told(pair: Pair, lang: Lang) -> dict[str, object]:
    """A pair for a program, with its texts."""
    return {
        "left": pair.left,
        "right": pair.right,
        "probability": pair.probability,
        "weight": pair.weight,
        "class": pair.class_,
        "guards": [{"id": guard, "text": guard_text(guard, lang)} for guard in pair.guards],
        "via": pair.via,
        "explanation": [
            {
                "field": agreement.field,
                "level": agreement.level,
                "weight": agreement.weight,
                "text": agreement_text(agreement, lang),
            }
            for agreement in pair.explanation
        ],
    }
