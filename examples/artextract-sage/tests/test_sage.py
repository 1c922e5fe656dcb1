from artextract_sage import artextract_backbones

from artextract_cli.testing import BackboneTests


class TestSage(BackboneTests):
    spec = artextract_backbones()
