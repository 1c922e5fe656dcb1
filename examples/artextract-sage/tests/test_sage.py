from artextract_cli.testing import BackboneTests
from artextract_sage import artextract_backbones


class TestSage(BackboneTests):
    spec = artextract_backbones()
