"""How good the data of a source is, by rules that are data.

Read in this order: ``model`` (the nouns), ``rules`` with ``catalogue/*.toml`` (the catalogue),
``own`` (what a project adds, binds and switches off in ``quality.toml``), ``bind`` (which rule
looks at which columns), ``terms`` (how SQL says a column), ``values`` (checks of single values by
`luodi.terminology`), ``facts`` (checks of what a profile says), ``sums`` (totals and sequences),
``column`` (one column, value by value), ``run`` (all of it over a table), ``score``, ``history``
and ``export``.
"""
