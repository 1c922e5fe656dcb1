"""The description of a crate, in the terms of RO-Crate 1.2 and schema.org."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from artextract_cli.export.crate_statements import ORCID, SPDX, Author
from artextract_cli.report.filing import Filing
from artextract_cli.report.wording import capital
from artextract_cli.results.scene_result import SceneResult
from artextract_cli.scenes.layers import KIND_WORDS

METADATA = "ro-crate-metadata.json"
PROFILE = "https://w3id.org/ro/crate/1.2"
SOFTWARE = "#artextract"
# Not `mimetypes`, which reads the tables of the system; an .npz is a ZIP archive.
FORMATS = {
    ".bmp": "image/bmp",
    ".csv": "text/csv",
    ".html": "text/html",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".npz": "application/zip",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".txt": "text/plain",
    ".yaml": "application/yaml",
}
OTHER_FORMAT = "application/octet-stream"
CONTENTS = {
    "heatmap.tif": "-log10 of the false-alarm rate, at which clean paint scores as high",
    "dark.tif": "As the heat map, for hidden content darker in the infrared than expected",
    "light.tif": "As the heat map, for hidden content lighter in the infrared than expected",
    "probability.tif": "Probability of hidden content of either sign, 0 to 1",
    "hidden.tif": "Hidden-layer image: what the infrared shows beyond the visible surface",
    "bands.tif": "Evidence of every band, one page each",
    "residual.tif": "Evidence from the residual of the longest band",
    "envelope.tif": "Evidence beyond what any visible surface could show",
    "network.tif": "Evidence of the network alone",
    "attention.tif": "Attention of the network: photograph, and mean over the bands",
    "gradcam.tif": "Grad-CAM of the network: photograph, and mean over the bands",
    "embeddings.npz": "Embeddings of the superpixels, one array for every view",
    "labels.tif": "Number of the superpixel of every pixel",
    "heatmap.png": "Heat map to look at",
    "hidden.png": "Hidden-layer image to look at",
    "overlay.png": "Heat map over the photograph",
    "regions.csv": "Strongest regions",
    "scene.json": "Description of the result: its inputs, model, options and numbers",
    "summary.csv": "One row for every scene",
    "summary.json": "One entry for every scene",
}

Entity = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class CrateFile:
    """One file of a crate."""

    name: PurePosixPath
    """Relative to the crate."""

    size: int
    sha256: str

    @property
    def id(self) -> str:
        """Its identifier, a relative URI."""
        return quote(str(self.name))


@dataclass(frozen=True, kw_only=True)
class Crate:
    """What a crate contains, and what is stated about it."""

    scenes: Sequence[SceneResult]
    files: Sequence[CrateFile]
    filing: Filing
    authors: tuple[Author, ...]
    licence: str | None
    """Its address."""

    date: str
    """Day of publication, ISO 8601."""

    @property
    def people(self) -> tuple[Author, ...]:
        """The authors; the operator if none are named."""
        operator = self.filing.operator
        return self.authors or ((Author(name=operator),) if operator else ())


def metadata(crate: Crate) -> dict[str, Any]:
    """The content of ``ro-crate-metadata.json``."""
    entities = [
        _descriptor(),
        _root(crate),
        *map(_file, crate.files),
        *(entity for scene in crate.scenes for entity in _scene(scene, crate)),
        _software(crate.scenes),
        *map(_person, crate.people),
        *_operator(crate),
        *_licence(crate.licence),
        *_painting(crate.filing),
        *_institution(crate.filing),
    ]
    # Scenes share their model, and perhaps images; an identifier may be described only once.
    unique = {entity["@id"]: entity for entity in reversed(entities)}
    return {"@context": f"{PROFILE}/context", "@graph": list(reversed(unique.values()))}


def _descriptor() -> Entity:
    return {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": {"@id": PROFILE},
        "about": {"@id": "./"},
    }


def _root(crate: Crate) -> Entity:
    filing = crate.filing
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": filing.title or f"Search for hidden layers: {_listed(crate.scenes)}",
        "description": _description(crate),
        "datePublished": crate.date,
        "license": "No licence is stated." if crate.licence is None else _ref(crate.licence),
        **_refs("author", map(_person_id, crate.people)),
        **_refs("about", (painting["@id"] for painting in _painting(filing))),
        **_refs("publisher", (each["@id"] for each in _institution(filing))),
        **_refs("hasPart", (file.id for file in crate.files)),
        **_refs("mentions", (_action_id(scene) for scene in crate.scenes)),
    }


def _description(crate: Crate) -> str:
    filing = crate.filing
    sentences = [
        f"Results of a search for hidden layers with artextract: {_listed(crate.scenes)}.",
        f"Examined {filing.date}." if filing.date else "",
        filing.notes or "",
    ]
    return " ".join(filter(None, sentences))


def _listed(scenes: Sequence[SceneResult]) -> str:
    names = [scene.name for scene in scenes]
    # Three names tell crates apart; `hasPart` has all.
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _file(file: CrateFile) -> Entity:
    about = CONTENTS.get(file.name.name)
    return {
        "@id": file.id,
        "@type": "File",
        "name": str(file.name),
        **({} if about is None else {"description": about}),
        "encodingFormat": _format(file.name.name),
        "contentSize": str(file.size),
        "sha256": file.sha256,
    }


def _format(name: str) -> str:
    return FORMATS.get(PurePosixPath(name).suffix.lower(), OTHER_FORMAT)


def _scene(scene: SceneResult, crate: Crate) -> Iterable[Entity]:
    """The inference of a scene, and what it read."""
    inputs = list(_inputs(scene))
    model = scene.description["model"]
    used = [*inputs, _digested(model["path"], model["sha256"], "Model")]
    written = {f"{scene.path.name}/{name}" for name in (*scene.description["files"], "scene.json")}
    yield {
        "@id": _action_id(scene),
        "@type": "CreateAction",
        "name": f"artextract infer, scene {scene.name}",
        "description": "All options and versions are in its scene.json.",
        "actionStatus": "http://schema.org/CompletedActionStatus",
        "instrument": _ref(SOFTWARE),
        **_refs("agent", (each["@id"] for each in _operator(crate))),
        **_refs("object", (entity["@id"] for entity in used)),
        **_refs("result", (file.id for file in crate.files if str(file.name) in written)),
    }
    yield from used


def _inputs(scene: SceneResult) -> Iterable[Entity]:
    description = scene.description
    yield _source(description["photograph"], f"Photograph of {scene.name}")
    wavelengths = description["wavelengths_nm"] or repeat(None)
    for band, nm in zip(description["bands"], wavelengths, strict=False):
        known = "" if nm is None else f", {nm:g} nm"
        yield _source(band, f"Band {band['id']}{known} of {scene.name}")
    for name, layer in description.get("layers", {}).items():
        yield _source(layer, f"{capital(KIND_WORDS[layer['kind']])} ({name}) of {scene.name}")
        if layer["mask"] is not None:
            yield _source(layer["mask"], f"Mask of layer {name} of {scene.name}")
    if description["object_mask"] is not None:
        yield _source(description["object_mask"], f"Object mask of {scene.name}")


def _source(described: Any, role: str) -> Entity:
    return _digested(described["path"], described["sha256"], role)


def _digested(path: str, sha256: str, role: str) -> Entity:
    """A file that is not in the crate: found again by its digest, wherever it is."""
    name = Path(path).name
    return {
        # Not of type File, which would have to be in the crate or at an address.
        "@id": f"#sha256-{sha256}",
        "@type": "CreativeWork",
        "name": name,
        "description": f"{role}; not part of this crate.",
        "encodingFormat": _format(name),
        "sha256": sha256,
    }


def _software(scenes: Sequence[SceneResult]) -> Entity:
    versions = sorted({str(scene.description["artextract"]) for scene in scenes})
    return {
        "@id": SOFTWARE,
        "@type": "SoftwareApplication",
        "name": "artextract",
        "description": "Finds hidden layers in paintings from a photograph and its bands.",
        "version": ", ".join(versions),
        # RO-Crate demands an address; a package URL (ECMA-427) names the software without one.
        "url": f"pkg:generic/artextract@{versions[-1]}",
        "license": {"@id": f"{SPDX}Apache-2.0"},
    }


def _person(author: Author) -> Entity:
    return {"@id": _person_id(author), "@type": "Person", "name": author.name}


def _person_id(author: Author) -> str:
    return f"#person-{quote(author.name)}" if author.orcid is None else f"{ORCID}{author.orcid}"


def _operator(crate: Crate) -> Iterable[Entity]:
    """Who examined the painting, as one of the authors if among them."""
    if operator := crate.filing.operator:
        same = [author for author in crate.people if author.name == operator]
        yield _person(same[0] if same else Author(name=operator))


def _licence(address: str | None) -> Iterable[Entity]:
    for each in dict.fromkeys([f"{SPDX}Apache-2.0", address]):
        if each is not None:
            name = each.removeprefix(SPDX)
            text = f"The terms of {name} are at {each}."
            yield {"@id": each, "@type": "CreativeWork", "name": name, "description": text}


def _painting(filing: Filing) -> Iterable[Entity]:
    if filing.title or filing.inventory:
        yield {
            "@id": "#painting",
            "@type": "VisualArtwork",
            "name": filing.title or filing.inventory,
            **({"identifier": filing.inventory} if filing.inventory else {}),
        }


def _institution(filing: Filing) -> Iterable[Entity]:
    if filing.institution:
        yield {"@id": "#institution", "@type": "Organization", "name": filing.institution}


def _action_id(scene: SceneResult) -> str:
    return f"#infer-{quote(scene.name)}"


def _ref(identifier: str) -> dict[str, str]:
    return {"@id": identifier}


def _refs(name: str, identifiers: Iterable[str]) -> Entity:
    """A property with references; none without, and a single one without a list."""
    refs = [_ref(each) for each in dict.fromkeys(identifiers)]
    return {name: refs if refs[1:] else refs[0]} if refs else {}
