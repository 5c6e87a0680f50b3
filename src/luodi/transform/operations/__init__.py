"""The operations, written in the words that every dialect has (`dialect.words`).

Each function renders one operation: (step, value, work) → `Worked`.  A dialect lists the ones it
has; it may put one of its own in their place.
"""
