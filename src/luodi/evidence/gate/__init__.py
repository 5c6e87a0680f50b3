"""Gates: criteria as data, answered by evidence; people decide on top of it, never instead.

Read in this order: ``model`` (criterion, seat, gate), ``read`` (``gates.toml`` and the templates
in ``criteria.toml`` and ``templates/``), ``check`` (what the ledger answers), ``deliberate``
(会签: signatures, vetoes, conditions, waivers), ``sign`` (add one), ``explain`` (the sentences).
"""
