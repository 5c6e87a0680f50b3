"""A legacy hospital: invented people, real habits.

Read ``kinds.toml`` (what patient rows are to one another) and ``faults.toml`` (what is wrong with
rows, and how often) first, then ``tables.tsv`` and ``columns.tsv`` (the schema, in the pinyin
initials of its time), the SQL that fills it, and ``generate``, which runs it.  ``write`` puts the
result where a tool expects a legacy system: a folder of CSV, SQLite, PostgreSQL, MariaDB.
"""
