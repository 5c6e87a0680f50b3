"""Whether every row has a place, and is the same row at both ends.

Read first ``model`` (what a reconciliation answers), then in the order of the work: ``equation``
(each source row counted once), ``read_back`` (the target, read again), ``compare`` (row by row and
by checksum), ``sums`` (money and quantities by period and department), ``moved`` (the source, read
again), ``totals`` (what a cutover night hands over, to the cent), ``samples``, ``report``
and ``printed`` (the report as files, evidence by their digests).
"""
