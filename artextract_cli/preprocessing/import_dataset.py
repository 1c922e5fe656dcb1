"""Importing all captures of a source at once."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from artextract_cli.errors import InputError
from artextract_cli.imaging.coding import Coding
from artextract_cli.preprocessing.import_scenes import ImportedScene, import_scenes
from artextract_cli.utils.parallel.cluster import Cluster


def import_dataset(
    importer: str,
    source: Path,
    out: Path,
    *,
    options: Mapping[str, Any] | None = None,
    split: Literal["train", "val"] = "train",
    auto_mask: bool = False,
    coding: Coding | None = None,
    dry_run: bool = False,
    jobs: int = 1,
    cluster: Cluster | None = None,
    on_scene: Callable[[str], None] = lambda name: None,
) -> list[ImportedScene]:
    """Write all scenes that an importer finds into a dataset, each in full or not at all.

    Nothing is overwritten. A scene that already exists with the same pixels is left unchanged, so
    that an interrupted import can be repeated.

    Parameters
    ----------
    importer
        Name of an importer plugin, such as ``cube``; see `list_plugins`.
    source
        File or folder to read; never written to.
    out
        Dataset to write, or to add scenes to.
    options
        Options of the importer by name.
    split
        Split of scenes for which the importer does not state one.
    auto_mask
        Whether to find the painting in scenes without a mask, and write a mask.
    coding
        How pixel values relate to light; written into ``dataset.yaml``.
    dry_run
        Whether to read and check everything without writing.
    jobs
        Number of scenes imported at a time, in separate processes; with more than one, a script
        must keep its work under ``if __name__ == "__main__":``. An importer that does not list its
        sources reads in this process, and threads encode.
    cluster
        Workers of Dask that take the place of ``jobs``; the same holds for scripts.
    on_scene
        Called with the name of each scene once it is written.

    Returns
    -------
    list of ImportedScene
        The scenes as they were, or would be, written.

    Raises
    ------
    UsageError
        If there is no such importer or option, ``out`` lies in ``source`` or is not a dataset, a
        folder in it is a symbolic link, or the importer cannot be used with a cluster.
    InputError
        If something cannot be read, is not a scene, or contradicts the dataset, or there is no
        scene.
    ArtextractError
        If another process writes to ``out``, or it cannot be written.
    DependencyError
        If the importer fails.
    """
    scenes = []
    for scene in import_scenes(
        importer,
        source,
        out,
        options=options or {},
        split=split,
        auto_mask=auto_mask,
        coding=coding,
        dry_run=dry_run,
        jobs=jobs,
        cluster=cluster,
    ):
        scenes.append(scene)
        on_scene(scene.scene)
    if not scenes:
        msg = f"the importer {importer} found no scenes in {source}"
        raise InputError(msg)
    return scenes
