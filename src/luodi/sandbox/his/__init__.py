"""The reference hospital system: what a modern HIS looks like, small enough to read.

``tables.tsv`` and ``columns.tsv`` say everything; ``schema`` writes them as SQL for SQLite and
PostgreSQL, ``create`` brings them into an empty database, ``landing`` copies the mapping that
leads the generated hospital into it.
"""
