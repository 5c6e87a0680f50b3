"""Where rows go: databases, files, interface tables (中间表) and stored procedures of a new system.

Read ``model`` first (what a target's table demands; a part of a batch), then ``protocol`` (what
every target can do) and ``open`` (which is which).  A part is written in one transaction together
with its mark, so that after any crash it is known what of a batch the target holds: ``marks`` says
where that is kept.

``postgresql`` goes by COPY.  What is behind any other driver is ``relational``: rows by statements,
in one of the manners of ``manner`` (tables, ``interface_tables``, ``procedures``), in the ``words``
of its product.  ``files`` writes hand-over folders, ``folder`` looks at them, ``csv_files`` and
``parquet_files`` know the formats, ``delivery`` what a batch there is.
"""
