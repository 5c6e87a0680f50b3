"""The closed set of operations that carries a value from an old system into a new one.

Read in this order: ``model`` (the operations and predicates as nouns), ``program`` (rules bound
to a relation), ``compile`` (a program as one SELECT: values beside the faults that reject a row),
``layers`` (how that SELECT stays small), ``operations`` (each operation, in words that every
engine has), ``dialect`` (the words in DuckDB, PostgreSQL, Spark), ``faults`` (a fault as a
sentence).  An operation that a dialect lacks is refused by name, never transpiled in hope.
Migration and interfaces both use it.
"""
