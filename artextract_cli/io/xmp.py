"""XMP metadata (ISO 16684-1), which may come from anyone: without entities, and bounded."""

from collections.abc import Mapping
from typing import NoReturn
from xml.parsers import expat

MAX_XMP_BYTES = 2**20
"""Largest packet that is read. Those of cameras have some kB, with edits 100 kB."""

MAX_DEPTH = 32
"""Largest depth of nested elements. Real packets have fewer than 10."""

MAX_PROPERTIES = 2000
"""Number of properties from which the rest is left out."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"


class XmpError(ValueError):
    """Why a packet is not read: ends a sentence that begins with "XMP metadata that"."""


def xmp_properties(packet: bytes) -> dict[str, str]:
    """Read the simple properties of a packet.

    Parameters
    ----------
    packet
        The packet, in UTF-8 or UTF-16.

    Returns
    -------
    dict
        Text by namespace and local name, separated by a space; items of a list by commas. Of
        texts in several languages the first one.

    Raises
    ------
    XmpError
        If it is too large, declares a document type or entities, or is not XML.
    """
    if len(packet) > MAX_XMP_BYTES:
        msg = f"are larger than {MAX_XMP_BYTES // 2**20} MiB"
        raise XmpError(msg)
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    # Entities can be declared in a document type only, and XMP has none.
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(_unpadded(packet), True)
    except (expat.ExpatError, LookupError, UnicodeError) as error:
        msg = "are damaged"
        raise XmpError(msg) from error
    return reader.properties


def _unpadded(packet: bytes) -> bytes:
    """The packet without zeros behind it, of which one may belong to UTF-16."""
    content = packet.strip(b"\0")
    is_odd = content.startswith((b"\xff\xfe", b"\xfe\xff")) and len(content) % 2
    return content + b"\0" if is_odd else content


def _refuse_document_type(*_: object) -> NoReturn:
    msg = "declare a document type"
    raise XmpError(msg)


class _Reader:
    """Collects properties while a packet is parsed."""

    def __init__(self) -> None:
        self.properties: dict[str, str] = {}
        self._open: list[str] = []
        self._items: list[str] = []
        self._is_alternative = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._open.append(name)
        if len(self._open) > MAX_DEPTH:
            msg = f"are nested more than {MAX_DEPTH} deep"
            raise XmpError(msg)
        if name == f"{_RDF} Description":
            for key, value in attributes.items():
                self._add(key, value)
        elif name == f"{_RDF} Alt":
            self._is_alternative = True
        elif not name.startswith(_RDF):
            self._items, self._is_alternative = [], False

    def text(self, text: str) -> None:
        if text.strip() and self._open and not (self._is_alternative and self._items):
            self._items.append(text.strip())

    def end(self, name: str) -> None:
        self._open.pop()
        if not name.startswith(_RDF) and self._items:
            self._add(name, ", ".join(self._items))
            self._items = []

    def _add(self, name: str, value: str) -> None:
        if len(self.properties) < MAX_PROPERTIES and name != _LANGUAGE:
            self.properties.setdefault(name, value)
