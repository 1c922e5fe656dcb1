"""The hooks a plugin may implement, one for each kind of plugin."""

from collections.abc import Sequence

import pluggy

from artextract_cli.contract import Backbone, SuperpixelMethod

hookspec = pluggy.HookspecMarker("artextract")
hookimpl = pluggy.HookimplMarker("artextract")


@hookspec
def artextract_superpixels() -> SuperpixelMethod | Sequence[SuperpixelMethod]:  # type: ignore[empty-body]
    """Ways to cut a picture into superpixels.

    The function of the spec gets a picture (H, W, C) of any number of channels and the options, and
    returns a label map (H, W). The host checks the map, splits regions that are not connected and
    numbers them 0..N-1. Built in: slic, slic-torch, felzenszwalb, watershed, quickshift.
    """


@hookspec
def artextract_backbones() -> Backbone | Sequence[Backbone]:  # type: ignore[empty-body]
    """Graph networks that embed the nodes of a superpixel graph.

    The factory of the spec gets the number of node features and the options, and returns a module
    that embeds any number of views (photograph, bands) on one topology with the same parameters.
    The host seeds, moves it to the device, trains and saves it. Built in: gcn, gat.
    """
