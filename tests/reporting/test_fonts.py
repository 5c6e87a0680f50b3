"""Which font prints what."""

from pathlib import Path

import pytest

from luodi.evidence.errors import LuodiError
from luodi.reporting.fonts import Font, characters, font_for

NOTO = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


@pytest.mark.needs(str(NOTO))
def test_it_works() -> None:
    known = characters(NOTO, 0)
    assert set(map(ord, "落地A龥𠮷€")) <= known
    assert 0xF1234 not in known
    assert font_for(["落地"], [Font("Noto Sans CJK SC", NOTO, 0)]) == "Noto Sans CJK SC"


def test_no_font_is_said_with_a_remedy() -> None:
    with pytest.raises(LuodiError) as refused:
        font_for(["落地"], [])
    assert refused.value.code == "reporting.font_missing"


def test_a_file_that_is_no_font_has_nothing(tmp_path: Path) -> None:
    for content in (b"", b"ttcf", b"ttcf" + b"\0" * 40, b"\0\1\0\0" + b"\xff" * 30):
        path = tmp_path / f"{len(content)}.ttf"
        path.write_bytes(content)
        assert characters(path, 3) == frozenset()
    assert characters(tmp_path / "none.ttf", 0) == frozenset()
