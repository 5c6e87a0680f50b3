"""The ways a notice leaves the page.

None is open unless a setting opens it: e-mail by ``LUODI_EMAIL_URL``.  Another one (the robot of a
chat group) is a class with these three members, handed in through an app's Contribution; none is
shipped.
"""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage

from luodi.workbench.core.contribution import Channel, contributions
from luodi.workbench.core.models import User
from luodi.workbench.notices.models import Notice
from luodi.workbench.notices.sentence import sentence


class Email:
    """E-mail: one sentence in both languages, and where to look; no attachment, no picture."""

    name = "email"

    def reaches(self, user: User) -> bool:
        return bool(user.email) and user.is_active

    def send(self, notice: Notice) -> None:
        sentences = [sentence(notice, "zh"), sentence(notice, "en")]
        place = [str(notice.project)] if notice.project else []
        subject = " · ".join(["落地 Luodi", *place]).replace("\n", " ")
        body = "\n\n".join([*sentences, *([notice.address] if notice.address else [])])
        EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [notice.user.email]).send()


def channels() -> tuple[Channel, ...]:
    """The ways that are open."""
    own: tuple[Channel, ...] = (Email(),) if settings.EMAIL_OPEN else ()
    return own + tuple(channel for each in contributions() for channel in each.channels)
