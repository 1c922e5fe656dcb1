import pytest

from artextract_cli.io.capture_fields import (
    MAX_CHARACTERS,
    cleaned,
    exif_fields,
    iptc_fields,
    xmp_fields,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  a\n b\0\x1b[31m ", "a b [31m"),
        ("left\u202eright", "left right"),
        (b"caf\xc3\xa9", "café"),
        ([b"one", b"two"], "one, two"),
        ("x" * 10**6, "x" * MAX_CHARACTERS),
        (12, ""),
        (None, ""),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_text_is_one_short_line(value: object, text: str) -> None:
    assert cleaned(value) == text


@pytest.mark.parametrize(
    ("tags", "fields"),
    [
        ({0x010F: "Phase One", 0x0110: "IQ4"}, {"camera": "Phase One IQ4"}),
        ({0x010F: "Nikon", 0x0110: "Nikon D850"}, {"camera": "Nikon D850"}),
        ({"Make": "Nikon"}, {"camera": "Nikon"}),
        ({0x0132: "2024:05:31 10:00:00"}, {"date": "2024-05-31 10:00:00"}),
        ({"ExposureTime": (1, 8), "FNumber": (11, 1)}, {"exposure": "1/8 s, f/11"}),
        ({0x829A: 2.5, 0x8827: (200,)}, {"exposure": "2.5 s, ISO 200"}),
        ({0x829A: (1, 0), 0x829D: "nonsense", 0x8827: -1, 0x920A: float("nan")}, {}),
        ({0x829A: (), 0x829D: 1e300}, {}),
    ],
)
def test_exif(tags: dict[int | str, object], fields: dict[str, str]) -> None:
    assert exif_fields(tags) == fields


def test_xmp() -> None:
    properties = {
        "http://ns.adobe.com/exif/1.0/ ExposureTime": "1/125",
        "http://ns.adobe.com/exif/1.0/ FNumber": "56/10",
        "anything:else/ OpticalFilter": "bandpass 1050 nm",
        "http://ns.adobe.com/xap/1.0/ CreateDate": "2024-05-31T12:00:00+02:00",
    }
    assert xmp_fields(properties) == {
        "exposure": "1/125 s, f/5.6",
        "filter": "bandpass 1050 nm",
        "date": "2024-05-31T12:00:00+02:00",
    }


def test_iptc() -> None:
    sets = {(2, 55): b"20240531", (2, 80): [b"A", b"B"], (2, 116): b"Museum", (2, 5): b"Title"}
    expected = {"date": "2024-05-31", "creator": "A, B", "copyright": "Museum"}
    assert iptc_fields(sets) == expected
