"""A trained network as a program of torch, which runs without artextract."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from artextract_cli.errors import DependencyError, UsageError
from artextract_cli.utils.atomic import atomic_path
from artextract_cli.utils.output_plan import OutputPlan

if TYPE_CHECKING:
    import torch

    from artextract_cli.models.card import ModelCard
    from artextract_cli.pipelines.pipeline import InputSizes

SUFFIX = ".pt2"
ABOUT = "artextract.json"  # in the program: what its inputs and outputs are


@dataclass(frozen=True, kw_only=True)
class ExportedModel:
    """What was exported.

    Attributes
    ----------
    program
        The file.
    inputs
        Shape of each input by name; letters are free: N superpixels, E edges.
    output
        Shape of the embeddings.
    """

    program: Path
    inputs: dict[str, str]
    output: str


def export_model(model: Path, out: Path) -> ExportedModel:
    """Write the network of a model as a program of ``torch.export``.

    The program embeds the superpixels of a scene. It does not compute superpixels or features, and
    does not score pixels: `export_inputs` writes what it is given.

    Parameters
    ----------
    model
        Run directory or model file, or ``Path("gat")`` or ``Path("gcn")``, the bundled models.
    out
        File to write; its name ends in ``.pt2``.

    Returns
    -------
    ExportedModel
        The file, and the shapes of inputs and output.

    Raises
    ------
    UsageError
        If ``out`` is not a .pt2 file or is the model, or the model has no network.
    InputError
        If the model is missing or damaged.
    DependencyError
        If a plugin of the model is not installed, or its network cannot be exported.
    """
    from artextract_cli.models.checkpoint import model_path
    from artextract_cli.models.score_card import card_path
    from artextract_cli.pipelines.networks import load_model

    if out.suffix.lower() != SUFFIX:
        msg = f"{out}: programs of torch.export end in {SUFFIX}; use such a name"
        raise UsageError(msg)
    if card_path(model) is not None:
        msg = f"{model} has no network to export: choose a trained model, such as gat"
        raise UsageError(msg)
    OutputPlan(out=out, source_files=(model_path(model),)).check()
    network, card, pipeline = load_model(model)
    sizes = pipeline.input_sizes(card)
    try:
        program = _recorded(network, sizes)
    except RuntimeError as error:
        backbone = card.backbone
        msg = (
            f"torch.export cannot record the network of {model}, backbone {backbone['name']} of "
            f"{backbone['distribution']} ({str(error).splitlines()[0]}): export a model of gcn or "
            "gat, or ask its authors for operations that torch.export knows"
        )
        raise DependencyError(msg) from error
    described = _described(card, sizes, program)
    with atomic_path(out) as temporary, temporary.open("wb") as file:
        _save(program, file, described)
    return ExportedModel(
        program=out, inputs=dict(described["inputs"]), output=str(described["output"])
    )


def _recorded(network: Any, sizes: "InputSizes") -> Any:
    """The program: torch records the operations of one call."""
    import torch
    from torch.export import Dim, export

    from artextract_cli.nn.program import NetworkProgram

    given = _example_inputs(sizes)
    nodes, edges = Dim("N", min=2), Dim("E", min=2)
    free: dict[str, Any] = {"x": {0: nodes}, "edges": {1: edges}, "inside": {0: nodes}}
    if "edge_features" in given:
        free["edge_features"] = {0: edges}
    # With gradients: without them, products use an operation of oneDNN that not every torch has.
    with torch.enable_grad():
        return export(NetworkProgram(network), (), given, dynamic_shapes=free, strict=False)


def _example_inputs(sizes: "InputSizes") -> "dict[str, torch.Tensor]":
    """Inputs of a network, of some graph: their shapes are recorded, their values are not."""
    import torch

    # Neither number may equal another size, which torch would take for the same one.
    n_nodes = 37
    ring = torch.arange(n_nodes)
    there = torch.stack([ring, ring.roll(1)])
    edges = torch.cat([there, there.flip(0)], dim=1)
    given = {
        "x": torch.ones(n_nodes, sizes.views, sizes.features),
        "edges": edges,
        "inside": torch.ones(n_nodes, dtype=torch.bool),
    }
    if sizes.edge_features:
        given["edge_features"] = torch.ones(edges.shape[1], sizes.edge_features)
    return given


def _described(card: "ModelCard", sizes: "InputSizes", program: Any) -> dict[str, Any]:
    shapes = {"x": f"N, {sizes.views}, {sizes.features}", "edges": "2, E", "inside": "N"}
    if sizes.edge_features:
        shapes["edge_features"] = f"E, {sizes.edge_features}"
    size = program.graph_signature.user_outputs[0]
    width = next(n.meta["val"].shape[-1] for n in program.graph.nodes if n.name == size)
    return {
        "backbone": dict(card.backbone),
        "learns_from": card.learns_from,
        "bands": list(card.band_ids),
        "inputs": shapes,
        "output": f"N, {sizes.views}, {width}",
    }


def _save(program: Any, file: Any, described: dict[str, Any]) -> None:
    import torch

    torch.export.save(program, file, extra_files={ABOUT: json.dumps(described, sort_keys=True)})
