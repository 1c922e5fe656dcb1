"""Writing of results as IIIF: a manifest and image tiles for every scene."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from artextract_cli.export.iiif.addresses import (
    COLLECTION,
    checked_base,
    checked_rights,
    folder_name,
)
from artextract_cli.export.iiif.annotations import annotation_page
from artextract_cli.export.iiif.exported import Exported
from artextract_cli.export.iiif.json_files import write_json
from artextract_cli.export.iiif.layers import SceneImages
from artextract_cli.export.iiif.manifest import CONTEXT, collection, manifest
from artextract_cli.export.iiif.metadata import metadata_of, summary_of
from artextract_cli.export.iiif.site import check_site, write_mark
from artextract_cli.export.iiif.tiles import ImageFiles, write_image
from artextract_cli.report.filing import Filing
from artextract_cli.report.findings import describe
from artextract_cli.report.layers import band_names
from artextract_cli.report.regions import read_regions
from artextract_cli.results.reader import open_complete, scene_folders
from artextract_cli.utils.atomic import replace_folder
from artextract_cli.utils.events import Advance, progress


def export_iiif(
    results: Path,
    out: Path,
    *,
    base_url: str,
    names: Sequence[str] = (),
    with_bands: bool = True,
    pixels_per_mm: float | None = None,
    filing: Filing | None = None,
    rights: str | None = None,
) -> list[str]:
    """Write scenes of a results directory as a folder for a web server and IIIF viewers.

    The folder has a manifest (Presentation API 3.0) and image tiles (Image API 3.0, level 0) for
    every scene, and a collection of all. Photograph, heat maps, hidden-layer image and bands are
    the choices of one canvas; the strongest regions are its annotations. Nothing is written unless
    all scenes can be.

    Parameters
    ----------
    results
        Directory that `infer_dataset` wrote.
    out
        Folder to write; an earlier export there is replaced.
    base_url
        Address at which the folder will be served; it is part of every identifier.
    names
        Names of the scenes; all if empty.
    with_bands
        Whether the bands, and false-colour infrared, are among the choices.
    pixels_per_mm
        Scale of the RGB images; overrides that of the results.
    filing
        Statements for the metadata. The title names the manifest, the institution is the
        attribution that viewers must show.
    rights
        Address of a licence or statement of rights, such as
        "http://creativecommons.org/licenses/by/4.0/".

    Returns
    -------
    list of str
        Addresses of the manifests, in the order of the scenes.

    Raises
    ------
    InputError
        If a scene does not exist, a result is damaged, or a source is missing or has changed.
    UsageError
        If an address is not valid; or ``out`` lies in a dataset or in the results, or contains
        other files than those of an earlier export.
    """
    stated = _Stated(
        base=checked_base(base_url),
        with_bands=with_bands,
        pixels_per_mm=pixels_per_mm,
        filing=filing or Filing(),
        rights=None if rights is None else checked_rights(rights),
    )
    results_of = [open_complete(folder) for folder in scene_folders(results, names)]
    check_site(out, results, results_of)
    # Scratch files lie on the disk that has room for the export.
    scratch = out.resolve().parent
    images = [SceneImages(result=result, scratch=scratch) for result in results_of]
    scenes = [_describe(each, stated, is_only=len(images) == 1) for each in images]
    n_layers = sum(len(scene.images) for scene in scenes)
    with replace_folder(out) as folder, progress("writing tiles", n_layers) as advance:
        for scene in scenes:
            _write_scene(folder, stated.base, scene, advance)
        label = stated.filing.title or "Results of artextract"
        address = f"{stated.base}/{COLLECTION}"
        write_json(folder / COLLECTION, collection(address, label, scenes))
        write_mark(folder, stated.base)
    return [scene.manifest for scene in scenes]


@dataclass(frozen=True, kw_only=True)
class _Stated:
    """What is the same for all scenes."""

    base: str
    with_bands: bool
    pixels_per_mm: float | None
    filing: Filing
    rights: str | None

    def label_of(self, scene: str, *, is_only: bool) -> str:
        """The title for readers: that of the only scene, or of several and the name of each."""
        title = self.filing.title
        if not title:
            return scene
        return title if is_only else f"{title}: {scene}"


def _describe(images: SceneImages, stated: _Stated, *, is_only: bool) -> Exported:
    """Everything of a scene but its pixels."""
    result, described = images.result, images.result.description
    bands = dict(zip((band["id"] for band in described["bands"]), band_names(result), strict=True))
    scale = stated.pixels_per_mm or described.get("pixels_per_mm")
    regions = read_regions(result, bands)
    findings = describe(result, regions, scale)
    layers = images.layers(with_bands=stated.with_bands)
    address = f"{stated.base}/{folder_name(result.name)}"
    shape = (int(described["shape"][0]), int(described["shape"][1]))
    files = (ImageFiles(address=f"{address}/{layer.key}", shape=shape) for layer in layers)
    return Exported(
        address=address,
        label=stated.label_of(result.name, is_only=is_only),
        shape=shape,
        images=list(zip(layers, files, strict=True)),
        regions=regions.listed,
        pixels_per_mm=scale,
        summary=summary_of(findings),
        metadata=metadata_of(result, findings, layers, scale),
        filing=stated.filing,
        rights=stated.rights,
    )


def _write_scene(folder: Path, base: str, scene: Exported, advance: Advance) -> None:
    """Write the folder of a scene: its images, its regions and its manifest."""
    for layer, files in scene.images:
        write_image(folder / files.address.removeprefix(f"{base}/"), files, layer.strips())
        advance(layer.label)
    page = {"@context": CONTEXT} | annotation_page(scene)
    target = folder / scene.address.removeprefix(f"{base}/")
    write_json(target / "regions.json", page)
    write_json(target / "manifest.json", manifest(scene))
