from artextract_cli.testing import SuperpixelTests
from artextract_lsc import artextract_superpixels


class TestLsc(SuperpixelTests):
    spec = artextract_superpixels()
