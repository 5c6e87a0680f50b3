"""Check a mapping; every finding names file, feed and column.

Against itself (``structure``), both catalogues (``tables``, ``columns``) and the values that were
extracted (``dictionaries``, ``unmapped``).
"""

from luodi.migration.mapping.check.all import Known, check

__all__ = ["Known", "check"]
