"""The ground floor: every verb ends in evidence, and gates read evidence.

Read in this order: ``model`` (the nouns), ``canonical`` and ``suite`` (what is digested, what is
signed), ``outcome`` (how a verb ends), ``head``, ``ledger`` and ``recover`` (one chain per
writer), ``chain``, ``verify`` and ``merge`` (the verbs on it), ``freshness`` (does a record still
speak for the world), ``gate`` (go or no-go).  ``catalogue``, ``errors``, ``shape``, ``files``,
``progress`` and ``extras`` serve every room above.
"""
