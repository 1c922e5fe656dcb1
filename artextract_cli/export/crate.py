"""A results directory as an RO-Crate (www.researchobject.org/ro-crate), a folder or a .zip.

The crate has copies of all files, and ``ro-crate-metadata.json``, which describes them.
"""

import datetime
import json
import shutil
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from artextract_cli.errors import InputError
from artextract_cli.export.crate_metadata import METADATA, Crate, CrateFile, metadata
from artextract_cli.export.crate_statements import Author, licence_address
from artextract_cli.report.filing import Filing
from artextract_cli.results.reader import open_results
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.scenes.layout import check_outside_datasets
from artextract_cli.utils.atomic import atomic_folder, atomic_path
from artextract_cli.utils.checksums import file_digest
from artextract_cli.utils.events import progress, warn
from artextract_cli.utils.file_errors import reading
from artextract_cli.utils.output_plan import OutputPlan, check_new_folder

Add = Callable[[Path, PurePosixPath], None]
"""Adds a file to a crate under a name."""


def export_crate(
    results: Path,
    out: Path,
    *,
    filing: Filing | None = None,
    authors: Sequence[Author] = (),
    licence: str | None = None,
) -> list[str]:
    """Write a results directory as an RO-Crate 1.2, for an archive or a repository.

    The crate lists every file with its size, SHA-256 and format, and describes for every scene the
    inference that made it: software, model and images, by their SHA-256. The images themselves are
    not part of it.

    Parameters
    ----------
    results
        Directory that `infer_dataset` wrote; it is only read.
    out
        Folder to write, new or empty; a .zip file, if it ends so.
    filing
        What is known of painting and examination: its title becomes that of the crate, and its
        operator the author if there are no ``authors``.
    authors
        Authors of the crate.
    licence
        SPDX identifier of the licence, such as "CC-BY-4.0", or its address.

    Returns
    -------
    list of str
        Names of the files, relative to the crate.

    Raises
    ------
    UsageError
        If ``out`` is not new, or is inside the results or a dataset, or the licence is not valid.
    InputError
        If there are no results, or a file of them is damaged, changed, or a symbolic link.
    """
    is_zip = out.suffix.lower() == ".zip"
    OutputPlan(
        out=out,
        source_folders={results: "results folder"},
        rules=(check_outside_datasets, *([] if is_zip else [check_new_folder])),
    ).check()
    address = None if licence is None else licence_address(licence)
    scenes = open_results(results)
    crate = Crate(
        scenes=scenes,
        files=_files(results, scenes),
        filing=filing or Filing(),
        authors=tuple(authors),
        licence=address,
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
    )
    _warn_of_gaps(crate)
    text = json.dumps(metadata(crate), indent=2, ensure_ascii=False) + "\n"
    (_write_zip if is_zip else _write_folder)(results, out, crate.files, text)
    return [METADATA, *(str(file.name) for file in crate.files)]


def _files(results: Path, scenes: Sequence[SceneResult]) -> list[CrateFile]:
    """All files of the results, those that the scenes describe after checking them."""
    digests = {
        scene.checked(name): digest
        for scene in scenes
        for name, digest in scene.description["files"].items()
    }
    with reading(results):
        paths = sorted(path for path in results.rglob("*") if _is_visible(path, results))
    found = []
    for path in paths:
        if path.is_symlink():
            msg = f"{path} is a symbolic link, which an RO-Crate cannot contain: move it away"
            raise InputError(msg)
        if path == results / METADATA:
            msg = f"{path} would be overwritten by that of the crate: move it away"
            raise InputError(msg)
        if path.is_file():
            digest = digests.get(path) or file_digest(path)
            name = PurePosixPath(path.relative_to(results).as_posix())
            found.append(CrateFile(name=name, size=path.stat().st_size, sha256=digest))
    return found


def _is_visible(path: Path, results: Path) -> bool:
    """Whether no part of the name is hidden, as those of locks and unfinished files are."""
    return not any(part.startswith(".") for part in path.relative_to(results).parts)


def _warn_of_gaps(crate: Crate) -> None:
    gaps = [] if crate.people else ["authors (--author)"]
    gaps += [] if crate.licence else ["licence (--licence)"]
    if gaps:
        warn(f"the crate names no {' and no '.join(gaps)}, which repositories ask for")


def _write_folder(results: Path, out: Path, files: Sequence[CrateFile], text: str) -> None:
    with atomic_folder(out) as folder:
        (folder / METADATA).write_text(text, encoding="utf-8", newline="\n")

        def add(path: Path, name: PurePosixPath) -> None:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            # Not a hard link: a change of the crate would change the results.
            shutil.copyfile(path, target)

        _add_all(results, files, add)


def _write_zip(results: Path, out: Path, files: Sequence[CrateFile], text: str) -> None:
    # The maps are compressed already. File systems may give dates before 1980, which ZIP has not.
    with (
        atomic_path(out) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive,
    ):
        archive.writestr(METADATA, text)
        _add_all(results, files, lambda path, name: archive.write(path, str(name)))


def _add_all(results: Path, files: Sequence[CrateFile], add: Add) -> None:
    with progress("copying", len(files)) as advance:
        for file in files:
            add(results / file.name, file.name)
            advance(str(file.name))
