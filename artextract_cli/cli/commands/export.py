"""`artextract export`: results in the formats of other programs."""

from pathlib import Path
from typing import Annotated

import typer

from artextract_cli.cli import console
from artextract_cli.cli.completion import scene_names, source_scenes
from artextract_cli.cli.derived_options import settings_as_options
from artextract_cli.cli.help.layout import HelpCommand, HelpGroup
from artextract_cli.cli.option_groups import DEFAULT_MODEL, Filed, Shown

app = typer.Typer(
    cls=HelpGroup,
    no_args_is_help=True,
    help="Pass results and networks on in the formats of other programs.",
)

BaseUrl = Annotated[
    str,
    typer.Option(
        help="Address at which the folder will be served.", metavar="URL", rich_help_panel="Output"
    ),
]
Rights = Annotated[
    str | None,
    typer.Option(
        help="Address of a licence or statement of rights.", metavar="URL", rich_help_panel="Filing"
    ),
]


@app.command(cls=HelpCommand)
@settings_as_options
def iiif(
    *,
    results: Annotated[Path, typer.Argument(help="Results directory.")],
    out: Annotated[Path, typer.Option(help="Folder to write, for a web server.")] = Path("site"),
    base_url: BaseUrl = "http://localhost:8000",
    scene: Annotated[
        list[str] | None,
        typer.Option(help="Only this scene; may be repeated.", autocompletion=scene_names),
    ] = None,
    rights: Rights = None,
    shown: Shown,
    filed: Filed,
) -> None:
    """Write image tiles and manifests that IIIF viewers open from any web server."""
    from artextract_cli.export.iiif.writing import export_iiif

    manifests = export_iiif(
        results,
        out,
        base_url=base_url,
        names=scene or (),
        with_bands=not shown.no_bands,
        pixels_per_mm=shown.pixels_per_mm,
        filing=filed.read(),
        rights=rights,
    )
    console.emit({"folder": out, "manifests": manifests}, manifests)
    console.suggest_serving(out, base_url)


@app.command(cls=HelpCommand)
@settings_as_options
def crate(
    *,
    results: Annotated[Path, typer.Argument(help="Results directory.")],
    out: Annotated[Path, typer.Option(help="New folder to write, or a .zip file.")] = Path("crate"),
    author: Annotated[
        list[str] | None,
        typer.Option(
            help="Author, with ORCID if there is one; may be repeated.",
            metavar="NAME[;ORCID]",
            rich_help_panel="Filing",
        ),
    ] = None,
    licence: Annotated[
        str | None,
        typer.Option(
            help="SPDX identifier of the licence, such as CC-BY-4.0, or its address.",
            rich_help_panel="Filing",
        ),
    ] = None,
    filed: Filed,
) -> None:
    """Write the results as an RO-Crate for archives and repositories."""
    from artextract_cli.export.crate import export_crate
    from artextract_cli.export.crate_statements import parse_author

    authors = [parse_author(text) for text in author or ()]
    filing = filed.read()
    files = export_crate(results, out, filing=filing, authors=authors, licence=licence)
    console.emit({"crate": out, "files": files}, f"{out}  ({len(files)} files)")
    console.suggest("export", "iiif", results, "--out", console.free("site"))


@app.command(cls=HelpCommand)
def images(
    source: Annotated[Path, typer.Argument(help="Dataset, or results directory.")],
    scene: Annotated[
        str | None,
        typer.Option(help="Scene to export; default: the first one.", autocompletion=source_scenes),
    ] = None,
    out: Annotated[Path, typer.Option(help="File to write: .ome.tif, or .hdr for ENVI.")] = Path(
        "images.ome.tif"
    ),
) -> None:
    """Write bands, or the maps of a result, as OME-TIFF or ENVI."""
    from artextract_cli.export.images import export_images
    from artextract_cli.results.reader import result_folders

    done = export_images(source, out, scene=scene)
    height, width = done.shape
    listed = ", ".join(str(file) for file in done.files)
    size = f"{len(done.channels)} channels, {width} × {height} pixels, {done.depth}"
    console.emit(vars(done), f"{listed}  ({size})")
    if result_folders(source):
        console.suggest("export", "crate", source, "--out", console.free("crate"))
    else:
        console.suggest("infer", source, "--out", console.free("results"))


@app.command(cls=HelpCommand)
def model(
    model: Annotated[
        Path, typer.Argument(help="Run directory or model file, or gat or gcn.")
    ] = DEFAULT_MODEL,
    out: Annotated[Path, typer.Option(help="File to write: .pt2.")] = Path("model.pt2"),
) -> None:
    """Write the network of a model as a torch.export program, which runs without artextract."""
    from artextract_cli.export.network_program import export_model

    done = export_model(model, out)
    shapes = ", ".join(f"{name} ({shape})" for name, shape in done.inputs.items())
    console.emit(vars(done), f"{out}  ({shapes} to embeddings ({done.output}))")
    console.suggest("export", "inputs", "DATASET", "--model", model, "--out", "inputs.npz")


@app.command(cls=HelpCommand)
def inputs(
    dataset: Annotated[Path, typer.Argument(help="Dataset folder.")],
    scene: Annotated[
        str | None,
        typer.Option(help="Scene to export; default: the first one.", autocompletion=source_scenes),
    ] = None,
    model: Annotated[
        Path, typer.Option(help="Run directory or model file, or gat or gcn.")
    ] = DEFAULT_MODEL,
    out: Annotated[Path, typer.Option(help="File to write: .npz.")] = Path("inputs.npz"),
) -> None:
    """Write what a network is given of a scene, for a program of `export model`."""
    from artextract_cli.export.network_inputs import export_inputs

    export_inputs(dataset, out, model=model, scene=scene)
    console.emit({"inputs": out, "bytes": out.stat().st_size}, str(out))
    console.suggest("export", "model", model, "--out", console.free("model.pt2"))
