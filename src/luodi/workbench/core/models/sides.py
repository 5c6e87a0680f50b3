"""Closed sets: whose person it is, what they do, who may see a record, who administers."""

from __future__ import annotations

from django.db.models import TextChoices

from luodi.workbench.core.wording import lazy, role


class Side(TextChoices):
    """Whose person, organisation or record it is; the values are those of the evidence."""

    VENDOR = "vendor", lazy("workbench.core.side_vendor")
    HOSPITAL = "hospital", lazy("workbench.core.side_hospital")
    THIRD_PARTY = "third_party", lazy("workbench.core.side_third_party")
    SUPERVISOR = "supervisor", lazy("workbench.core.side_supervisor")


class Function(TextChoices):
    """What a person does in a landing: the roles that own criteria and sit at gates.

    The names are those of ``luodi/evidence/gate/roles.toml``; whoever has the function of a seat
    speaks from it.
    """

    PROJECT_MANAGER = "project_manager", role("project_manager")
    IMPLEMENTATION_ENGINEER = "implementation_engineer", role("implementation_engineer")
    DEVELOPMENT = "development", role("development")
    HOSPITAL_LEADER = "hospital_leader", role("hospital_leader")
    INFORMATION = "information", role("information")
    MEDICAL_AFFAIRS = "medical_affairs", role("medical_affairs")
    NURSING = "nursing", role("nursing")
    OUTPATIENT = "outpatient", role("outpatient")
    FINANCE = "finance", role("finance")
    INSURANCE_OFFICE = "insurance_office", role("insurance_office")
    PHARMACY = "pharmacy", role("pharmacy")
    MEDICAL_RECORDS = "medical_records", role("medical_records")
    PRICING = "pricing", role("pricing")
    MEDICAL_TECHNOLOGY = "medical_technology", role("medical_technology")
    DEPARTMENT_HEAD = "department_head", role("department_head")
    KEY_USER = "key_user", role("key_user")
    OPERATOR = "operator", role("operator")
    SUPERVISOR = "supervisor", role("supervisor")
    THIRD_PARTY = "third_party", role("third_party")


class Audience(TextChoices):
    """Who may see a record at all."""

    VENDOR = "vendor", lazy("workbench.core.audience_vendor")
    HOSPITAL = "hospital", lazy("workbench.core.audience_hospital")
    SHARED = "shared", lazy("workbench.core.audience_shared")


class Office(TextChoices):
    """Administration, in three hands (GB/T 22239-2019 8.1.5): an account holds one or none."""

    NONE = "", lazy("workbench.core.office_none")
    SYSTEM = "system", lazy("workbench.core.office_system")
    SECURITY = "security", lazy("workbench.core.office_security")
    AUDIT = "audit", lazy("workbench.core.office_audit")
