"""`artextract infer`: score scenes with a trained model."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from artextract_cli.cli import console
from artextract_cli.cli.config import remember as remember_in_config
from artextract_cli.cli.parameters import (
    DEFAULT_MEMORY,
    DEFAULT_MODEL,
    Bands,
    CodingOption,
    Device,
    Engine,
    ExpectOption,
    MaxMemory,
    ModelOption,
    Photograph,
    Remember,
    ScorerOption,
    Wavelengths,
    parse_bands,
    parse_coding,
    parse_memory,
    parse_wavelengths,
)
from artextract_cli.errors import UsageError


def infer(
    dataset: Annotated[
        Path | None, typer.Argument(help="Dataset folder; or give --rgb and --band.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Results directory to write.")] = Path("results"),
    model: ModelOption = DEFAULT_MODEL,
    scorer: ScorerOption = None,
    rgb: Photograph = None,
    band: Bands = None,
    split: Annotated[str | None, typer.Option(help="Only this split: train or val.")] = None,
    wavelengths: Wavelengths = None,
    expect: ExpectOption = "either",
    coding: CodingOption = None,
    device: Device = "auto",
    engine: Engine = "auto",
    adapt: Annotated[
        bool,
        typer.Option(
            "--adapt",
            help="Let the model learn from layers put beneath each painting before it scores it; "
            "kept where other such layers are then found clearly better.",
        ),
    ] = False,
    max_memory: MaxMemory = DEFAULT_MEMORY,
    remember: Remember = False,
) -> None:
    """Score every scene: heat maps, hidden picture, attention, embeddings, similarity, regions."""
    from artextract_cli.inference.infer_dataset import infer_dataset, infer_scenes
    from artextract_cli.pipelines.pipeline import open_scorer
    from artextract_cli.results.regions import has_places
    from artextract_cli.results.summary import fused
    from artextract_cli.scenes.dataset import pair_files

    memory, coded = parse_memory(max_memory), parse_coding(coding)
    opening = partial(
        open_scorer,
        model,
        score=scorer,
        device=device,
        engine=engine,
        expect=expect,
        adapts=adapt,
    )
    if rgb is not None and band:
        pair = [pair_files(rgb, parse_bands(band), coded)]
        described = infer_scenes(pair, out, opening(), memory)
    elif dataset is not None and rgb is None and not band:
        nm = parse_wavelengths(wavelengths)
        described = infer_dataset(
            dataset,
            out,
            opening(),
            split=split,
            wavelengths=nm,
            coding=coded,
            max_memory=memory,
        )
    else:
        msg = "give a dataset folder, or one --rgb FILE with --band NM=FILE"
        raise UsageError(msg)
    if remember:
        remember_in_config(
            ("infer", {"dataset": dataset, "out": out, "model": model}),
            ("evaluate", {"results": out, "truth": dataset}),
            ("visualize pair", {"results": out, "model": model}),
            ("report", {"results": out}),
        )
    rows = [
        (
            d["scene"],
            fused(d["euclidean_distance"]),
            fused(d["cosine_similarity"]),
            100 * d["share_above_1_percent_false_alarms"],
            _verdict(d["image_level"], has_places=has_places(d)),
        )
        for d in described
    ]
    columns = (
        "scene",
        "Euclidean distance",
        "cosine similarity",
        "% above 1 % false alarms",
        "beneath",
    )
    console.emit(described, console.table(f"results in {out}", columns, rows))


def _verdict(whole: Mapping[str, Any] | None, *, has_places: bool) -> str | None:
    """Whether something is there at all, and how often a clean painting would look like that."""
    if whole is None:
        return None
    nothing = "no finding, but regions to examine" if has_places else "nothing found"
    found = "something" if whole["something_is_there"] else nothing
    rate = 100 * whole["false_alarm_rate"]
    shown = f"{rate:.0f}" if rate >= 10 else f"{rate:.2g}"
    return f"{found} ({shown} % of clean paintings score so high)"
