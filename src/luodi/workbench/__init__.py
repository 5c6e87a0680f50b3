"""The web workbench: the only room that knows Django.

Read in this order: ``settings`` (Django's, made of Luodi's own), ``urls`` and ``asgi``, then
``core`` (people, projects, who may see what, the ledger in the database, the pages every app hangs
in) and the apps, each the web face of one thing.  An app hands the rest of the workbench one
`luodi.workbench.core.contribution.Contribution`; core imports no app.

An app reads the same way everywhere: ``models``, ``services`` (takes domain objects, never a
request), ``views``, ``forms``, ``urls``, ``templates/<app>``, ``contribution``.
"""
