"""What a password has to be made of."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from luodi.workbench.core.wording import worded

KINDS = 3


class ThreeKindsOfCharacter:
    """Asks for three of four kinds: small letters, capitals, digits, everything else."""

    def validate(self, password: str, user: object = None) -> None:
        """Refuse a password of fewer kinds.

        Raises
        ------
        ValidationError
        """
        kinds = (str.islower, str.isupper, str.isdigit)
        found = sum(any(kind(sign) for sign in password) for kind in kinds)
        found += any(not sign.isascii() or not sign.isalnum() for sign in password)
        if found < KINDS:
            raise ValidationError(worded("workbench.core.password_kinds"), code="password_kinds")

    def get_help_text(self) -> str:
        """Say what is asked."""
        return worded("workbench.core.password_kinds")
