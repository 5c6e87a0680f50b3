import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.terminology.detect import SAMPLE, detect
from luodi.terminology.encoding import Encoding, encode

SIMPLIFIED = "患者编号,姓名,性别\n1001,张伟,男\n1002,王芳,女\n主诉：头痛三天，伴发热。\n"
TRADITIONAL = "患者編號,姓名,性別\n1001,張偉,男\n1002,王芳,女\n主訴：頭痛三天，伴發熱。\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, Encoding.UTF_8),
        (SIMPLIFIED, Encoding.GBK),
        (SIMPLIFIED + "𠂇䶮", Encoding.GB18030),
        (TRADITIONAL, Encoding.BIG5),
        (TRADITIONAL, Encoding.GBK),
        (SIMPLIFIED, Encoding.UTF_16_LE),
        (SIMPLIFIED, Encoding.UTF_16_BE),
    ],
)
def test_it_works(text, encoding):
    assert detect(encode(text, encoding), whole=True).encoding == encoding


@pytest.mark.parametrize(
    ("mark", "codec", "encoding"),
    [
        (b"\xef\xbb\xbf", "utf-8", Encoding.UTF_8),
        (b"\xff\xfe", "utf-16-le", Encoding.UTF_16_LE),
        (b"\xfe\xff", "utf-16-be", Encoding.UTF_16_BE),
    ],
)
def test_a_byte_order_mark_decides(mark, codec, encoding):
    found = detect(mark + "张".encode(codec), whole=True)
    assert (found.encoding, found.bom, found.certain) == (encoding, True, True)


def test_ascii_says_nothing():
    assert detect(b"id,name\n1,x\n").ascii
    assert detect(b"").ascii


def test_a_cut_last_character_is_no_damage():
    data = (SIMPLIFIED * 50).encode()
    assert detect(data[:-2]).damaged == 0
    assert detect(data[:-2], whole=True).damaged == 1


def test_damage_does_not_hide_the_encoding():
    data = (SIMPLIFIED * 50).encode()
    found = detect(data[:500] + b"\xff" + data[500:], whole=True)
    assert (found.encoding, found.damaged) == (Encoding.UTF_8, 1)
    data = (SIMPLIFIED * 50).encode("gbk")
    found = detect(data[:510] + b"\xff" + data[510:], whole=True)
    assert found.encoding == Encoding.GBK


def test_chinese_may_begin_late():
    data = b"0123456789\n" * 10_000 + SIMPLIFIED.encode("gbk")
    assert detect(data, whole=True).encoding == Encoding.GBK


@pytest.mark.parametrize(
    "data", [bytes(range(128, 256)) * 8, b"\x89PNG\r\n\x1a\n" + b"\xff\x80" * 99]
)
def test_a_binary_file_is_no_text(data):
    assert detect(data, whole=True) is None


def test_real_names_are_told_apart(shared_data):
    text = (shared_data / "drg" / "icd10_clinical_diagnosis_names.txt").read_text("utf-8")
    assert detect(text.encode("gbk", "ignore")[:SAMPLE]).encoding == Encoding.GBK
    assert detect(text.encode("utf-8")[:SAMPLE]).encoding == Encoding.UTF_8


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_get_an_answer(data, whole):
    found = detect(data, whole=whole)
    assert found is None or found.encoding in Encoding


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1))
def test_valid_utf8_is_always_utf8(text):
    assert detect(text.encode(), whole=True).encoding == Encoding.UTF_8
