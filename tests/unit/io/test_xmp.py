import pytest

from artextract_cli.io.xmp import MAX_DEPTH, MAX_PROPERTIES, MAX_XMP_BYTES, XmpError, xmp_properties
from tests.helpers.metadata import packet

CREATOR = "http://purl.org/dc/elements/1.1/ creator"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><x>&j;</x>"
)
FILE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>'


def test_attributes_elements_lists_and_languages() -> None:
    found = xmp_properties(
        packet(
            "<dc:creator><rdf:Seq><rdf:li>A</rdf:li><rdf:li>B</rdf:li></rdf:Seq></dc:creator>"
            '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">All</rdf:li>'
            '<rdf:li xml:lang="de">Alle</rdf:li></rdf:Alt></dc:rights>'
            "<tiff:Make>Nikon &amp; Co</tiff:Make>",
            'museum:Filter="IR 950"',
        )
    )
    assert found[CREATOR] == "A, B"
    assert found["http://purl.org/dc/elements/1.1/ rights"] == "All"
    assert found["http://ns.adobe.com/tiff/1.0/ Make"] == "Nikon & Co"
    assert found["https://example.org/ns/ Filter"] == "IR 950"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_encodings_and_padding(encoding: str) -> None:
    content = packet("<dc:creator>Æ</dc:creator>").decode().replace("\ufeff", "")
    assert xmp_properties(content.encode(encoding))[CREATOR] == "Æ"
    assert xmp_properties(packet("<dc:creator>Æ</dc:creator>") + b"\0\0")[CREATOR] == "Æ"


@pytest.mark.parametrize(
    ("hostile", "why"),
    [
        (BOMB, "declare a document type"),
        (BOMB.decode().encode("utf-16"), "declare a document type"),
        (FILE, "declare a document type"),
        (packet("x" * (10 * 2**20)), "are larger than 1 MiB"),
        (packet("<dc:a>" * MAX_DEPTH + "</dc:a>" * MAX_DEPTH), "are nested more than"),
        (b"<x>&undeclared;</x>", "are damaged"),
        (b"<x", "are damaged"),
        (b"\xff\xfe\xff", "are damaged"),
        (b'<?xml version="1.0" encoding="nonsense"?><x/>', "are damaged"),
    ],
)
def test_hostile_packets(hostile: bytes, why: str) -> None:
    with pytest.raises(XmpError, match=why):
        xmp_properties(hostile)


def test_the_number_of_properties_is_bounded() -> None:
    many = "".join(f"<dc:p{n}>1</dc:p{n}>" for n in range(MAX_PROPERTIES + 500))
    assert len(packet(many)) < MAX_XMP_BYTES
    assert len(xmp_properties(packet(many))) == MAX_PROPERTIES
