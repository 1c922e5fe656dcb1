import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from artextract_cli.errors import (
    ArtextractError,
    DependencyError,
    DivergedError,
    InputError,
    UsageError,
)
from artextract_cli.graphs.build_dataset import build_dataset
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.store import load_graphs, save_graphs
from artextract_cli.models.checkpoint import load_state, read_card
from artextract_cli.nn.siamese import EmbeddedBatch
from artextract_cli.pipelines.hidden_layers.pixel_scores import SCORES
from artextract_cli.pipelines.loaded_model import open_model
from artextract_cli.pipelines.networks import load_model
from artextract_cli.pipelines.settings import HIDDEN_LAYER, settings_for
from artextract_cli.training import trainer, training_run
from artextract_cli.training.run_directory import EpochRow, read_metrics
from artextract_cli.utils.libraries.dgl_compat import load_dgl
from artextract_cli.utils.yaml import read_yaml
from tests.helpers.machines import with_gpu_of_no_bfloat16
from tests.helpers.scenes import TINY, comparison, train_tiny

MODEL = "model.safetensors"
needs_dgl = pytest.mark.skipif(load_dgl().module is None, reason=f"DGL: {load_dgl().reason}")
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no NVIDIA GPU here")
# bfloat16 rounds to 2⁻⁹ = 0.002, and some ten products follow each other, there and back. In a few
# epochs a loss then differs by up to 0.023, measured: most where pooling takes a maximum,
# which may be another node's. The rest is for other machines.
BFLOAT16_TOLERANCE = 0.05


def test_the_loss_decreases(graphs: Path, tmp_path: Path) -> None:
    result = train_tiny(graphs, tmp_path / "run", epochs=12, learning_rate=1e-2)
    rows = read_metrics(tmp_path / "run")
    assert len(rows) == result.epochs == 12
    assert rows[-1]["train_loss"] < 0.8 * rows[0]["train_loss"]
    best = min(rows, key=lambda row: row["val_loss"])
    assert (result.best_epoch, result.val_loss) == (best["epoch"], best["val_loss"])
    assert result.train_loss == best["train_loss"]
    card = read_card(tmp_path / "run")
    assert (card.best_epoch, card.val_loss) == (best["epoch"], best["val_loss"])


@pytest.mark.parametrize("augment", [False, True])
def test_the_model_follows_from_the_seed(graphs: Path, tmp_path: Path, augment: bool) -> None:
    models = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train_tiny(graphs, tmp_path / name, epochs=1, seed=seed, augment=augment)
        models.append((tmp_path / name / MODEL).read_bytes())
    assert models[0] == models[1]
    assert models[0] != models[2]


@pytest.mark.parametrize(
    ("objective", "schedule", "scores"),
    [
        ("node-contrastive", "steps", {"fused", "band"}),
        (HIDDEN_LAYER, "one-cycle", set(SCORES)),
    ],
)
def test_an_interrupted_run_keeps_its_last_epoch_and_a_calibrated_model(
    graphs: Path, tmp_path: Path, objective: str, schedule: str, scores: set[str]
) -> None:
    run = tmp_path / "run"
    chosen = {"objective": objective, "schedule": schedule}

    def interrupt(row: dict[str, Any]) -> None:
        if row["epoch"] == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_tiny(graphs, run, **chosen, epochs=4, on_epoch=interrupt)
    assert [row["epoch"] for row in read_metrics(run)] == [1, 2]
    assert open_model(run, device="cpu").card.calibration.keys() == scores
    train_tiny(graphs, run, **chosen, epochs=4, resume=True)
    train_tiny(graphs, tmp_path / "whole", **chosen, epochs=4)
    assert (run / MODEL).read_bytes() == (tmp_path / "whole" / MODEL).read_bytes()


def losses(monkeypatch: pytest.MonkeyPatch, *values: float) -> None:
    """Let validation, of one batch, end with these losses, one an epoch."""
    left = list(values)
    objective = comparison("node-contrastive").objective

    def loss(scenes: EmbeddedBatch) -> torch.Tensor:
        return (
            objective(scenes)
            if scenes.network.training
            else torch.tensor(left.pop(0), dtype=torch.float64)
        )

    monkeypatch.setattr(training_run, "recorded_objective", lambda card: loss)


def test_patience_stops_early(
    graphs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses(monkeypatch, 0.5, 0.4, 0.6, 0.4, 0.1)
    result = train_tiny(graphs, tmp_path / "run", epochs=9, patience=2)
    assert (result.epochs, result.best_epoch, result.val_loss) == (4, 2, 0.4)


def test_the_best_weights_are_saved_not_the_last(
    graphs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses(monkeypatch, 0.5, 0.6, 0.7)
    train_tiny(graphs, tmp_path / "long", epochs=3)
    losses(monkeypatch, 0.5)
    train_tiny(graphs, tmp_path / "short", epochs=1)
    assert (tmp_path / "long" / MODEL).read_bytes() == (tmp_path / "short" / MODEL).read_bytes()


def test_a_loss_that_is_not_finite_stops_and_keeps_the_best_model(
    graphs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two batches of training and one of validation an epoch: NaN comes in the second epoch."""
    calls = []

    def diverging(scenes: EmbeddedBatch) -> torch.Tensor:
        calls.append(scenes)
        loss = comparison("node-contrastive").objective(scenes)
        return loss * torch.nan if len(calls) == 4 else loss

    monkeypatch.setattr(training_run, "recorded_objective", lambda card: diverging)
    with pytest.raises(DivergedError, match=r"diverged in epoch 2 \(loss nan\)"):
        train_tiny(graphs, tmp_path / "run", epochs=5)
    monkeypatch.undo()
    train_tiny(graphs, tmp_path / "one", epochs=1)
    assert (tmp_path / "run" / MODEL).read_bytes() == (tmp_path / "one" / MODEL).read_bytes()
    assert len(load_state(tmp_path / "run" / "last.pt")["history"]) == 1


def test_features_that_are_not_finite_are_refused(graphs: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(graphs, tmp_path / "graphs"))
    path = copy / "train" / "t1.npz"
    loaded = load_graphs(path)
    loaded.graphs[0].features[0, 0, 0] = np.nan
    save_graphs(path, loaded, sources={}, key="")
    with pytest.raises(InputError, match=r"t1\.npz is damaged \(features is not finite\)"):
        train_tiny(copy, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_everything_resolved_is_written_down(trained: Path, graphs: Path) -> None:
    config = read_yaml(trained / "config.yaml")
    assert config["graphs"] == str(graphs.resolve())
    assert config["options"]["layers"] == 2
    assert config["recipe"]["superpixel_options"]["region_size"] == 6
    assert (config["epochs"], config["objective"]) == (2, "node-contrastive")
    used = {"name": "torch", "reason": "requested", "device": "cpu"}
    assert config["engine_used"] == used
    assert json.loads(load_state(trained / "last.pt")["settings"])["seed"] == 0


@pytest.mark.parametrize("backbone", ["gcn", "gat"])
def test_the_engine_that_auto_takes_is_written_down_and_resumed_exactly(
    graphs: Path, tmp_path: Path, backbone: str
) -> None:
    chosen = {"backbone": backbone, "options": {"hidden": 8, "out_size": 4}, "engine": "auto"}
    for epochs in (1, 3):
        train_tiny(graphs, tmp_path / "run", **chosen, epochs=epochs, resume=epochs > 1)
    train_tiny(graphs, tmp_path / "whole", **chosen, epochs=3)
    assert (tmp_path / "run" / MODEL).read_bytes() == (tmp_path / "whole" / MODEL).read_bytes()
    used = read_yaml(tmp_path / "run" / "config.yaml")["engine_used"]
    assert used["name"] == read_card(tmp_path / "run").engine == "numba/torch"
    assert "measured" in used["reason"]


def test_a_run_is_not_resumed_on_other_graphs(dataset: Path, trained: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(trained, tmp_path / "run"))
    build_dataset(dataset, tmp_path / "graphs", GraphRecipe())
    with pytest.raises(UsageError, match="was trained with recipe="):
        train_tiny(tmp_path / "graphs", run, epochs=3, resume=True)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"objective": "none"}, "unknown plugin 'none' of kind objectives; choose from: graph-c"),
        ({"pooling": "sum"}, "unknown pooling 'sum'; choose from: max, mean"),
        ({"epochs": 0}, "epochs must be a number 1 or more, not 0"),
        ({"learning_rate": float("nan")}, "learning_rate must be a number above 0"),
        ({"backbone": "gpt"}, "unknown plugin 'gpt'"),
        ({"options": {"heads": 2}}, "gcn has no option 'heads'"),
    ],
)
def test_settings_that_make_no_sense(
    graphs: Path, tmp_path: Path, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        train_tiny(graphs, tmp_path / "run", **settings)
    assert not (tmp_path / "run").exists()


def test_separate_graphs_have_no_corresponding_nodes(dataset: Path, tmp_path: Path) -> None:
    recipe = GraphRecipe(segmentation="separate", superpixel_options={"n_segments": 20})
    build_dataset(dataset, tmp_path / "graphs", recipe)
    with pytest.raises(UsageError, match="use --objective graph-contrastive"):
        train_tiny(tmp_path / "graphs", tmp_path / "run")
    result = train_tiny(
        tmp_path / "graphs", tmp_path / "run", objective="graph-contrastive", pooling="mean"
    )
    assert result.epochs == 2


def without_infrared(graphs: Path, copy: Path, wavelengths: tuple[float, ...] | None) -> Path:
    """The same graph files, of which nothing past the visible is known."""
    shutil.copytree(graphs, copy)
    for path in copy.rglob("*.npz"):
        changed = dataclasses.replace(load_graphs(path), wavelengths=wavelengths)
        save_graphs(path, changed, sources={}, key="")
    return copy


@pytest.mark.parametrize("wavelengths", [(450.0, 550.0, 650.0), None])
def test_without_infrared_training_takes_the_former_objective_and_its_defaults(
    graphs: Path,
    tmp_path: Path,
    wavelengths: tuple[float, ...] | None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    visible = without_infrared(graphs, tmp_path / "graphs", wavelengths)
    small = {"backbone": "gcn", "options": TINY["options"], "device": "cpu", "engine": "torch"}
    made = settings_for(None, **small, epochs=1, learning_rate=3e-3)
    trainer.train(visible, tmp_path / "run", made)
    assert "hidden-layer needs an infrared band" in capsys.readouterr().err
    config = read_yaml(tmp_path / "run" / "config.yaml")
    assert (config["objective"], config["schedule"]) == ("node-contrastive", "steps")
    assert (config["batch_size"], config["patience"]) == (8, 10)
    # Given, and so kept, though hidden-layer would have taken it of itself.
    assert config["learning_rate"] == 3e-3
    assert "defaulted" not in config
    assert read_card(tmp_path / "run").objective["name"] == "node-contrastive"


def test_hidden_layers_asked_for_need_an_infrared_band(graphs: Path, tmp_path: Path) -> None:
    visible = without_infrared(graphs, tmp_path / "graphs", (450.0, 550.0, 650.0))
    with pytest.raises(UsageError, match="hidden-layer needs an infrared band: use --objective"):
        trainer.train(visible, tmp_path / "run", settings_for(HIDDEN_LAYER, backbone="gcn"))
    assert not (tmp_path / "run").exists()


def test_a_value_may_be_spelled_out_when_a_run_is_resumed(graphs: Path, tmp_path: Path) -> None:
    small = {"backbone": "gcn", "options": TINY["options"], "device": "cpu", "engine": "torch"}
    for epochs, given, resume in ((1, {}, False), (2, {"batch_size": 4}, True)):
        made = settings_for(HIDDEN_LAYER, **small, schedule="steps", epochs=epochs, **given)
        trainer.train(graphs, tmp_path / "run", made, resume=resume)
    assert len(read_metrics(tmp_path / "run")) == 2


def test_one_cycle_cannot_be_lengthened(graphs: Path, tmp_path: Path) -> None:
    """Its learning rate has come to nothing at the end that was planned."""
    small = {"backbone": "gcn", "options": TINY["options"], "device": "cpu", "engine": "torch"}
    trainer.train(graphs, tmp_path / "run", settings_for(None, **small, epochs=1))
    with pytest.raises(UsageError, match="trained with epochs=1, not 2"):
        trainer.train(graphs, tmp_path / "run", settings_for(None, **small, epochs=2), resume=True)


def test_hidden_layers_need_corresponding_superpixels(dataset: Path, tmp_path: Path) -> None:
    recipe = GraphRecipe(segmentation="separate", superpixel_options={"n_segments": 20})
    build_dataset(dataset, tmp_path / "graphs", recipe)
    with pytest.raises(UsageError, match="hidden-layer compares corresponding superpixels"):
        train_tiny(tmp_path / "graphs", tmp_path / "run", objective=HIDDEN_LAYER)


def tensors_in(state: Any) -> list[torch.Tensor]:
    """All tensors of nested dicts and lists."""
    if isinstance(state, torch.Tensor):
        return [state]
    inner = state.values() if isinstance(state, dict) else state if isinstance(state, list) else ()
    return [tensor for value in inner for tensor in tensors_in(value)]


def assert_bfloat16_is_near(graphs: Path, root: Path, **chosen: Any) -> None:
    """Train in both precisions and compare the losses.

    Without dropout: on a GPU, what is dropped depends on the type of the numbers.
    """
    heads = {"heads": 2} if chosen["backbone"] == "gat" else {}
    chosen |= {"options": TINY["options"] | {"dropout": 0.0} | heads, "epochs": 3}
    for precision in ("fp32", "bf16"):
        train_tiny(graphs, root / precision, **chosen, precision=precision)
    rows = [read_metrics(root / precision) for precision in ("fp32", "bf16")]
    for name in ("train_loss", "val_loss"):
        wanted, found = ([row[name] for row in of] for of in rows)
        assert found != wanted
        assert found == pytest.approx(wanted, rel=BFLOAT16_TOLERANCE)


# Each engine with each objective and with each backbone, though not with every pair of them.
@pytest.mark.parametrize(
    ("objective", "backbone", "engine"),
    [
        (HIDDEN_LAYER, "gat", "numba"),
        (HIDDEN_LAYER, "gcn", "torch"),
        ("node-contrastive", "gat", "torch"),
        ("node-contrastive", "gcn", "numba"),
        ("graph-contrastive", "gat", "torch"),
        ("graph-contrastive", "gcn", "numba"),
        pytest.param(HIDDEN_LAYER, "gcn", "dgl", marks=needs_dgl),
        pytest.param("node-contrastive", "gat", "dgl", marks=needs_dgl),
        pytest.param("graph-contrastive", "gcn", "dgl", marks=needs_dgl),
    ],
)
def test_bfloat16_trains_alike(
    graphs: Path, tmp_path: Path, objective: str, backbone: str, engine: str
) -> None:
    assert_bfloat16_is_near(graphs, tmp_path, objective=objective, backbone=backbone, engine=engine)


@pytest.mark.parametrize("objective", [HIDDEN_LAYER, "node-contrastive"])
def test_what_bfloat16_trained_is_float32_and_resumed_exactly(
    graphs: Path, tmp_path: Path, objective: str
) -> None:
    chosen = {"objective": objective, "schedule": "steps", "precision": "bf16"}
    for epochs in (1, 3):
        train_tiny(graphs, tmp_path / "run", **chosen, epochs=epochs, resume=epochs > 1)
    train_tiny(graphs, tmp_path / "whole", **chosen, epochs=3)
    models = [(tmp_path / name / MODEL).read_bytes() for name in ("run", "whole")]
    assert models[0] == models[1]
    weights = load_file(tmp_path / "run" / MODEL).values()
    state = load_state(tmp_path / "run" / "last.pt")
    kept = tensors_in([state["network"], state["optimizer"], state["best_weights"]])
    assert len(kept) > len(weights)
    assert all(t.dtype in (torch.float32, torch.int64) for t in (*weights, *kept))
    assert read_yaml(tmp_path / "run" / "config.yaml")["precision"] == "bf16"


def test_a_run_is_not_resumed_in_another_precision(trained: Path, graphs: Path) -> None:
    with pytest.raises(UsageError, match="was trained with precision=fp32, not bf16"):
        train_tiny(graphs, trained, precision="bf16", resume=True)


def test_a_gpu_without_bfloat16_is_refused_before_anything_is_written(
    graphs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_run, "local_device", lambda *given: torch.device("cuda", 0))
    with_gpu_of_no_bfloat16(monkeypatch)
    with pytest.raises(DependencyError, match="Tesla T4 does not support it; use --prec") as error:
        train_tiny(graphs, tmp_path / "run", precision="bf16")
    assert error.value.exit_code == 4
    assert not (tmp_path / "run").exists()


@pytest.mark.cuda
@needs_cuda
@pytest.mark.parametrize("backbone", ["gcn", "gat"])
@pytest.mark.parametrize("objective", [HIDDEN_LAYER, "node-contrastive", "graph-contrastive"])
def test_bfloat16_on_the_gpu_trains_alike(
    graphs: Path, tmp_path: Path, objective: str, backbone: str
) -> None:
    """Random numbers of the GPU are others: what draws some is compared without."""
    assert_bfloat16_is_near(graphs, tmp_path, device="cuda", objective=objective, backbone=backbone)


@pytest.mark.cuda
@needs_cuda
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("backbone", ["gcn", "gat"])
def test_a_run_on_the_gpu_is_resumed_exactly(
    graphs: Path, tmp_path: Path, backbone: str, precision: str
) -> None:
    options = {"hidden": 8, "out_size": 4}
    chosen = {"device": "cuda", "backbone": backbone, "options": options, "precision": precision}
    for epochs in (1, 3):
        train_tiny(graphs, tmp_path / "run", **chosen, epochs=epochs, resume=epochs > 1)
    train_tiny(graphs, tmp_path / "whole", **chosen, epochs=3)
    assert (tmp_path / "run" / MODEL).read_bytes() == (tmp_path / "whole" / MODEL).read_bytes()


def test_options_of_objective_and_scorer_are_told_apart(graphs: Path, tmp_path: Path) -> None:
    options = {**TINY["options"], "objective.margin": "2.5"}
    train_tiny(graphs, tmp_path / "run", options=options, epochs=1)
    card = read_card(tmp_path / "run")
    assert card.objective_options == {"margin": 2.5}
    assert card.uninformative_loss == 2.5**2 / 2
    assert set(card.options) & {"margin", "objective.margin"} == set()
    for wrong, said in (
        ("objective.gap", "node-contrastive has no option 'gap'"),
        ("scorer.power", "distance has no option 'power'; its options are: none"),
        ("other.margin", "gcn has no option 'other.margin'"),
    ):
        with pytest.raises(UsageError, match=said):
            train_tiny(graphs, tmp_path / "wrong", options={wrong: 1})


@pytest.mark.parametrize("objective", [HIDDEN_LAYER, "node-contrastive"])
def test_a_trained_model_is_given_another_scorer(
    graphs: Path, tmp_path: Path, objective: str
) -> None:
    run, chosen = tmp_path / "run", {"objective": objective, "schedule": "steps", "epochs": 1}
    train_tiny(graphs, run, **chosen)
    before, weights = read_card(run), load_model(run)[0].state_dict()
    assert before.scorer["name"] == "distance"
    assert before.heat_map_of == ("pixels" if objective == HIDDEN_LAYER else "superpixels")
    train_tiny(graphs, run, **chosen, scorer="cosine", resume=True)
    after, same = read_card(run), load_model(run)[0].state_dict()
    assert all(torch.equal(weights[name], same[name]) for name in weights)
    assert (after.scorer["name"], after.heat_map_of) == ("cosine", "superpixels")
    changed = {
        name for name in after.calibration if after.calibration[name] != before.calibration[name]
    }
    assert changed == (
        {"network", "fused", "dark", "light"} if objective == HIDDEN_LAYER else {"fused", "band"}
    )
    of_nodes = "network" if objective == HIDDEN_LAYER else "fused"
    assert max(after.calibration[of_nodes].scores) <= 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "a batch of 4 scenes has no 9 parts"),
        ({"micro_batches": 8}, "9 processes cannot share 8 parts"),
        ({"batch_size": 9}, "contains a run already"),
    ],
)
def test_too_many_processes_are_not_even_started(
    trained: Path,
    graphs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: Any,
    said: str,
) -> None:
    monkeypatch.setattr(trainer, "supervise", lambda launches: pytest.fail("started"))
    settings = settings_for(None, backbone="gcn", processes=9, **given)
    run = trained if "batch_size" in given else tmp_path / "run"
    with pytest.raises(UsageError, match=said):
        trainer.train(graphs, run, settings)


def test_graphs_name_the_plugin_that_made_them(graphs: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(graphs, tmp_path / "graphs"))
    origin = {"name": "hexagons", "distribution": "artextract-hex", "version": "1.2"}
    for path in copy.rglob("*.npz"):
        made = dataclasses.replace(load_graphs(path), superpixels_origin=origin)
        save_graphs(path, made, sources={}, key="")
    said = r"graphs needs plugin 'hexagons' .* `artextract plugins install artextract-hex==1\.2`"
    with pytest.raises(DependencyError, match=said):
        train_tiny(copy, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_without_an_epoch_starts_again(graphs: Path, tmp_path: Path) -> None:
    whole, left = tmp_path / "whole", tmp_path / "left"
    train_tiny(graphs, whole)
    left.mkdir()
    shutil.copy(whole / "config.yaml", left)
    train_tiny(graphs, left, resume=True)
    assert (left / MODEL).read_bytes() == (whole / MODEL).read_bytes()
    with pytest.raises(InputError, match="nothing to resume"):
        train_tiny(graphs, tmp_path / "mistyped", resume=True)
    assert not (tmp_path / "mistyped").exists()


def test_metrics_that_lack_the_last_epoch_are_completed(graphs: Path, tmp_path: Path) -> None:
    """As left by a kill between the resume state and the metrics."""
    train_tiny(graphs, tmp_path / "run")
    metrics = tmp_path / "run" / "metrics.jsonl"
    lines = metrics.read_text()
    metrics.write_text(lines.splitlines(keepends=True)[0])
    train_tiny(graphs, tmp_path / "run", resume=True)
    assert metrics.read_text() == lines


def test_a_run_has_one_writer(graphs: Path, tmp_path: Path) -> None:
    def intrude(row: EpochRow) -> None:
        with pytest.raises(
            ArtextractError, match=r"another artextract process is writing to .*run"
        ):
            train_tiny(graphs, tmp_path / "run", resume=True)

    train_tiny(graphs, tmp_path / "run", on_epoch=intrude)


@pytest.mark.parametrize("where", ["inside", "."])
def test_a_run_inside_its_graphs_is_refused(graphs: Path, where: str) -> None:
    with pytest.raises(UsageError, match="is inside the graphs folder"):
        trainer.train(graphs, graphs / where, settings_for("node-contrastive", backbone="gcn"))


def test_a_run_inside_a_dataset_is_refused(graphs: Path, dataset: Path) -> None:
    with pytest.raises(UsageError, match="is inside the dataset"):
        trainer.train(graphs, dataset / "val", settings_for("node-contrastive", backbone="gcn"))
    assert not (dataset / "val" / "config.yaml").exists()
