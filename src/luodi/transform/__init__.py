"""The closed set of operations that carries a value from an old system into a new one.

Read in this order: ``model`` (the operations and predicates as nouns), ``program`` (rules bound
to a relation), ``compile`` (a program as layers of SQL: values beside the faults that reject a
row),
``dialect`` (one renderer per engine: DuckDB, PostgreSQL, Spark).  An operation that a dialect
lacks is refused by name, never transpiled in hope.  Migration and interfaces both use it.
"""
