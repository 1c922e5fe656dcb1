"""The strongest regions of a scene, with their location on the painting."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass

from artextract_cli.errors import InputError
from artextract_cli.evidence.signs import WORDS
from artextract_cli.report import wording
from artextract_cli.results.regions import REGION_COLUMNS, superpixel_side
from artextract_cli.results.scene_result import SceneResult


@dataclass(frozen=True, kw_only=True)
class Region:
    """One region; lengths in pixels of the photograph."""

    number: int
    row: float
    column: float
    top: int
    left: int
    bottom: int
    right: int
    area_px: int
    mean_score: float
    max_score: float
    false_alarm_rate: float
    telling_band: str
    sign: str
    """The sign in words; empty if the model does not distinguish signs."""

    place: str

    @property
    def height(self) -> int:
        """Height of the bounding box."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Width of the bounding box."""
        return self.right - self.left


@dataclass(frozen=True, kw_only=True)
class Regions:
    """The regions large enough to be listed, and the number of smaller ones."""

    listed: tuple[Region, ...]
    n_small: int
    least_area: int
    """Least area of a listed region in px: that of a superpixel of mean size."""

    @property
    def are_signed(self) -> bool:
        """Whether regions are known to be darker or lighter than expected."""
        return any(region.sign for region in self.listed)


def read_regions(result: SceneResult, band_names: Mapping[str, str]) -> Regions:
    """Read ``regions.csv``; ``band_names`` gives the names of the bands in the page, by id.

    Raises
    ------
    InputError
        If the file is missing or damaged.
    """
    path = result.checked("regions.csv")
    shape = (int(result.description["shape"][0]), int(result.description["shape"][1]))
    try:
        # Without translation of line ends, as the csv module requires.
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            regions = [_region(row, shape, band_names) for row in rows]
            # Raised here to be reported like every other damage.
            if tuple(rows.fieldnames or ()) != REGION_COLUMNS:
                raise KeyError(rows.fieldnames)
    except (csv.Error, KeyError, TypeError, ValueError) as error:
        msg = f"{path} is damaged: remove {result.path} and run `{result.again}`"
        raise InputError(msg) from error
    least = superpixel_side(shape, int(result.description["n_superpixels"])) ** 2
    listed = tuple(region for region in regions if region.area_px >= least)
    return Regions(listed=listed, n_small=len(regions) - len(listed), least_area=least)


def _region(
    row: Mapping[str, str], shape: tuple[int, int], band_names: Mapping[str, str]
) -> Region:
    centre = float(row["row"]), float(row["column"])
    return Region(
        number=int(row["region"]),
        row=centre[0],
        column=centre[1],
        top=int(row["top"]),
        left=int(row["left"]),
        bottom=int(row["bottom"]),
        right=int(row["right"]),
        area_px=int(row["area_px"]),
        mean_score=float(row["mean_score"]),
        max_score=float(row["max_score"]),
        false_alarm_rate=float(row["false_alarm_rate"]),
        telling_band=band_names.get(row["telling_band"], row["telling_band"]),
        sign=WORDS[row["sign"]] if row["sign"] else "",
        place=wording.place(*centre, shape),
    )
