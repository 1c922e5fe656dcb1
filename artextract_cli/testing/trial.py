"""Try a plugin in a tiny training: python -m artextract_cli.testing.trial OUT PLUGIN.

PLUGIN is as in `artextract_cli.testing.__main__`. A line of JSON for each run is written to OUT:
one with the built-in default, then one with each plugin in its place, on the same paintings.
"""

import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from artextract_cli.errors import UsageError
from artextract_cli.graphs.build_dataset import build_dataset
from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.pipelines.settings import settings_for
from artextract_cli.plugin.contract import Spec
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.simulate import SceneSettings, simulate_dataset
from artextract_cli.testing.__main__ import find_specs, run_as_program, write_records
from artextract_cli.training.trainer import train

# Enough for a loss that goes down, in a few seconds.
SIDE, N_TRAINING, N_VALIDATION, EPOCHS = 64, 4, 2, 3
PLACES: Mapping[str, str] = {
    "superpixels": "slic",
    "backbones": "gat",
    "objectives": "hidden-layer",
    "scorers": "distance",
    "loggers": "none",
}
"""The kinds that take part in a training, and what each is compared with."""


def main(out: Path, plugin: str) -> None:
    """Write a line for every run into ``out``, or an error that prevents them."""
    write_records(out, _rows(plugin))


def _specs(plugin: str) -> list[Spec]:
    """The plugins that can be tried, known to this process as if they were installed."""
    specs = [spec for spec in find_specs(plugin) if spec.kind in PLACES]
    if not specs:
        msg = f"{plugin} takes no part in a training: `artextract plugins check {plugin}` tests it"
        raise UsageError(msg)
    for spec in specs:
        found = Plugin(spec=spec, distribution=plugin, version="not installed")
        plugin_host().plugins.setdefault((spec.kind, spec.name), found)
    return specs


def _rows(plugin: str) -> Iterator[dict[str, Any]]:
    specs = _specs(plugin)
    with tempfile.TemporaryDirectory() as folder:
        paintings = Path(folder, "paintings")
        settings = SceneSettings(size=SIDE)
        simulate_dataset(paintings, train=N_TRAINING, val=N_VALIDATION, settings=settings)
        for number, (kind, name) in enumerate(_runs(specs)):
            row = _run(paintings, Path(folder, str(number)), kind, name)
            yield {"kind": kind, "plugin": name, **row}


def _runs(specs: list[Spec]) -> Iterator[tuple[str, str]]:
    """Kind and name of every run: the default of a kind before the first plugin of it."""
    for kind in dict.fromkeys(spec.kind for spec in specs):
        names = (spec.name for spec in specs if spec.kind == kind)
        yield from ((kind, name) for name in dict.fromkeys((PLACES[kind], *names)))


def _run(paintings: Path, folder: Path, kind: str, name: str) -> dict[str, Any]:
    """Build graphs and train, with one plugin of a kind instead of the default."""
    started = time.monotonic()
    recipe = GraphRecipe(superpixels=name) if kind == "superpixels" else GraphRecipe()
    build_dataset(paintings, folder / "graphs", recipe)
    given = {"backbones": "backbone", "scorers": "scorer"}.get(kind)
    settings = settings_for(
        name if kind == "objectives" else None, **({given: name} if given else {})
    )
    log = (name,) if kind == "loggers" and name != PLACES[kind] else ()
    result = train(folder / "graphs", folder / "run", replace(settings, epochs=EPOCHS, log=log))
    return {
        "train_loss": result.train_loss,
        "val_loss": result.val_loss,
        "quality": dict(result.quality),
        "parameters": result.n_parameters,
        "seconds": round(time.monotonic() - started, 1),
    }


if __name__ == "__main__":
    run_as_program(main)
