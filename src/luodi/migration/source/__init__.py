"""Sources: what data is read from.  One file per product, one way to read them.

Read first ``model`` (what a source answers) and ``location`` (where it is); ``opened`` opens one.
"""

from luodi.migration.source.location import source_of
from luodi.migration.source.model import Source
from luodi.migration.source.open import opened

__all__ = ["Source", "opened", "source_of"]
