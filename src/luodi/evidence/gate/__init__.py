"""Gates: criteria as data, answered by evidence; people decide on top of it, never instead.

Read in this order: ``model`` (criterion, seat, gate), ``read`` and ``possible`` (``gates.toml``,
strictly), ``templates`` (those that ship, from ``criteria.toml`` and ``templates/``), ``answer``
and ``compare`` (what the ledger says), ``signatures`` and ``earlier`` (会签: who said what, and
does it count), ``check`` (the verb), ``sign`` (say something), ``explain`` (the sentences).
"""
