"""`artextract evaluate`: how well heat maps find what is known to be hidden."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from artextract_cli import console

if TYPE_CHECKING:
    import rich.table

    from artextract_cli.evaluation import Evaluation


def evaluate(
    results: Annotated[Path, typer.Argument(help="Results directory of 'artextract infer'.")],
    truth: Annotated[Path, typer.Option(help="Dataset whose truth/ folders to compare with.")],
) -> None:
    """Print AUROC and average precision per scene and mean, beside the classical baselines."""
    from artextract_cli.dataset import open_dataset
    from artextract_cli.evaluation import evaluate as evaluate_results

    n_truth = sum(scene.truth is not None for scene in open_dataset(truth).scenes)
    with console.progress("evaluating", n_truth) as advance:
        evaluation = evaluate_results(results, truth, on_scene=advance)
    console.emit(as_data(evaluation), evaluation_tables(evaluation))


def as_data(evaluation: "Evaluation") -> dict[str, object]:
    """An evaluation as plain data."""
    scenes = {
        scene: {method: dataclasses.asdict(found) for method, found in methods.items()}
        for scene, methods in evaluation.scenes.items()
    }
    return {"means": evaluation.means(), "scenes": scenes}


def evaluation_tables(evaluation: "Evaluation") -> "list[rich.table.Table]":
    """One table by scene, one of the means."""
    from artextract_cli.evaluation import OURS

    by_scene = [
        (
            scene,
            methods[OURS].auroc,
            methods[OURS].average_precision,
            methods["plain_residual"].auroc,
            methods["plain_residual"].average_precision,
            methods[OURS].n_positive,
        )
        for scene, methods in evaluation.scenes.items()
    ]
    means = [
        (method, m["auroc"], m["auroc_sd"], m["average_precision"], m["average_precision_sd"])
        for method, m in evaluation.means().items()
    ]
    scene_columns = ("scene", "AUROC", "AP", "AUROC residual", "AP residual", "hidden px")
    mean_columns = ("method", "AUROC", "± sd", "AP", "± sd")
    hidden = sum(row[1] is not None for row in by_scene)
    return [
        console.table("per scene: artextract and the regression residual", scene_columns, by_scene),
        console.table(f"mean over {hidden} scenes with hidden content", mean_columns, means),
    ]
