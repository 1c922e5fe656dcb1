"""`artextract evaluate`: how well heat maps detect known hidden layers."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from artextract_cli.cli import console
from artextract_cli.cli.derived_options import settings_as_options
from artextract_cli.cli.parameters import Workers

if TYPE_CHECKING:
    import rich.table

    from artextract_cli.evaluation.robustness import Robustness, Scorer
    from artextract_cli.evaluation.scores import Evaluation

Figure = Annotated[Path | None, typer.Option(help="Figure to write: .png, .svg or .pdf.")]
Palette = Annotated[
    Literal["old-masters", "moderns", "a", "b"],
    typer.Option(help="Style of the paintings of --robustness.", rich_help_panel="Robustness"),
]


@settings_as_options
def evaluate(
    *,
    results: Annotated[
        list[Path],
        typer.Argument(help="Results of 'artextract infer'; several are compared side by side."),
    ],
    truth: Annotated[Path, typer.Option(help="Dataset with the ground truth (truth/ folders).")],
    figure: Figure = None,
    robustness: Annotated[
        int,
        typer.Option(
            min=0,
            help="Simulated paintings per condition to score with the model of the first results.",
            rich_help_panel="Robustness",
        ),
    ] = 0,
    palette: Palette = "moderns",
    workers: Workers,
) -> None:
    """Measure detection per pixel and per scene, compared with classical baselines."""
    from artextract_cli.evaluation.evaluate import evaluate as evaluate_results
    from artextract_cli.evaluation.summary import summarize_evaluation

    if figure is not None:
        _check_figure(figure, truth)
    scorer = _scorer(results[0]) if robustness else None
    evaluation = evaluate_results(results, truth, jobs=workers.jobs, cluster=workers.chosen_cluster)
    data, output = summarize_evaluation(evaluation), evaluation_tables(evaluation)
    measured = None
    if scorer is not None:
        measured = _measured(scorer, robustness, palette)
        data["robustness"] = dataclasses.asdict(measured)
        output += robustness_tables(measured)
    if figure is not None:
        _draw(evaluation, figure, measured)
        data["figure"] = figure
        output.append(str(figure))
    console.emit(data, output)
    console.suggest("report", results[0], "--out", console.free("report.html"))


def _check_figure(figure: Path, truth: Path) -> None:
    """Check that the figure can be written before the long computation, not after it."""
    from artextract_cli.results.scene_result import result_files
    from artextract_cli.utils.output_plan import OutputPlan
    from artextract_cli.visualization.canvas import check_suffix

    check_suffix(figure)
    OutputPlan(
        out=figure,
        source_folders={truth: "dataset"},
        source_files=result_files(figure.resolve().parent),
    ).check()


def _scorer(results: Path) -> "Scorer":
    from artextract_cli.evaluation.robustness import model_scorer
    from artextract_cli.results.reader import open_results

    return model_scorer(open_results(results)[0])


def _measured(scorer: "Scorer", n_scenes: int, palette: str) -> "Robustness":
    from artextract_cli.evaluation.robustness import measure_robustness

    return measure_robustness(scorer, n_scenes, palette=palette)


def _draw(evaluation: "Evaluation", figure: Path, measured: "Robustness | None") -> None:
    from artextract_cli.evaluation.figure import draw_evaluation

    draw_evaluation(evaluation, figure, robustness=measured)


def evaluation_tables(evaluation: "Evaluation") -> "list[str | rich.table.Table]":
    """Tables: per scene, means, image level, paired differences, correlation of signed images."""
    return [
        _scene_table(evaluation),
        *mean_tables(evaluation),
        _image_table(evaluation),
        _comparison_table(evaluation),
        *_correlation_tables(evaluation),
        *_layer_tables(evaluation),
    ]


def _scene_table(evaluation: "Evaluation") -> "rich.table.Table":
    """AUROC and AP per scene, of fused maps and of the plain residual."""
    from artextract_cli.evaluation.scores import OURS

    ours = [evaluation.label(OURS, folder) for folder in evaluation.results]
    labels = [*ours, "plain_residual"]
    names = ["artextract"] if len(ours) == 1 else list(evaluation.results)
    heads = [f"{kind} {name}" for name in (*names, "plain residual") for kind in ("AUROC", "AP")]
    rows = []
    for name, scene in evaluation.scenes.items():
        scores = [scene.methods[label].detection for label in labels]
        figures = [value for each in scores for value in (each.auroc, each.average_precision)]
        rows.append((name, *figures, scores[0].n_positive))
    return console.table("per scene", ("scene", *heads, "hidden px"), rows)


def mean_tables(evaluation: "Evaluation") -> "Iterator[rich.table.Table]":
    """Means and standard deviations: a table of all measures but recall, then one of recall."""
    from artextract_cli.evaluation.metrics import RECALL_RATES
    from artextract_cli.evaluation.summary import MEASURES, means

    n_scenes = max(int(summary["n_scenes"] or 0) for summary in means(evaluation).values())
    title = f"mean ± sd over {n_scenes} scenes with hidden content"
    if len(evaluation.results) > 1:
        title += f"; rows of {len(evaluation.results)} results: over the means of these"
    recalls = {name: MEASURES[name] for name in RECALL_RATES}
    others = {name: text for name, text in MEASURES.items() if name not in recalls}
    yield console.table(title, ("method", *others.values()), _mean_rows(evaluation, [*others]))
    title = "recall of hidden pixels by false-alarm rate on clean pixels"
    yield console.table(title, ("method", *recalls.values()), _mean_rows(evaluation, [*recalls]))


def _mean_rows(evaluation: "Evaluation", measures: Sequence[str]) -> list[tuple[str, ...]]:
    """Rows of our methods, of these over several results, and of the baselines."""
    from artextract_cli.evaluation.baselines.pixels import BASELINES
    from artextract_cli.evaluation.summary import means, means_over_results

    by_label, note = means(evaluation), f", {len(evaluation.results)} results"
    own = {name: mean for name, mean in by_label.items() if name not in BASELINES}
    over = {name + note: mean for name, mean in means_over_results(evaluation).items()}
    baselines = {name: mean for name, mean in by_label.items() if name in BASELINES}
    return [
        (label, *(_with_sd(summary[name], summary[f"{name}_sd"]) for name in measures))
        for label, summary in (own | over | baselines).items()
    ]


def _image_table(evaluation: "Evaluation") -> "rich.table.Table":
    from artextract_cli.evaluation.summary import image_level

    columns = {
        "auroc": "AUROC per scene",
        "clean_called_hidden": "clean called hidden",
        "hidden_called_hidden": "hidden called hidden",
        "false_alarms_1_percent": "alarms at 1 %",
        "false_alarms_5_percent": "alarms at 5 %",
        "calibration_error": "calibration error",
    }
    by_method = image_level(evaluation)
    counts = next(iter(by_method.values()))
    title = (
        f"image level: {counts['n_hidden']} scenes with hidden layers, {counts['n_clean']} clean"
    )
    rows = [(label, *(summary[name] for name in columns)) for label, summary in by_method.items()]
    return console.table(title, ("method", *columns.values()), rows)


def _comparison_table(evaluation: "Evaluation") -> "rich.table.Table":
    from artextract_cli.evaluation.summary import MEASURES, comparisons

    rows = []
    for compared in comparisons(evaluation):
        difference = compared.difference
        interval = f"{difference.low:+.3f} to {difference.high:+.3f}"
        row = (compared.method, compared.against, MEASURES[compared.measure])
        rows.append((*row, f"{difference.mean:+.3f}", interval, difference.n_scenes))
    columns = ("method", "less", "measure", "mean difference", "95 % interval", "scenes")
    return console.table("paired differences, scene by scene", columns, rows)


def _correlation_tables(evaluation: "Evaluation") -> "Iterator[rich.table.Table]":
    """Yield a table if the dataset has simulated hidden layers."""
    from artextract_cli.evaluation.summary import correlations

    if by_image := correlations(evaluation):
        rows = [
            (name, _with_sd(summary["correlation"], summary["correlation_sd"]), summary["n_scenes"])
            for name, summary in by_image.items()
        ]
        columns = ("image", "correlation ± sd", "scenes")
        yield console.table("correlation with the hidden layer", columns, rows)


def _layer_tables(evaluation: "Evaluation") -> "Iterator[rich.table.Table]":
    """Yield a table if scenes have further layers, such as a radiograph."""
    from artextract_cli.evaluation.summary import layer_means

    if by_label := layer_means(evaluation):
        measures = ("auroc", "average_precision")
        rows = [
            (
                label,
                *(_with_sd(summary[name], summary[f"{name}_sd"]) for name in measures),
                *(summary[f"false_alarms_{rate}_percent"] for rate in (1, 5)),
                summary["n_scenes"],
            )
            for label, summary in by_label.items()
        ]
        columns = ("map", "AUROC", "AP", "alarms at 1 %", "alarms at 5 %", "scenes")
        yield console.table("further layers, alone and with the bands", columns, rows)


def robustness_tables(robustness: "Robustness") -> "list[str | rich.table.Table]":
    """Tables of AUROC and AP, with a row per condition."""
    from artextract_cli.evaluation.summary import COMPARED, MEASURES

    about = f"{robustness.n_scenes} paintings of palette {robustness.palette} per condition"
    return [
        console.table(f"{MEASURES[measure]}: {about}", *_robustness_rows(robustness, measure))
        for measure in COMPARED
    ]


def _robustness_rows(
    robustness: "Robustness", measure: str
) -> tuple[Sequence[str], list[tuple[object, ...]]]:
    from artextract_cli.evaluation.robustness import METHODS

    rows: list[tuple[object, ...]] = []
    measured = {
        method
        for levels in robustness.curves.values()
        for summaries in levels.values()
        for method in summaries
    }
    methods = [method for method in METHODS if method in measured]
    for curve, levels in robustness.curves.items():
        for level, summaries in levels.items():
            figures = [summaries[m][measure] if m in summaries else None for m in methods]
            n_scenes = max(int(summary["n_scenes"] or 0) for summary in summaries.values())
            rows.append((curve, level, *figures, n_scenes))
    return ("condition", "level", *methods, "scenes"), rows


def _with_sd(value: float | None, sd: float | None) -> str:
    return "–" if value is None else f"{value:.3f} ± {sd:.3f}"
