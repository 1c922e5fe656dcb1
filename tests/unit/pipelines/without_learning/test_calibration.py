"""A score card from graphs of clean scenes."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from artextract_cli.errors import InputError
from artextract_cli.evidence.maps import envelope_score
from artextract_cli.graphs.build_dataset import build_dataset
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.models.score_card import read_score_card
from artextract_cli.pipelines.batches import load_alike
from artextract_cli.pipelines.hidden_layers.clean_captures import stored_scene
from artextract_cli.pipelines.without_learning.calibration import calibrate_scores
from artextract_cli.simulate import SceneSettings, simulate_dataset
from tests.helpers.evidence import gather_evidence

RECIPE = GraphRecipe(superpixel_options={"n_segments": 16})


def make_graphs(root: Path, *, kinds: tuple[str, ...] = (), val: int = 4) -> Path:
    settings = SceneSettings(size=(24, 32), wavelengths=(450.0, 650.0, 950.0), kinds=kinds)
    simulate_dataset(root / "dataset", train=1, val=val, settings=settings)
    build_dataset(root / "dataset", root / "graphs", RECIPE)
    return root / "graphs"


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_graphs(tmp_path_factory.mktemp("clean"))


def test_the_card_tells_how_high_clean_paint_scores(graphs: Path, tmp_path: Path) -> None:
    card = calibrate_scores(graphs, tmp_path / "card.json")
    assert read_score_card(tmp_path / "card.json") == card
    assert (card.n_scenes, card.n_captures) == (4, 12)
    assert set(card.whole) == {"envelope", "residual"}
    assert card.recipe.superpixel_options["n_segments"] == 16
    held_out = [scene for scene in load_alike(graphs) if scene.split == "val"]
    clean = np.concatenate(
        [
            envelope_score(gather_evidence(stored_scene(graphs, scene)).maps).ravel()
            for scene in held_out
        ]
    )
    share = (card.calibration["envelope"](clean) >= 1).mean()
    assert 0.03 < share < 0.2


def test_it_is_the_same_every_time(graphs: Path, tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        calibrate_scores(graphs, tmp_path / name, seed=3)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_few_paintings_give_no_verdict_on_the_whole(graphs: Path, tmp_path: Path) -> None:
    few = shutil.copytree(graphs, tmp_path / "few")
    for path in sorted((few / "val").glob("*"))[6:]:
        path.unlink()
    card = calibrate_scores(few, tmp_path / "card.json")
    assert card.n_scenes == 3
    assert card.whole == {}


def test_scenes_that_may_hide_something_are_refused(tmp_path: Path) -> None:
    hiding = make_graphs(tmp_path, kinds=("drawing",), val=1)
    with pytest.raises(InputError, match=r"no scene of .* is known to be clean"):
        calibrate_scores(hiding, tmp_path / "card.json")
    assert not (tmp_path / "card.json").exists()
