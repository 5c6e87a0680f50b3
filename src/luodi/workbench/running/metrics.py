"""What the site counts, as Prometheus reads it (text exposition format 0.0.4): counts only."""

from __future__ import annotations

from django.db.models import Count
from django.utils import timezone

from luodi import __version__
from luodi.workbench.core.models import Project, StoredRecord, User
from luodi.workbench.jobs.models import ALIVE, Job, State, Worker


def exposition() -> str:
    """Write every figure out."""
    counted = dict(Job.objects.order_by().values_list("state").annotate(Count("pk")))
    alive = Worker.objects.filter(heard__gt=timezone.now() - ALIVE).count()
    lines = [
        *_head("luodi_info", "The version that answers.", "gauge"),
        f'luodi_info{{version="{__version__}"}} 1',
        *_head("luodi_jobs", "Jobs by state.", "gauge"),
        *(f'luodi_jobs{{state="{state.value}"}} {counted.get(state.value, 0)}' for state in State),
        *_head("luodi_workers_alive", "Workers heard of in the last seconds.", "gauge"),
        f"luodi_workers_alive {alive}",
        *_head("luodi_projects", "Hosted projects.", "gauge"),
        f"luodi_projects {Project.objects.count()}",
        *_head("luodi_accounts_active", "Accounts that may sign in.", "gauge"),
        f"luodi_accounts_active {User.objects.filter(is_active=True).count()}",
        *_head("luodi_evidence_records_total", "Records in the ledger.", "counter"),
        f"luodi_evidence_records_total {StoredRecord.objects.count()}",
    ]
    return "\n".join(lines) + "\n"


def _head(name: str, text: str, kind: str) -> tuple[str, str]:
    return f"# HELP {name} {text}", f"# TYPE {name} {kind}"
