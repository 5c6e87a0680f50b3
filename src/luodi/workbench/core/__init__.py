"""What every app of the workbench stands on.

Read in this order: ``models`` (people, projects, who sees what, content, ledger), ``capabilities``
(what a function on a side may do, as a table), ``access`` (the one way a view reaches a project),
``contribution`` (what an app hands to the shell), ``hosted`` (a project whose truth is the
database, for engines that know landing folders), ``ledger`` (the store of evidence), and the
pages: ``context``, ``middleware``, ``rendering``, ``templatetags``, ``views``.
"""
