"""Long work: a verb runs in a worker of its own, watched, cancelled, retried, and never lost.

Read in this order: ``models`` (a job, its log, the workers), ``services`` (ask for one, cancel,
retry), ``transport`` (how a worker hears of it), ``report`` (what a running verb tells),
``perform`` (one job from start to evidence), ``sweep`` (what a dead worker left behind),
``worker`` (the loop), ``shown`` and ``views`` (the pages, and the stream behind them).

An app hands in its long verbs through its Contribution (`luodi.workbench.core.contribution`).
"""
