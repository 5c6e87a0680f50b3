"""Notify people, and mark what they have read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from luodi.evidence.catalogue import Param
from luodi.workbench.core.contribution import NoticeKind
from luodi.workbench.core.models import ProjectRecord, User
from luodi.workbench.notices.channels import channels
from luodi.workbench.notices.models import Delivery, Notice


def notify(
    people: Iterable[User],
    kind: NoticeKind,
    about: ProjectRecord,
    params: Mapping[str, Param] | None = None,
    *,
    code: str = "",
    address: str = "",
) -> tuple[Notice, ...]:
    """Tell people about a record; whoever may not see it hears nothing.

    Parameters
    ----------
    code : str, optional
        The sentence, where the kind's own title does not say it.
    params : mapping
        Names and counts; never a patient's data.
    """
    made = []
    records = type(about).objects
    with transaction.atomic():
        for person in people:
            if not records.visible_to(person).filter(pk=about.pk).exists():
                continue
            notice = Notice.objects.create(
                user=person,
                project=about.project,
                kind=kind.name,
                code=code or kind.title,
                params=dict(params or {}),
                address=address,
            )
            made.append(notice)
            Delivery.objects.bulk_create(
                Delivery(notice=notice, channel=channel.name)
                for channel in channels()
                if channel.reaches(person)
            )
    return tuple(made)


def unread(user: User) -> int:
    """Count what the person has not read."""
    return Notice.objects.visible_to(user).filter(read=None).count()


def mark_read(user: User, notices: Iterable[int] | None = None) -> int:
    """Mark some of a person's notices read, or all of them."""
    own = Notice.objects.visible_to(user).filter(read=None)
    if notices is not None:
        own = own.filter(pk__in=list(notices))
    return own.update(read=timezone.now())
