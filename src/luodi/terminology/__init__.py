"""What a hospital's values mean: parse, check, normalise.

Each module knows one kind of value and reads alone: ``id_card`` (居民身份证, GB 11643-1999),
``document`` (every other paper a patient shows), ``area`` (GB/T 2260), ``code_table`` (GB/T 2261,
GB/T 3304), ``icd`` (diagnoses and procedures), ``specification`` (a drug's 规格) with ``units``,
``text`` (white space, widths, mojibake), ``encoding`` (bytes to text), ``phone``, ``dates``.

A value that does not parse is no exception but an answer: the functions return what they read or
a *fault*, one word of a closed list that says what is wrong.  Nothing here looks at a database.
"""
