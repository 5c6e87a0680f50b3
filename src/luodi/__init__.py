"""Luodi 落地 — the workbench of the medical software implementation engineer.

Every verb ends in evidence, and go/no-go gates read evidence, not ticks.

Rooms import only downward: ``cli`` stands on ``landing``, ``landing`` on ``evidence``.
Read ``evidence`` first; it is the ground floor.
"""

__version__ = "0.1.0"
