from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.evidence.errors import LuodiError
from luodi.terminology.encoding import Decoder, Encoding, Place, decode, encode, present
from luodi.terminology.tables import rows

TEXT = "患者,张伟\n药品,阿莫西林\n"
GB = (Encoding.GB18030, Encoding.GBK)
MOVED = [(bytes.fromhex(row[0]), chr(int(row[2], 16)), row[3]) for row in rows("gb18030.tsv")]


@pytest.mark.parametrize("encoding", Encoding)
def test_it_works(encoding):
    text = "患者,張偉\n" if encoding is Encoding.BIG5 else TEXT
    assert decode(encode(text, encoding), encoding) == text


def test_characters_that_old_editions_kept_private_are_where_the_standard_has_them_now():
    assert decode(b"\xfe\x59\xfe\x7e\xa6\xd9\xa8\xbc\xfe\x51", Encoding.GB18030) == "龴龹︐ḿ𠂇"
    assert decode(b"\xfe\x9f", Encoding.GBK) == "䶮"
    assert len(MOVED) == 25


@pytest.mark.parametrize("encoding", GB)
@pytest.mark.parametrize(("data", "character", "two_bytes"), MOVED)
def test_each_of_them_is_read(encoding, data, character, two_bytes):
    assert decode(data, encoding) == character
    written = encode(character, Encoding.GB18030)
    assert written == data if two_bytes == "yes" else len(written) == 4
    assert decode(written, Encoding.GB18030) == character


def test_private_use_of_the_hospital_itself_stays():
    assert decode(b"\xaa\xa1", Encoding.GB18030) == "\ue000"
    assert present("\ue000\ue863") == "\ue000\ue863"


def test_a_database_in_utf8_may_hold_them_too():
    assert present("\ue81e") == "龴"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"\xef\xbb\xbf", Encoding.UTF_8),
        (b"\xff\xfe", Encoding.UTF_16_LE),
        (b"\xfe\xff", Encoding.UTF_16_BE),
        (b"\x84\x31\x95\x33", Encoding.GB18030),
    ],
)
def test_a_byte_order_mark_is_no_text(mark, encoding):
    assert decode(mark + encode(TEXT, encoding), encoding) == TEXT


def test_only_the_first_mark_is_one():
    assert decode("\ufeff\ufeffa".encode(), Encoding.UTF_8) == "\ufeffa"


@pytest.mark.parametrize(
    ("data", "encoding", "offset", "line"),
    [
        (b"abc\n\xff", Encoding.UTF_8, 4, 2),
        ("张\n伟\n".encode() + b"\xe5\xbc", Encoding.UTF_8, 8, 3),
        ("张\n".encode("gbk") + b"\xff\xff", Encoding.GBK, 3, 2),
        ("张".encode("gbk") + b"\x80", Encoding.GB18030, 2, 1),
        ("张".encode("gbk") + b"\xd5", Encoding.GB18030, 2, 1),
        ("a\n".encode("utf-16-le") + b"\x00\xd8a\x00", Encoding.UTF_16_LE, 4, 2),
        ("ab".encode("utf-16-le") + b"a", Encoding.UTF_16_LE, 4, 1),
    ],
)
def test_damage_is_named_by_offset_and_line(data, encoding, offset, line):
    with pytest.raises(LuodiError) as wrong:
        decode(data, encoding)
    assert wrong.value.code == "terminology.undecodable"
    assert wrong.value.params == {"encoding": str(encoding), "offset": offset, "line": line}
    assert wrong.value.__cause__ is None
    assert wrong.value.__suppress_context__ or wrong.value.__context__ is None


def test_damage_can_be_replaced_and_is_counted():
    decoder = Decoder(Encoding.UTF_8, replace=True)
    text = decoder.decode(b"a\xff\nb") + decoder.decode(b"\xfe\nc\xe5", final=True)
    assert text == "a\ufffd\nb\ufffd\nc\ufffd"
    assert decoder.damaged == 3
    assert decoder.places == [Place(1, 1), Place(4, 2), Place(7, 3)]


def test_many_damaged_places_are_counted_but_not_all_named():
    decoder = Decoder(Encoding.GBK, replace=True)
    decoder.decode(b"\xff\n" * 100_000, final=True)
    assert decoder.damaged == 100_000
    assert len(decoder.places) == 100
    assert decoder.places[-1] == Place(198, 100)


def test_what_an_encoding_lacks_is_named_by_its_place():
    with pytest.raises(LuodiError) as wrong:
        encode("张𠂇", Encoding.GBK)
    assert wrong.value.params == {"encoding": "gbk", "place": 2}
    assert wrong.value.__context__ is None
    with pytest.raises(LuodiError):
        encode("张", Encoding.BIG5)


texts = st.text(st.characters(codec="gb18030", exclude_categories=["Co", "Cs"]))


@given(texts, st.sampled_from([Encoding.GB18030, Encoding.UTF_8, Encoding.UTF_16_BE]))
def test_there_and_back_is_the_same(text, encoding):
    text = text.replace("\ufeff", "")
    assert decode(encode(text, encoding), encoding) == text


@given(st.binary(max_size=200), st.lists(st.integers(0, 200)), st.sampled_from(Encoding))
def test_chunks_do_not_matter(data, cuts, encoding):
    """Neither to the text nor to where it is damaged."""
    at_once = Decoder(encoding, replace=True)
    text = at_once.decode(data, final=True)
    in_parts = Decoder(encoding, replace=True)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    parts = [in_parts.decode(data[a:b]) for a, b in pairwise(places)]
    assert "".join(parts) + in_parts.decode(b"", final=True) == text
    assert in_parts.places == at_once.places
    assert in_parts.damaged == at_once.damaged
