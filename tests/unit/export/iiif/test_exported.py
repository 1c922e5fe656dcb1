"""Addresses of what belongs to a scene."""

from tests.unit.export.iiif.scenes import make_exported


def test_everything_of_a_scene_lies_in_its_folder() -> None:
    scene = make_exported()
    addresses = (scene.manifest, scene.regions_page, scene.canvas)
    assert len({*addresses}) == 3
    assert all(address.startswith("http://a/abbey/") for address in addresses)
