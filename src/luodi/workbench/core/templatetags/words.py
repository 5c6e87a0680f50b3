"""Words in templates: ``{% say "workbench.core.cockpit" %}`` and ``{{ state|worded:"..." }}``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html

from luodi.evidence.catalogue import Param
from luodi.evidence.gate.explain import span
from luodi.workbench.core.pages import kept
from luodi.workbench.core.wording import language, worded

register = template.Library()


@register.simple_tag
def say(code: str, **params: Param) -> str:
    """Say a sentence of the catalogue."""
    return worded(code, params)


@register.filter(name="worded")
def word_of(value: object, family: str) -> str:
    """Say the word of a family: ``{{ "pass"|worded:"evidence.word_state" }}``."""
    return worded(f"{family}_{value}")


@register.filter(name="said")
def said(code: str) -> str:
    """Say what a page was given the code of."""
    return worded(code)


@register.filter
def unlocalized(value: object) -> str:
    """Write a number as programs read it."""
    return str(value)


@register.simple_tag(takes_context=True)
def typed_by(context: Mapping[str, Any]) -> str:
    """Mark a form as its owner's, so that what they typed survives a session that runs out."""
    mark = kept.owner(context["request"].user)
    return format_html('<input type="hidden" name="{}" value="{}">', kept.OWNER, mark)


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment the way the house does: 2027-03-13 22:00, in the reader's time zone."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


@register.filter
def day(value: datetime | None) -> str:
    """Write a day with its weekday."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    names = (
        "一二三四五六日"
        if language() == "zh"
        else ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    )
    name = names[local.weekday()]
    return f"{local:%Y-%m-%d} " + (f"周{name}" if language() == "zh" else name)


@register.filter
def plain(value: float) -> str:
    """Write a number as SVG reads it, whatever the language of the page."""
    return f"{value:.2f}"


@register.filter
def age(value: timedelta) -> str:
    """Write how old something is, in the largest unit that fits."""
    return span(value, language())
