"""What a list of terms holds; the command line offers these words."""

from __future__ import annotations

from enum import StrEnum


class Sort(StrEnum):
    """What a list holds."""

    NAMES = "names"
    DRUGS = "drugs"
    DIAGNOSES = "diagnoses"
