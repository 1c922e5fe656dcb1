"""Writing the captures of an importer into a dataset, one scene at a time."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from artextract_cli.errors import InputError, UsageError
from artextract_cli.imaging.coding import Coding
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.options import make_options
from artextract_cli.preprocessing.import_history import ImportRecord
from artextract_cli.preprocessing.import_sharing import check_pool, staged_scenes
from artextract_cli.preprocessing.import_target import ImportTarget, open_target
from artextract_cli.preprocessing.scene_staging import SceneStaging, StagedScene
from artextract_cli.scenes.dataset import checked_coding
from artextract_cli.scenes.dataset_writer import place_files
from artextract_cli.scenes.description import DESCRIPTION
from artextract_cli.scenes.layout import HISTORY, SPLITS, natural_key
from artextract_cli.scenes.remedies import register_command
from artextract_cli.utils.atomic import temporary_folder
from artextract_cli.utils.events import warn
from artextract_cli.utils.file_errors import reading, writing
from artextract_cli.utils.locks import directory_lock
from artextract_cli.utils.output_plan import OutputPlan, check_outside
from artextract_cli.utils.parallel.cluster import Cluster, chosen_pool


@dataclass(frozen=True, kw_only=True)
class ImportedScene:
    """One scene as it was, or would be, written.

    Attributes
    ----------
    scene
        Name of the scene.
    split
        ``train`` or ``val``.
    size
        Width and height of the RGB image in pixels.
    band_sizes
        Width and height of every band in pixels; if they differ, the scene must be registered.
    band_ids
        Ids of the bands (B,).
    wavelengths
        Wavelengths in nm (B,); None if unknown.
    depth
        Type of the bands: uint8 or uint16.
    files
        The files of the scene.
    """

    scene: str
    split: str
    size: tuple[int, int]
    band_sizes: tuple[tuple[int, int], ...]
    band_ids: tuple[str, ...]
    wavelengths: tuple[float, ...] | None
    depth: str
    files: tuple[Path, ...]


def import_scenes(
    importer: str,
    source: Path,
    out: Path,
    *,
    options: Mapping[str, Any],
    split: str = "train",
    auto_mask: bool = False,
    coding: Coding | None = None,
    dry_run: bool = False,
    jobs: int = 1,
    cluster: Cluster | None = None,
) -> Iterator[ImportedScene]:
    """Write the captures that an importer finds at ``source`` into the dataset ``out``.

    A scene is written in full or not at all, and nothing is overwritten; existing files with the
    same pixels are left unchanged, so that an interrupted import can be repeated. With ``dry_run``
    everything is read and checked, and nothing written. With ``auto_mask`` a scene without a mask
    gets one if the painting can be found. ``coding`` is written into ``dataset.yaml``. ``jobs`` and
    ``cluster`` as in `import_dataset`; scenes are yielded in the order of their sources.

    Raises
    ------
    UsageError
        If there is no such importer or option, ``out`` lies in ``source`` or is not a dataset, a
        folder in it is a symbolic link, or the importer cannot be used with a cluster.
    InputError
        If something cannot be read, is not a scene, or contradicts the dataset.
    ArtextractError
        If another process writes to ``out``, or it cannot be written.
    DependencyError
        If the importer fails.
    """
    pool = chosen_pool(jobs, cluster)
    plugin = plugin_host().find("importers", importer)
    make_options(plugin.spec, options)
    check_pool(plugin, pool)
    OutputPlan(
        out=out,
        source_folders={source: "source"},
        rules=(partial(_check_splits, source), _check_out),
    ).check()
    record = ImportRecord(
        importer=importer,
        source=source,
        options=options,
        coding=coding or Coding(),
        auto_mask=auto_mask,
    )
    return _import(record, out, split, dry_run, pool)


def _check_splits(source: Path, out: Path) -> None:
    """Check that the source is not a split folder of ``out``, nor contains one."""
    for split in SPLITS:
        check_outside(out / split, source, "source")


def _check_out(out: Path) -> None:
    """Check that ``out`` is new, empty or a dataset; an interrupted import leaves a dataset."""
    with reading(out):
        is_free = not out.exists() or (out.is_dir() and (_is_empty(out) or _is_dataset(out)))
    if not is_free:
        msg = f"{out} is neither a new or empty folder nor a dataset: choose another --out"
        raise UsageError(msg)


def _is_empty(folder: Path) -> bool:
    # Hidden files are those of file managers, and our lock.
    return all(path.name.startswith(".") for path in folder.iterdir())


def _is_dataset(root: Path) -> bool:
    """Whether a folder may be a dataset; graph folders have files directly in the split folders."""
    splits = [root / split for split in SPLITS if (root / split).is_dir()]
    return (root / DESCRIPTION).exists() or any(
        not any(path.is_file() for path in split.iterdir()) for split in splits
    )


def _import(
    record: ImportRecord, out: Path, split: str, dry_run: bool, pool: int | Cluster
) -> Iterator[ImportedScene]:
    n_scenes = 0
    try:
        with _written(out, dry_run) as folder:
            target = open_target(out, record.coding)
            staging = SceneStaging(
                record=record, root=out, split=split, coding=target.coding, folder=folder
            )
            with closing(staged_scenes(staging, pool)) as scenes:
                for scene in scenes:
                    yield _add(scene, target, dry_run)
                    n_scenes += 1
    except InputError as error:
        # Otherwise nothing has been written that the user should know of.
        if not n_scenes or dry_run:
            raise
        msg = f"{error}; the scenes imported before it ({n_scenes}) are in {out}"
        raise InputError(msg) from error


@contextmanager
def _written(out: Path, dry_run: bool) -> Iterator[Path | None]:
    """Hold the dataset, and yield a folder in it for temporary files; None for a dry run."""
    if dry_run:  # writes nothing, not even the lock
        yield None
        return
    with directory_lock(out), ExitStack() as stack:
        with writing(out):
            folder = stack.enter_context(temporary_folder(out / "import"))
        yield folder


def _add(scene: StagedScene, target: ImportTarget, dry_run: bool) -> ImportedScene:
    # All checks come before the first write, so that a refused scene leaves no trace.
    folders = {str(path.parent.relative_to(target.root)) for path in scene.files}
    OutputPlan(out=target.root, subfolders=[HISTORY, scene.split, *sorted(folders)]).check()
    target.check_files(scene)
    target.check_bands(scene)
    _warn_of_sizes(scene)
    checked_coding(target.coding, scene.band_ids)
    needs_description = target.add(scene)
    if needs_description and not dry_run:
        # Before the images: after a kill in between there are no scenes yet, whereas scenes
        # without their wavelengths would be misread.
        target.describe()
    place_files(scene.staged)
    nm = target.wavelengths
    return ImportedScene(
        scene=scene.name,
        split=scene.split,
        size=scene.size,
        band_sizes=scene.band_sizes,
        band_ids=scene.band_ids,
        wavelengths=tuple(nm[band] for band in scene.band_ids) if nm else None,
        depth=scene.depth,
        files=tuple(sorted(scene.files, key=lambda path: natural_key(str(path)))),
    )


def _warn_of_sizes(scene: StagedScene) -> None:
    """Warn if bands differ in size from their photograph."""
    sizes = zip(scene.band_ids, scene.band_sizes, strict=True)
    others = [band for band, size in sizes if size != scene.size]
    if others:
        warn(
            f"scene {scene.name!r}: {'bands' if others[1:] else 'band'} {', '.join(others)} "
            f"{'differ' if others[1:] else 'differs'} in size from the photograph: run "
            f"`{register_command()}` next"
        )
