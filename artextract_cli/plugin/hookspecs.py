"""The hooks that a plugin may implement, one for each kind of plugin."""

from collections.abc import Sequence

import pluggy

from artextract_cli.plugin.contract import (
    Backbone,
    Command,
    Importer,
    Logger,
    Objective,
    Scorer,
    SuperpixelMethod,
)

hookspec = pluggy.HookspecMarker("artextract")
hookimpl = pluggy.HookimplMarker("artextract")


@hookspec
def artextract_superpixels() -> SuperpixelMethod | Sequence[SuperpixelMethod]:  # type: ignore[empty-body]
    """Methods of segmenting an image into superpixels.

    The function of the spec takes an image (H, W, C) of any number of channels and the options, and
    returns a label map (H, W). The host checks the map, splits regions that are not connected and
    numbers them 0..N-1. Built in: slic, slic-torch, felzenszwalb, watershed, quickshift.
    """


@hookspec
def artextract_backbones() -> Backbone | Sequence[Backbone]:  # type: ignore[empty-body]
    """Graph networks that embed the nodes of a superpixel graph.

    The factory of the spec takes the number of node features and the options, and returns a module
    that embeds any number of views (photograph, bands) on one topology with the same parameters.
    The host seeds, moves it to the device, trains and saves it. Built in: gcn, gat.
    """


@hookspec
def artextract_objectives() -> Objective | Sequence[Objective]:  # type: ignore[empty-body]
    """Training objectives, which compare the branches.

    The function of the spec takes the embeddings of a batch of scenes and the options, and returns
    the loss. The host batches, optimises, detects divergence and calibrates. Built in:
    hidden-layer, node-contrastive, graph-contrastive.
    """


@hookspec
def artextract_scorers() -> Scorer | Sequence[Scorer]:  # type: ignore[empty-body]
    """Scorers, which turn embeddings, attention and bands into a score per superpixel.

    The function of the spec takes the network output for a scene and the options, and returns a
    score for every superpixel and compared view, larger where they differ more. The host converts
    scores into false-alarm rates on clean paint and draws them. Built in: distance, cosine,
    attention.
    """


@hookspec
def artextract_importers() -> Importer | Sequence[Importer]:  # type: ignore[empty-body]
    """Importers, which turn captures into a dataset.

    The function of the spec takes a file or folder and the options, and yields one scene after
    another. The host checks them and writes the dataset; an importer writes nothing. Built in:
    bands, pair, cube, cave, harvard.
    """


@hookspec
def artextract_loggers() -> Logger | Sequence[Logger]:  # type: ignore[empty-body]
    """Loggers, which show how a training goes while it runs.

    The factory of the spec takes the run directory, the resolved settings and the options, and
    returns an object that is given the metrics and an example map after every epoch. Only the first
    of several processes logs, and a logger that fails is not used any more: it never stops a
    training. Built in: tensorboard.
    """


@hookspec
def artextract_commands() -> Command | Sequence[Command]:  # type: ignore[empty-body]
    """Additional commands, ``artextract NAME``.

    The spec loads a Typer app, which is mounted under the name of the spec when that command is
    called; the summary appears in ``artextract --help``. Names of artextract's own commands are
    reserved. Global flags (``--json``, ``-q``, ...) may stand anywhere on the line: `emit` and
    `progress` respect them. Built in: doctor.
    """
