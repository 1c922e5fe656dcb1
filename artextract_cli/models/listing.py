"""The models that are included, and those in the current folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from artextract_cli.errors import InputError
from artextract_cli.models.checkpoint import MODEL_NAME, SHIPPED_MODELS, model_path, read_card
from artextract_cli.models.score_card import NONE
from artextract_cli.utils.events import warn

INCLUDED = "included"


@dataclass(frozen=True, kw_only=True)
class ListedModel:
    """A model that `infer` can use here.

    Attributes
    ----------
    name
        What ``--model`` takes.
    origin
        "included", or the folder that it was found in.
    backbone
        Name of its backbone; None for scores without a network.
    learns_from
        "layers", "views", or None for scores without a network.
    bands
        Names of the bands of its training.
    quality
        AUROC of its heat map on the validation scenes of its training, 0..1, if known.
    is_finished
        Whether its training has ended.
    """

    name: str
    origin: str
    backbone: str | None = None
    learns_from: str | None = None
    bands: tuple[str, ...] = ()
    quality: float | None = None
    is_finished: bool = True


def list_models(folder: Path = Path()) -> list[ListedModel]:
    """List the included models, and the run directories in a folder and in its folders.

    Parameters
    ----------
    folder
        Folder to search; the current one if not given.

    Returns
    -------
    list of ListedModel
        The included models first. Of a damaged model, a warning says what is wrong.
    """
    included = sorted(path.stem for path in SHIPPED_MODELS.glob("*.safetensors"))
    listed = [_listed(SHIPPED_MODELS / f"{name}.safetensors", name, INCLUDED) for name in included]
    listed.append(ListedModel(name=NONE, origin=INCLUDED))
    return [*listed, *_found(folder)]


def _found(folder: Path) -> Iterator[ListedModel]:
    # One level more than a run: those of several seeds, or of a study, lie in a folder together.
    runs = {path.parent for depth in ("*", "*/*") for path in folder.glob(f"{depth}/{MODEL_NAME}")}
    for run in sorted(runs):
        try:
            yield _listed(run, str(run), str(folder.resolve()))
        except InputError as error:
            warn(str(error))


def _listed(model: Path, name: str, origin: str) -> ListedModel:
    card = read_card(model_path(model))
    shown = "fused" if card.heat_map_of == "pixels" else "network"
    return ListedModel(
        name=name,
        origin=origin,
        backbone=card.backbone["name"],
        learns_from=card.learns_from,
        bands=card.band_ids,
        quality=card.quality.get(shown),
        is_finished=bool(card.calibration),
    )
