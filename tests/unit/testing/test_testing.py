"""Each check of the conformance tests finds what it is for, and the right plugin passes."""

import dataclasses
import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest
import torch
import typer

from artextract_cli import (
    Backbone,
    Capture,
    Command,
    Importer,
    InputError,
    NoOptions,
    Objective,
    Scorer,
    SuperpixelMethod,
    contrastive_loss,
    distance,
    option,
)
from artextract_cli.testing import (
    BackboneTests,
    CommandTests,
    ImporterTests,
    ObjectiveTests,
    Outcome,
    PluginTests,
    ScorerTests,
    SuperpixelTests,
    run,
)


def failed(tests: type[PluginTests], spec: Any, **more: Any) -> dict[str, str]:
    """The checks that a plugin fails, and why."""
    made = type("Made", (tests,), {"spec": spec, **more})
    return {o.check: o.why for o in run(made) if o.state == "failed"}


class Mean(torch.nn.Module):
    """The mean over a node and its neighbours, then a linear map."""

    def __init__(self, in_size: int, options: object) -> None:
        super().__init__()
        self.out_size = 4
        self.linear = torch.nn.Linear(in_size, 4)

    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return self.linear(self.mean(graph, x))

    def mean(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        total = torch.zeros_like(x).index_add(0, graph.target, x[graph.source])
        return total / graph.crow.diff()[:, None, None]


class MixesViews(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().forward(graph, x) + x.mean((1, 2), keepdim=True)


class KnowsNumbers(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().forward(graph, x) + torch.arange(len(x))[:, None, None].sin()


class MixesGraphs(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().forward(graph, x) + x.mean(0).sum(-1, keepdim=True)


class DrawsElsewhere(Mean):
    def __init__(self, in_size: int, options: object) -> None:
        super().__init__(in_size, options)
        self.linear.weight.data += torch.from_numpy(np.random.default_rng().random((4, in_size)))


class HasADeadParameter(Mean):
    def __init__(self, in_size: int, options: object) -> None:
        super().__init__(in_size, options)
        self.unused = torch.nn.Parameter(torch.ones(3))


class Detaches(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.linear(self.mean(graph, x), self.linear.weight.detach()) * 1.0


class NeedsEdgeFeatures(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().forward(graph, x) + 0 * graph.edge_features.sum()


class KnowsOneType(Mean):
    def mean(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().mean(graph, x.view(torch.float32))


class DrawsOtherwiseInTraining(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        noise = np.random.default_rng().random() if self.training else 0
        return super().forward(graph, x) + noise


class LooksAtNoNeighbour(Mean):
    def mean(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return x


class ForgetsState(Mean):
    def __init__(self, in_size: int, options: object) -> None:
        super().__init__(in_size, options)
        self.factor = float(torch.rand(()))

    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().forward(graph, x) * self.factor


class KnowsTheEngine(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().forward(graph, x) * (2 if graph.engine == "numba" else 1)


class IsNarrow(Mean):
    def forward(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        return super().forward(graph, x)[..., :3]


class DividesByNeighbours(Mean):
    def mean(self, graph: Any, x: torch.Tensor) -> torch.Tensor:
        total = torch.zeros_like(x).index_add(0, graph.target, x[graph.source]) - x
        return total / (graph.crow.diff() - 1)[:, None, None]


class AttendsTooMuch(Mean):
    def embed_with_attention(self, graph: Any, x: torch.Tensor) -> Any:
        return self(graph, x), [torch.ones(len(graph.source), x.shape[1], 1)]


def backbone(module: type[Mean]) -> Backbone:
    return Backbone(name="mean", summary="Means.", load=lambda: module)


def test_a_simple_backbone_passes() -> None:
    assert failed(BackboneTests, backbone(Mean)) == {}


@pytest.mark.parametrize(
    ("module", "check", "why"),
    [
        (MixesViews, "views do not mix", "change each other"),
        (KnowsNumbers, "numbering does not matter", "depend on the nodes' numbers"),
        (MixesGraphs, "a batch equals its graphs", "differently in a batch"),
        (DrawsElsewhere, "same seed same network", "torch's generator"),
        (DrawsOtherwiseInTraining, "same seed same network", "in training"),
        (NeedsEdgeFeatures, "without edge features", "NoneType"),
        (KnowsOneType, "bfloat16", ""),
        (HasADeadParameter, "gradients reach every parameter", "no gradient .* unused"),
        (LooksAtNoNeighbour, "neighbours matter", "does not change"),
        (ForgetsState, "saved and loaded", "embeds differently"),
        (KnowsTheEngine, "engines agree", "engine numba differs"),
        (IsNarrow, "shapes", r"made \(1, 1, 3\), not \(1, 1, 4\)"),
        (DividesByNeighbours, "isolated nodes", "no finite embedding"),
        (AttendsTooMuch, "attention", "does not sum to one"),
        (Detaches, "gradients reach every parameter", ""),
    ],
)
def test_a_wrong_backbone_is_found_out(module: type[Mean], check: str, why: str) -> None:
    found = failed(BackboneTests, backbone(module))
    assert check in found
    assert re.search(why, found[check])


def squares(image: np.ndarray, options: object) -> np.ndarray:
    rows, columns = np.indices(image.shape[:2]) // 5
    return rows * (columns.max() + 1) + columns


def method(function: Callable[..., Any]) -> SuperpixelMethod:
    return SuperpixelMethod(name="squares", summary="Squares.", load=lambda: function)


def test_simple_superpixels_pass() -> None:
    assert failed(SuperpixelTests, method(squares)) == {}


def writes_to_the_picture(image: np.ndarray, options: object) -> np.ndarray:
    image += 1
    return squares(image, options)


def heedless_of_strides(image: np.ndarray, options: object) -> np.ndarray:
    is_whole = image.flags.c_contiguous
    return squares(image, options) if is_whole else squares(image, options) // 2


def stops_at_even_pictures(image: np.ndarray, options: object) -> np.ndarray:
    return squares(image, options) if image.std() else squares(image[0], options)


def cuts_at_random(image: np.ndarray, options: object) -> np.ndarray:
    return squares(image, options) * np.random.default_rng().integers(0, 2, image.shape[:2])


@pytest.mark.parametrize(
    ("function", "check"),
    [
        (lambda image, o: squares(image, o)[:, :-1], "label map"),
        (lambda image, o: squares(image, o) / 2, "label map"),
        (lambda image, o: squares(image[..., :3] @ np.ones(3), o), "label map"),
        (writes_to_the_picture, "the picture stays as it is"),
        (cuts_at_random, "same picture same labels"),
        (heedless_of_strides, "any layout in memory"),
        (lambda image, o: np.zeros(image.shape[:2], int), "more superpixels in larger pictures"),
        (stops_at_even_pictures, "an even picture"),
    ],
)
def test_wrong_superpixels_are_found_out(function: Callable[..., Any], check: str) -> None:
    with np.errstate(all="ignore"):
        assert check in failed(SuperpixelTests, method(function))


def pulling(scenes: Any, options: object) -> torch.Tensor:
    """Contrastive, over the nodes of the scenes that count, on the painting."""
    counted = scenes.inside & (scenes.scene < scenes.n_anchors)
    photographs, bands = scenes.pooled[:, 0], scenes.pooled[:, 1]
    apart = distance(photographs[: scenes.n_anchors], bands.flip(0)[: scenes.n_anchors])
    return contrastive_loss(distance(scenes.z[:, :1], scenes.z[:, 1:])[counted], apart, 1.0)


def undifferentiable_at_zero(scenes: Any, options: object) -> torch.Tensor:
    apart = (scenes.z[:, :1] - scenes.z[:, 1:]).square().sum(-1).sqrt()
    return pulling(scenes, options) + apart[scenes.inside].mean()


def counting_lenders(scenes: Any, options: object) -> torch.Tensor:
    return distance(scenes.pooled[:, :1], scenes.pooled[:, 1:]).mean()


def objective(function: Callable[..., Any], **more: Any) -> Objective:
    return Objective(name="pulling", summary="Pulls.", load=lambda: function, **more)


def test_a_simple_objective_passes() -> None:
    assert failed(ObjectiveTests, objective(pulling)) == {}


@pytest.mark.parametrize(
    ("function", "check"),
    [
        (lambda s, o: -pulling(s, o), "agreement costs less"),
        (lambda s, o: pulling(s, o).detach(), "finite loss with gradient"),
        (lambda s, o: pulling(s, o).log() - torch.inf, "finite loss with gradient"),
        (lambda s, o: pulling(s, o) + torch.rand(()), "same draws same loss"),
        (lambda s, o: pulling(s, o) + s.z.square().sum(), "nodes off the painting do not count"),
        (lambda s, o: pulling(s, o) + s.z[0].sum(), "order of scenes does not matter"),
        (lambda s, o: s.z, "finite loss with gradient"),
        (undifferentiable_at_zero, "equal views have a finite gradient"),
        (counting_lenders, "scenes that lend negatives do not count"),
    ],
)
def test_a_wrong_objective_is_found_out(function: Callable[..., Any], check: str) -> None:
    assert check in failed(ObjectiveTests, objective(function))


def test_what_learns_from_layers_leaves_undecided_nodes_alone() -> None:
    def told(scenes: Any, options: object, undecided: float = 0.0) -> torch.Tensor:
        d = distance(scenes.z[:, 0], scenes.z[:, 1]).square() * scenes.inside
        return (d * torch.nan_to_num(1 - 2 * scenes.hidden, nan=undecided)).sum()

    right = objective(told, learns_from="layers")
    assert failed(ObjectiveTests, right) == {}
    wrong = objective(lambda s, o: told(s, o, undecided=1.0), learns_from="layers")
    assert list(failed(ObjectiveTests, wrong)) == ["undecided nodes do not count"]


def manhattan(nodes: Any, options: object) -> torch.Tensor:
    return (nodes.z[:, :1] - nodes.z[:, 1:]).abs().sum(-1)


def scorer(function: Callable[..., Any]) -> Scorer:
    return Scorer(name="manhattan", summary="Sums.", load=lambda: function)


def writes_to_what_it_sees(nodes: Any, options: object) -> torch.Tensor:
    nodes.features.add_(1)
    return manhattan(nodes, options)


def test_a_simple_scorer_passes() -> None:
    assert failed(ScorerTests, scorer(manhattan)) == {}


@pytest.mark.parametrize(
    ("function", "check"),
    [
        (lambda n, o: manhattan(n, o)[:, 0], "shape and range"),
        (lambda n, o: manhattan(n, o) * n.attention[:, 1:], "shape and range"),
        (lambda n, o: manhattan(n, o) + 1, "the same scores nothing"),
        (lambda n, o: -manhattan(n, o), "further apart scores more"),
        (lambda n, o: manhattan(n, o).cumsum(1), "views are scored apart"),
        (writes_to_what_it_sees, "what it sees stays as it is"),
    ],
)
def test_a_wrong_scorer_is_found_out(function: Callable[..., Any], check: str) -> None:
    assert check in failed(ScorerTests, scorer(function))


def read(source: Path, options: object) -> Iterator[Capture]:
    paths = sorted(source.glob("*.npz"))
    if not paths:
        raise InputError("nothing there")
    for path in paths:
        try:
            with path.open("rb") as opened, np.load(opened) as file:
                made = {name: file[name] for name in ("rgb", "bands", "wavelengths")}
        except Exception as error:
            raise InputError(f"{path} is damaged") from error
        yield Capture(name=path.stem, **made)


def write(self: object, folder: Path, capture: Capture) -> Path:
    told = {name: getattr(capture, name) for name in ("rgb", "bands", "wavelengths")}
    np.savez(folder / f"{capture.name}.npz", **told)
    return folder


def importer(function: Callable[..., Any]) -> Importer:
    return Importer(name="npz", summary="Reads.", load=lambda: function)


def changed(**how: Callable[[Any], Any]) -> Callable[..., Any]:
    def function(source: Path, options: object) -> Iterator[Capture]:
        for capture in read(source, options):
            parts = {name: change(getattr(capture, name)) for name, change in how.items()}
            yield dataclasses.replace(capture, **parts)

    return function


def reads_as_it_is(source: Path, options: object) -> Sequence[Capture]:
    return [
        Capture(name=p.stem, **np.load(io.BytesIO(p.read_bytes())))
        for p in sorted(source.glob("*.npz"))
    ]


def writes_beside(source: Path, options: object) -> Iterator[Capture]:
    (source / "index.txt").write_text("x")
    yield from read(source, options)


def test_a_simple_importer_passes() -> None:
    assert failed(ImporterTests, importer(read), write=write) == {}


@pytest.mark.parametrize(
    ("function", "checks"),
    [
        (changed(rgb=lambda rgb: rgb[..., ::-1]), ["round trip"]),
        (changed(bands=lambda bands: bands[:-1]), ["round trip"]),
        (changed(bands=lambda b: (b >> 8).astype(np.uint8) if b.dtype == np.uint16 else b),
         ["round trip"]),
        (changed(wavelengths=lambda nm: nm + 1), ["round trip"]),
        (writes_beside, ["the source stays as it is", "nothing to import is refused"]),
        (reads_as_it_is, ["damaged files are refused", "nothing to import is refused"]),
    ],
)  # fmt: skip
def test_a_wrong_importer_is_found_out(function: Callable[..., Any], checks: list[str]) -> None:
    assert list(failed(ImporterTests, importer(function), write=write)) == checks


def test_without_write_the_other_checks_run() -> None:
    made = type("Made", (ImporterTests,), {"spec": importer(read)})
    states = {outcome.check: outcome.state for outcome in run(made)}
    assert states["round trip"] == "skipped"
    assert states["nothing to import is refused"] == "passed"


def test_commands() -> None:
    app = typer.Typer()

    @app.command()
    def hello(name: Annotated[str, typer.Argument(help="Who.")] = "you") -> None:
        """Greet."""

    right = Command(name="hello", summary="Greets.", load=lambda: app)
    assert failed(CommandTests, right) == {}
    wrong = Command(name="hello", summary="Greets.", load=lambda: print)
    assert list(failed(CommandTests, wrong)) == ["it is a typer app", "help"]


@dataclasses.dataclass(frozen=True)
class Untold:
    width: int = 3


@dataclasses.dataclass(frozen=True)
class Needed:
    width: int


@dataclasses.dataclass(frozen=True)
class OutOfLimits:
    width: int = option(3, "How wide.", minimum=4)


@dataclasses.dataclass
class Loose:
    width: int = option(3, "How wide.")


@pytest.mark.parametrize(
    ("change", "check", "why"),
    [
        ({"name": "My_Method"}, "name and summary", "lower-case"),
        ({"name": "a--b"}, "name and summary", "single hyphens"),
        ({"summary": "No stop"}, "name and summary", "full stop"),
        ({"api_version": 99}, "api version", "installed is API 1"),
        ({"options": Untold}, "options", "width has no help"),
        ({"options": Loose}, "options", "frozen"),
        ({"options": OutOfLimits}, "options", "width=3 is outside 4 to inf"),
    ],
)
def test_what_a_plugin_tells_of_itself(change: dict[str, Any], check: str, why: str) -> None:
    found = failed(SuperpixelTests, dataclasses.replace(method(squares), **change))
    assert list(found) == [check]
    assert why in found[check]


def test_every_check_runs_with_the_options_of_the_subclass() -> None:
    seen = []

    def function(image: np.ndarray, options: object) -> np.ndarray:
        seen.append(options)
        return squares(image, options)

    other = NoOptions()
    assert failed(SuperpixelTests, method(function), options=(other,)) == {}
    assert any(options is other for options in seen)


def test_an_exception_is_a_failed_check() -> None:
    def function(image: np.ndarray, options: object) -> np.ndarray:
        raise ZeroDivisionError("one\ntwo")

    (first, *_) = [
        o
        for o in run(type("Made", (SuperpixelTests,), {"spec": method(function)}))
        if o.state == "failed"
    ]
    assert first == Outcome(check="label map", state="failed", why="ZeroDivisionError: one two")
