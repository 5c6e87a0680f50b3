"""Pages of readiness, one file a screen."""

from luodi.workbench.readiness.views.attest import attest
from luodi.workbench.readiness.views.cockpit import cockpit
from luodi.workbench.readiness.views.gate import gate
from luodi.workbench.readiness.views.gates import gates
from luodi.workbench.readiness.views.ledger import ledger, record

__all__ = ["attest", "cockpit", "gate", "gates", "ledger", "record"]
