"""People: who takes part in a project as what, and the accounts of this installation.

Read in this order: ``services`` (who may place whom, accounts and their passwords), ``forms``,
``lists``, ``views``, ``contribution``.  Members are a project's; organisations, departments and
accounts are the system administrator's, who sees nothing of any project but its name.
"""
