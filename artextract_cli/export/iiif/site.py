"""The exported folder: whether it may be written, and what it contains."""

import json
from collections.abc import Iterator
from pathlib import Path

import artextract_cli
from artextract_cli.errors import UsageError
from artextract_cli.export.iiif.addresses import MARK
from artextract_cli.export.iiif.json_files import write_json
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.scenes.layout import check_outside_datasets
from artextract_cli.utils.atomic import TEMPORARY
from artextract_cli.utils.file_errors import writing
from artextract_cli.utils.output_plan import OutputPlan

FORMAT, VERSION = "artextract-iiif", 1
"""Of the file that lists the others, so that an earlier export is recognised."""


def check_site(out: Path, results: Path, scenes: list[SceneResult]) -> None:
    """Check that a folder is new, or contains nothing but an earlier export.

    Raises
    ------
    UsageError
        If it lies in a dataset or in the results, contains other files, or is an input.
    ArtextractError
        If it cannot be listed.
    """
    for scene in scenes:
        scene.output_plan(out).check()
    OutputPlan(
        out=out,
        source_folders={results: "results folder"},
        rules=(check_outside_datasets, _check_foreign),
    ).check()


def write_mark(folder: Path, base: str) -> None:
    """Write the list of the files of an export, the last of them."""
    about = {"format": FORMAT, "format_version": VERSION, "artextract": artextract_cli.__version__}
    write_json(folder / MARK, about | {"base_url": base, "files": sorted(_files(folder))})


def _check_foreign(out: Path) -> None:
    with writing(out):
        if not out.exists() and not out.is_symlink():
            return
        foreign = sorted(_files(out) - _listed(out)) if out.is_dir() else [""]
    if foreign:
        msg = (
            f"{out / foreign[0]} is not part of an earlier export and would be lost: choose "
            "another --out, or move it away"
        )
        raise UsageError(msg)


def _listed(out: Path) -> set[str]:
    """The files of the export in a folder; none if there is no export."""
    try:
        content = json.loads((out / MARK).read_bytes())
        if content["format"] == FORMAT:
            return {MARK, *map(str, content["files"])}
    except (OSError, ValueError, LookupError, TypeError):
        pass
    return set()


def _files(folder: Path) -> set[str]:
    """Files and links below a folder, as paths relative to it."""
    return {path.relative_to(folder).as_posix() for path in _walk(folder)}


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        # A link to a folder is not followed: what it leads to is not part of the export.
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        elif not path.name.startswith(TEMPORARY):
            yield path
