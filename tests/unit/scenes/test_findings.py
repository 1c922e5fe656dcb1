"""Warnings of the problems of a dataset."""

from pathlib import Path

import pytest

from artextract_cli.scenes.findings import Finding, warn_of


def finding(file: Path | None, message: str = "m") -> Finding:
    return Finding(level="warning", scene="", file=file, message=message)


def test_what_concerns_every_image_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    warn_of([finding(None, "one of all"), finding(Path("val/rgb_images/a_RGB.png"), "of one")])
    assert caplog.messages == ["one of all"]


def test_masks_of_no_scene_are_named(caplog: pytest.LogCaptureFixture) -> None:
    warn_of([finding(Path(f"val/object/{name}.png")) for name in "abcde"])
    assert caplog.messages == [
        "5 masks belong to no scene and are not used (val/object/a.png, val/object/b.png, "
        "val/object/c.png and 2 more): name a mask <scene>_mask.png after its photograph "
        "<scene>_RGB.png"
    ]
    caplog.clear()
    warn_of([finding(Path("val/object/a.png"))])
    assert caplog.messages[0].startswith("1 mask belongs to no scene and is not used (")
