"""Archives that somebody hands in: what they unpack to is read, not believed."""

from __future__ import annotations

import zipfile

PIECE = 1 << 20


def unpacks_beyond(archive: zipfile.ZipFile, limit: int) -> bool:
    """Tell whether the parts of an archive hold more than `limit` bytes.

    Every part is read until the limit is passed: the sizes in an archive's directory may lie.

    Raises
    ------
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError
        It cannot be unpacked at all.
    """
    left = limit
    for part in archive.infolist():
        with archive.open(part) as data:
            while piece := data.read(PIECE):
                left -= len(piece)
                if left < 0:
                    return True
    return False
