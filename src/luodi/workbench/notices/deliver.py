"""Send what waits to leave the page; a worker does this between two jobs."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from luodi.workbench.core.contribution import Channel
from luodi.workbench.notices.channels import channels
from luodi.workbench.notices.models import Delivery, Notice

TRIES = 6
"""Sendings that are tried before one is given up; with the waits between, about five hours."""

AT_ONCE = 20
"""Sendings of one round, so that jobs do not wait for a slow server."""


def deliver() -> int:
    """Send what is due; return how many went out."""
    open_ways = {channel.name: channel for channel in channels()}
    if not open_ways:
        return 0
    now = timezone.now()
    due = Delivery.objects.filter(
        sent=None, given_up=None, due__lte=now, channel__in=open_ways
    ).select_related("notice__user", "notice__project")
    sent = 0
    for each in due[:AT_ONCE]:
        taken = Delivery.objects.filter(pk=each.pk, tries=each.tries, sent=None).update(
            tries=F("tries") + 1, due=now + timedelta(minutes=5 * 2**each.tries)
        )
        if not taken:
            continue  # another worker
        sent += _send(each, open_ways[each.channel])
    return sent


def _send(delivery: Delivery, channel: Channel) -> int:
    own = Delivery.objects.filter(pk=delivery.pk)
    visible = Notice.objects.visible_to(delivery.notice.user).filter(pk=delivery.notice_id)
    now = timezone.now()
    if not visible.exists():  # taken out of the project since
        own.update(given_up=now, error="not_visible")
        return 0
    try:
        channel.send(delivery.notice)
    except Exception as error:
        # What a mail server answers may quote the address; its type is enough.
        own.update(error=type(error).__name__)
        if delivery.tries + 1 >= TRIES:
            own.update(given_up=now)
        return 0
    own.update(sent=now, error="")
    return 1
