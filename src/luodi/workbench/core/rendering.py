"""How forms are drawn: one field template for every form of the workbench."""

from __future__ import annotations

from django.forms.renderers import DjangoTemplates


class Forms(DjangoTemplates):
    """Draws forms and fields with the workbench's own templates."""

    form_template_name = "core/forms/form.html"
    field_template_name = "core/forms/field.html"
