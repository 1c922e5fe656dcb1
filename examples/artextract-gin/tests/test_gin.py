from artextract_gin import GinOptions, artextract_backbones

from artextract_cli.testing import BackboneTests


class TestGin(BackboneTests):
    spec = artextract_backbones()
    options = (GinOptions(out_size=5, layers=1),)
