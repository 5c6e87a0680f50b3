"""Suggest: which column goes where, which term of one list is which of another.

Columns: ``lexicon`` reads what names and comments mean, ``looks`` what values look like,
``columns`` weighs the signs, ``tables`` finds the tables worth comparing.  Terms: ``terms`` narrows
10,000 × 30,000 pairs down to the few worth weighing, ``weigh`` weighs drugs, diagnoses and names.
Everything is a proposal with its reasons; nothing is applied without a person.
"""
