"""Running the site: is it alive, is it ready, what does it count, what does it log, its backup.

Read in this order: ``logs`` (a line of JSON per event), ``checks`` and ``metrics`` with their
``views``, ``archive`` (an encrypted container), ``snapshot`` (the database in a file), ``backup``,
``restore``.
"""
