"""The mapping: what of the old system goes where in the new one, and what stays behind.

TOML and TSV in the landing folder are the truth (``mapping/<domain>.toml``,
``mapping/<dictionary>.tsv``); the Excel workbook is a view, out and in.  Read first ``model`` (the
nouns), then ``read`` and ``write`` (files), ``check`` (against itself and both catalogues),
``workbook`` (Excel), ``diff`` and ``versions``, ``sign`` (who vouches for it, and whether an
exclusion counts).
"""
