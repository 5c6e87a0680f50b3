"""The ground floor: every verb ends in evidence, and gates read evidence.

Read in this order: ``model`` (the nouns), ``canonical`` and ``suite`` (what is digested, what is
signed), ``outcome`` (how a verb ends), ``ledger`` (what every store offers), ``json_lines`` with
``stored``, ``head``, ``twin_heads`` and ``recover`` (the store of a landing folder), ``chain``,
``verify`` and ``merge`` (the verbs on it), ``attest`` (a person's word), ``freshness`` (does a
record still speak for the world), ``gate`` (go or no-go).  ``catalogue``, ``errors``, ``shape``,
``figures``, ``files``, ``progress`` and ``extras`` serve every room above.
"""
