from artextract_lsc import artextract_superpixels

from artextract_cli.testing import SuperpixelTests


class TestLsc(SuperpixelTests):
    spec = artextract_superpixels()
