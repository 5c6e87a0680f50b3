"""The command line ``luodi``: one thin file per verb group, no logic.

A verb here reads words, calls one engine, and draws what came back.  Read in this order:
``main`` (a line of words becomes an exit code), ``command`` (how a verb file looks, and what every
command has: ``--json``, ``--lang``, help in the reader's language), ``words`` and ``usage`` (words
become values, or a sentence that says what is wrong), ``terminal`` and ``draw`` (results to
standard output, everything else to standard error), ``failure`` (what went wrong becomes a
sentence), then any verb: ``version`` is the shortest.

Exit codes: 0 fine, 1 the work found problems, 2 wrong use, 3 could not do the work, 130
interrupted.
"""
