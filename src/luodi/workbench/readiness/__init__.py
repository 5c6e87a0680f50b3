"""Readiness: are we ready?  Gates, what their criteria say, who signs, and the cockpit.

Read in this order: ``standing`` (what every gate says now), ``services`` (speak at a gate),
``summary`` (the cockpit's numbers), ``views``, ``contribution``.
"""
