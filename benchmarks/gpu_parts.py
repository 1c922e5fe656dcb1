"""The measurements of `gpu.py`; each takes a device and sizes, and returns an `Outcome`.

Every side is called several times before it is timed, and the device has finished when a turn ends.
A result that is wrong is a `Check` that fails, or an error where no other number would mean
anything.
"""

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import torch
import training_speed
from commands import run
from engine_speed import Case
from graphs import eight_scenes, sizes
from interleaved import Side, Skipped, Timed, interleaved, with_peer
from outcome import Check, Outcome, Ratio, ratio_of
from pictures import large_picture
from processes import large_scene
from scipy.stats import spearmanr
from slic_speed import in_lab

from artextract_cli.errors import DependencyError
from artextract_cli.evidence.arrays import COMPILED
from artextract_cli.evidence.maps import MAPS, EvidenceMaps
from artextract_cli.evidence.scene_view import SceneView
from artextract_cli.evidence.tensor_arrays import TensorArrays
from artextract_cli.imaging.blocks import full_block
from artextract_cli.inference.infer_dataset import infer_dataset
from artextract_cli.nn.batch import GraphBatch
from artextract_cli.nn.engines.selection import resolve_engine
from artextract_cli.nn.precision import check_precision
from artextract_cli.pipelines.scoring import open_scorer, score_scene
from artextract_cli.pipelines.views.tensors import scene_tensors
from artextract_cli.scenes.dataset import open_dataset
from artextract_cli.scenes.reading import read_scene
from artextract_cli.utils.libraries.dgl_compat import load_dgl
from artextract_cli.utils.memory import keep_freed_memory
from artextract_cli.utils.threads import single_threaded
from artextract_slic import SlicOptions
from artextract_slic.clustering import segment
from artextract_slic_torch import SlicTorchOptions
from artextract_slic_torch import clustering as slic_torch

OURS, COMPILED_SIDE, ON_DEVICE = "artextract", "compiled, one thread", "torch on the device"
FP32, BF16 = "fp32", "bf16"
WARM_UP = 3  # calls; the first ones of a GPU choose and load its programs
LAYERS = (Case(14, 128, 0, 9), Case(48, 48, 0, 2), Case(14, 128, 4, 9), Case(48, 48, 4, 2))
MOST_JOBS = 8
# Differences that rounding explains, of the largest value, of the range, or of a rank.
OF_LAYERS, OF_LOSSES, OF_MAPS, OF_RANKS = 1e-4, 1e-3, 1e-3, 1e-3
OF_BF16 = 0.05  # of a loss: bfloat16 has 8 significant bits
OF_BORDERS = 0.02  # of the borders of superpixels: pixels between two centres go to either


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is measured: side of images, scenes, copies of the graphs, bytes and turns."""

    side: int
    n_scenes: int
    n_copies: int
    copied_bytes: int
    turns: int = 5
    least_seconds: float = 4.0


# What the CPU computes for comparison takes about 10 s per megapixel, most of the budget.
FULL = Sizes(side=1536, n_scenes=2, n_copies=8, copied_bytes=2**30, turns=3, least_seconds=2)
ON_CPU = Sizes(side=512, n_scenes=2, n_copies=1, copied_bytes=2**28)
TINY = Sizes(side=160, n_scenes=1, n_copies=1, copied_bytes=2**23, turns=1, least_seconds=0)


def layers(device: torch.device, given: Sizes) -> Outcome:
    """GCN and GAT layers, forward and backward, against the time to move their bytes once.

    The floor is that of reading and writing every input, output and gradient once, at the measured
    bandwidth of a copy: no kernel that keeps only its weights can be faster.
    """
    bandwidth = copy_bandwidth(device, given)
    topologies = [scene_tensors(scene).topologies[0] for scene in eight_scenes()]
    engine = resolve_engine("auto", device).name
    batch = GraphBatch.of(topologies * given.n_copies, engine=engine, device=device)
    one = GraphBatch.of(topologies[:1], engine=engine, device=device)
    exact = GraphBatch.of(topologies[:1], engine="torch", device="cpu")
    timed, figures, ratios, checks = {}, {"copy_gb_per_s": bandwidth / 1e9}, {}, {}
    for case in LAYERS:
        layer, name = case.layer(), case.name
        x = torch.randn(one.n_nodes, case.views, case.in_size)
        expected = layer.double()(exact, x.double()).detach()
        layer = layer.float().to(device)
        checks[name] = Check(
            difference=_apart(layer(one, x.to(device)), expected), at_most=OF_LAYERS
        )
        timed[name] = _timed({OURS: _pass(layer, batch, case, device)}, device, given)
        least_ms = 1e3 * _bytes_moved(case, batch) / bandwidth
        took = timed[name].milliseconds(OURS) or np.nan
        figures[f"{name}_floor_ms"] = least_ms
        ratios[f"{name}_share_of_floor"] = Ratio(value=least_ms / took, what="floor / time")
    return Outcome(
        what=layers.__doc__ or "",
        settings=sizes(eight_scenes()) | {"copies": given.n_copies, "engine": engine},
        timed=timed,
        ratios=ratios,
        figures=figures,
        checks=checks,
    )


def copy_bandwidth(device: torch.device, given: Sizes) -> float:
    """Bytes per second that a copy reads and writes on the device."""
    source = torch.zeros(given.copied_bytes // 4, device=device)
    target = torch.empty_like(source)
    timed = _timed({"copy": lambda: target.copy_(source)}, device, given)
    return 2 * given.copied_bytes / ((timed.milliseconds("copy") or np.nan) / 1e3)


def _bytes_moved(case: Case, batch: GraphBatch) -> float:
    n_rows = batch.n_nodes * case.views
    # Forward: input and output. Backward: input, gradients of output and input. Edges in each.
    numbers = n_rows * (3 * case.in_size + 2 * case.out_size)
    return 4.0 * numbers + 2 * 8 * len(batch.source)


def _pass(
    layer: torch.nn.Module, batch: GraphBatch, case: Case, device: torch.device
) -> Callable[[], object]:
    x = torch.randn(batch.n_nodes, case.views, case.in_size, device=device, requires_grad=True)
    gradient = torch.randn_like(layer(batch, x))
    return lambda: torch.autograd.grad(layer(batch, x), [x, *layer.parameters()], gradient)


def training(device: torch.device, given: Sizes) -> Outcome:
    """A training step against PyTorch Geometric and dgl.nn, as in `training_speed`."""
    load_dgl()  # our patched import must come before any other import of DGL
    keep_freed_memory()
    expected = training_speed.OurStep().step()
    ours = training_speed.OurStep(device)
    first = training_speed.OurStep(device).step()

    def pyg() -> training_speed.PygStep:
        return training_speed.PygStep(ours, first)

    peers: dict[str, Side] = {
        training_speed.PUBLISHED: with_peer("torch_geometric", lambda: pyg().published_step),
        training_speed.PYG: with_peer("torch_geometric", lambda: pyg().step),
        training_speed.DGL: _dgl_side(ours, first),
    }
    timed = _timed(peers | {OURS: ours.step}, device, given)
    return Outcome(
        what=training.__doc__ or "",
        settings=sizes(eight_scenes()) | {"options": dict(training_speed.SETTINGS.options)},
        timed={"step": timed},
        ratios={
            f"training_step_vs_{name}": ratio_of(timed, side, OURS)
            for name, side in zip(("published", "pyg", "dgl_nn"), peers, strict=True)
        },
        checks={"loss": _check_of_loss(first, expected, OF_LOSSES)},
    )


def _dgl_side(ours: training_speed.OurStep, first: float) -> Side:
    try:
        GraphBatch.of(ours.task.training[0].topologies, engine="dgl", device=ours.device).dgl()
    except DependencyError as error:
        return Skipped(str(error))
    return training_speed.DglStep(ours, first).step


def precision(device: torch.device, given: Sizes) -> Outcome:
    """The same training step in bfloat16 against float32."""
    keep_freed_memory()
    single = training_speed.OurStep(device)
    first = training_speed.OurStep(device).step()
    sides: dict[str, Side] = {FP32: single.step}
    checks = {}
    try:
        check_precision("bf16", device)
    except DependencyError as error:
        sides[BF16] = Skipped(str(error))
    else:
        sides[BF16] = training_speed.OurStep(device, "bf16").step
        lower = training_speed.OurStep(device, "bf16").step()
        checks["loss"] = _check_of_loss(lower, first, OF_BF16)
    timed = _timed(sides, device, given)
    return Outcome(
        what=precision.__doc__ or "",
        settings=sizes(eight_scenes()),
        timed={"step": timed},
        ratios={"bf16_vs_fp32": ratio_of(timed, FP32, BF16)},
        checks=checks,
    )


def superpixels(device: torch.device, given: Sizes) -> Outcome:
    """`slic-torch` against the compiled SLIC: one image, and a batch that lies on the device."""
    lab = in_lab(large_picture(given.side))
    compiled, torch_options = SlicOptions(), SlicTorchOptions(device=str(device))
    batch = torch.from_numpy(lab).to(device).expand(given.n_scenes, -1, -1, -1).contiguous()
    labels = segment(lab, compiled), slic_torch.segment(lab, torch_options)
    timed = _timed(
        {
            COMPILED_SIDE: lambda: segment(lab, compiled),
            ON_DEVICE: lambda: slic_torch.segment(lab, torch_options),
            "batch": lambda: slic_torch.segment_batch(batch, torch_options),
        },
        device,
        given,
    )
    seconds = (timed.milliseconds("batch") or np.nan) / 1e3
    return Outcome(
        what=superpixels.__doc__ or "",
        settings={"side": given.side, "batch": given.n_scenes, "channels": 3},
        timed={"superpixels": timed},
        ratios={"slic_torch_vs_slic": ratio_of(timed, COMPILED_SIDE, ON_DEVICE)},
        figures={"slic_torch_batch_mpx_per_s": batch[..., 0].numel() / 1e6 / seconds},
        checks={"borders": Check(difference=_other_borders(*labels), at_most=OF_BORDERS)},
    )


def _other_borders(one: Any, other: Any) -> float:
    """Share of the pixels beside a border of superpixels that are so in one of two maps only."""
    first, second = (np.diff(labels, axis=1) != 0 for labels in (one, other))
    return 1 - float((first & second).sum() / (first | second).sum())


def evidence(device: torch.device, given: Sizes) -> Outcome:
    """The evidence maps of a scene: compiled filters on the CPU, and plain torch on the device."""
    scene = large_picture(given.side)

    def maps_on(arrays: Any) -> Callable[[], Any]:
        return lambda: EvidenceMaps(SceneView(scene, arrays)).compressed(full_block(scene.shape))

    tensors = TensorArrays(device)
    ours = {COMPILED_SIDE: maps_on(COMPILED), ON_DEVICE: maps_on(tensors)}
    expected, found = ours[COMPILED_SIDE](), tensors.returned(ours[ON_DEVICE]())
    difference = np.abs(found - expected)[..., : len(MAPS)].mean((0, 1))
    of_range = difference / np.ptp(expected[..., : len(MAPS)], axis=(0, 1))
    with single_threaded():
        timed = _timed({**ours}, device, given)
    seconds = (timed.milliseconds(ON_DEVICE) or np.nan) / 1e3
    return Outcome(
        what=evidence.__doc__ or "",
        settings={"side": given.side, "bands": len(scene.band_ids)},
        timed={"evidence": timed},
        ratios={"evidence_device_vs_compiled": ratio_of(timed, COMPILED_SIDE, ON_DEVICE)},
        figures={"evidence_mpx_per_s": given.side**2 / 1e6 / seconds},
        checks={"mean difference": Check(difference=float(of_range.max()), at_most=OF_MAPS)},
    )


def inference(device: torch.device, given: Sizes) -> Outcome:
    """`infer` of whole scenes with the bundled model: read, scored and written.

    *one process* is timed after it is warm. *jobs* is the command from a cold start: its processes
    share the GPU, and some read and write while others compute.
    """
    pixels = given.side**2 / 1e6
    with tempfile.TemporaryDirectory() as work:
        (files,) = open_dataset(large_scene(Path(work, "one"), given.side)).scenes
        model, results = open_scorer(Path("gat"), device=str(device)), count()
        compared = read_scene(files)
        found, expected = (
            score_scene(scorer, compared).maps["heatmap"].ravel()
            for scorer in (model, open_scorer(Path("gat"), device="cpu"))
        )
        one = Path(work, "one")
        timed = _timed(
            {OURS: lambda: infer_dataset(one, Path(work, f"results{next(results)}"), model)},
            device,
            given,
        )
        jobs = min(MOST_JOBS, len(os.sched_getaffinity(0)))
        seconds = _command_of_jobs(Path(work), device, given, jobs)
    took = (timed.milliseconds(OURS) or np.nan) / 1e3
    n_scenes = jobs * given.n_scenes
    return Outcome(
        what=inference.__doc__ or "",
        settings={"side": given.side, "bands": 8, "jobs": jobs, "scenes_of_jobs": n_scenes},
        timed={"infer": timed},
        figures={
            "infer_mpx_per_s": pixels / took,
            "infer_jobs_mpx_per_s": n_scenes * pixels / seconds,
        },
        checks={
            "ranks of the heat map": Check(
                difference=1 - float(spearmanr(found, expected)[0]), at_most=OF_RANKS
            )
        },
    )


def _command_of_jobs(work: Path, device: torch.device, given: Sizes, jobs: int) -> float:
    """Seconds of ``artextract infer --jobs`` for some scenes per job."""
    many = large_scene(work / "many", given.side)
    for path in sorted(many.rglob("large_*")):
        for copy in range(1, jobs * given.n_scenes):
            path.with_name(path.name.replace("large", f"copy{copy}")).hardlink_to(path)
    options = ("--out", str(work / "jobs"), "--device", str(device), "--jobs", str(jobs))
    return run("infer", str(many), *options, "--max-memory", "64GB").seconds


def _timed(sides: Mapping[str, Side], device: torch.device, given: Sizes) -> Timed:
    """`interleaved` by wall-clock time, after warming up."""
    finished = {
        name: side if isinstance(side, Skipped) else _finished(side, device)
        for name, side in sides.items()
    }
    for side in finished.values():
        # `interleaved` calls once more; where nothing is timed for long, that is enough.
        for _ in range(WARM_UP - 1 if given.least_seconds and not isinstance(side, Skipped) else 0):
            side()
    turns, least = given.turns, given.least_seconds
    return interleaved(finished, turns=turns, clock="wall", least_seconds=least)


def _finished(side: Any, device: torch.device) -> Callable[[], object]:
    """``side``, until the device has done its work."""

    def call() -> object:
        result = side()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        return result

    return call


def _apart(found: torch.Tensor, expected: torch.Tensor) -> float:
    return float((found.detach().cpu() - expected).abs().max() / expected.abs().max())


def _check_of_loss(found: float, expected: float, at_most: float) -> Check:
    return Check(difference=abs(found - expected) / abs(expected), at_most=at_most)
