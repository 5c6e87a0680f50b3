"""What the columns of a source hold, measured exactly.

Read in this order: ``model`` (the nouns), ``patterns`` (character classes of values), ``columns``
(one column measured), ``dates`` (days kept as text or numbers), ``meaning`` (what a column is, from
signs kept as data), ``context`` (what it is beside others), ``keys`` (which columns tell rows
apart), ``inclusion`` (which column refers to which), ``privacy`` (what may leave the vault), then
the reports ``page`` (HTML) and ``workbook`` (Excel).
"""
