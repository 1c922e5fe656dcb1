"""Paintings to inject layers into."""

import numpy as np
import pytest
from numpy.typing import NDArray

from artextract_cli._typing import FloatArray
from artextract_cli.imaging.coding import coded_rgb
from artextract_cli.pipelines.hidden_layers import injection
from artextract_cli.pipelines.hidden_layers.injection import (
    KINDS,
    PHOTOGRAPH_NM,
    Injected,
    Underlayer,
    insert,
)
from artextract_cli.scenes.scene import Scene
from artextract_cli.simulate.optics import kubelka_munk
from tests.helpers.scenes import make_scene

SHAPE = (24, 31)
WAVELENGTHS = (550.0, 650.0, 750.0, 850.0, 950.0)
NM = np.array([*PHOTOGRAPH_NM, *WAVELENGTHS])
FALL = 1.5  # scattering falls as this power of the wavelength


def only(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Let every layer be of one kind."""
    monkeypatch.setattr(injection, "ODDS", tuple(float(k == kind) for k in KINDS))


class Middle:
    """A generator that draws the middle of every range: no noise or displacement, no varnish."""

    def __init__(self, chance: float = 0.9) -> None:
        self.chance = chance

    def random(self) -> float:
        """Above every share that is asked for, unless told otherwise."""
        return self.chance

    def standard_normal(self, size: tuple[int, int], dtype: type) -> FloatArray:
        return np.zeros(size, dtype)

    def uniform(self, low: float, high: float, size: int | None = None) -> float | FloatArray:
        middle = (low + high) / 2
        return middle if size is None else np.full(size, middle)


def paint(thickness: float, ratio: float, ground: FloatArray) -> FloatArray:
    """Reflectance (8,) of a paint of one K/S over ``ground`` (8,) at all wavelengths."""
    scattering = thickness * (NM / 550) ** -FALL
    return kubelka_munk.over(*kubelka_munk.layer(ratio * scattering, scattering), ground)


def even_scene(reflectance: FloatArray) -> Scene:
    """A scene (H, W) of one reflectance (8,): the photograph's three, then the bands'."""
    seen = np.broadcast_to(reflectance, (*SHAPE, len(NM))).astype(np.float32)
    return make_scene(
        SHAPE,
        len(WAVELENGTHS),
        wavelengths=WAVELENGTHS,
        rgb=coded_rgb(seen[..., :3]),
        bands=seen[..., 3:].copy(),
    )


def left_half() -> NDArray[np.int64]:
    labels = np.zeros(SHAPE, np.int64)
    labels[:, :12] = 1
    return labels


def put(
    monkeypatch: pytest.MonkeyPatch,
    scene: Scene,
    *,
    thickness: float,
    ground: float,
    below: float,
    share: float = 1.0,
    chance: float = 0.9,
) -> tuple[Scene, NDArray[np.uint8]]:
    """Put something of one reflectance under the left half of a scene of known paint."""
    made = put_signed(
        monkeypatch,
        scene,
        thickness=thickness,
        ground=ground,
        below=below,
        share=share,
        chance=chance,
    )
    return made.scene, made.truth


def put_signed(
    monkeypatch: pytest.MonkeyPatch,
    scene: Scene,
    *,
    thickness: float = 0.8,
    ground: float,
    below: float | FloatArray,
    share: float = 1.0,
    chance: float = 0.9,
) -> Injected:
    """The same, with its sign; ``below`` may differ between wavelengths."""
    labels = left_half()
    beneath = Underlayer(
        labels=labels,
        share=np.where(labels > 0, share, 0).astype(np.float32),
        spectra=np.stack([np.full(len(NM), g, np.float32) for g in (ground, below)]),
    )
    known = np.full(SHAPE, np.log(thickness))
    monkeypatch.setattr(injection, "thickness_of", lambda *_: known)
    return insert(Middle(chance), scene, beneath)  # type: ignore[arg-type]
