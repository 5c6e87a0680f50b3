"""Record linkage after Fellegi and Sunter (1969): which records speak of one person, or one drug.

Read in this order: ``model`` (fields, pairs, clusters), ``rules`` (what the data files beside it
say), ``bind`` (columns to fields), ``prepare`` (normal forms), ``block`` (which pairs are looked
at), ``compare`` (how far each field agrees), ``estimate`` (what that is worth, by EM),
``judge`` (probability, guards, class) and ``cluster`` (pairs to people).

``comparisons.toml`` holds the levels of agreement per kind of field, ``blocking.toml`` the blocking
rules, ``judgement.toml`` the guards and what counts as certain, ``headers.tsv`` the column names
that hospitals use.
"""
