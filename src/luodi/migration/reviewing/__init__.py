"""The review desk: a durable queue of what only a person may decide.

Read in this order: ``model`` (items, decisions, states), ``queue`` (the tables in the workspace),
``offer`` (putting what was found into them), ``standing`` (what the decisions amount to,
contradictions, agreement between reviewers), ``decide`` (one decision, and undoing it), ``merge``
(rows that become one, and before-images to go back), ``anew`` (rows that were extracted again),
``codes`` (terms of a list that need a code), ``entries`` (what was decided of them, in the
dictionary that a load translates by, and back), ``rows`` (what a load asks: which rows wait, which
are merged into which) and ``freshness`` (what a gate asks: is it still so).
"""
