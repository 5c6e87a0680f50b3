"""Data migration: from a legacy hospital database to an exact reconciliation.

The verbs, in the order of the work: ``connect`` (reach a source, read its catalogue), ``extract``
(its rows into the encrypted workspace), ``profile``, ``assess``, ``map``, ``suggest``, ``load``,
``rejects``, ``reconcile``, ``dedupe``, ``review``, ``rollback``.  Read first ``model`` (tables and
columns), ``workspace`` (where extracted rows live) and ``mapping`` (the table engineers know).

Every source row has exactly one fate: loaded, merged, rejected, in review, or excluded by a signed
scope decision.  Rows and everything made from them live in the vault; errors and evidence name a
row by its table and ordinal.
"""
