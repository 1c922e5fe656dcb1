"""How the painters of a school compose, sketch and lay on paint, and how they are photographed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from artextract_cli._typing import IntArray
from artextract_cli.simulate.conditions import Conditions
from artextract_cli.simulate.content.fields import Shape
from artextract_cli.simulate.optics.camera import Camera
from artextract_cli.simulate.optics.kubelka_munk import FloatArray


@dataclass(frozen=True, kw_only=True)
class Manner:
    """What distinguishes one style of simulated paintings from another.

    ``compose`` gives the labels (H, W) of the regions of a picture; ``brush`` the marks (H, W) of
    the brush, of about unit variance, for those labels and their number; ``motif`` the curves of a
    part of a drawing and ``form`` the outlines of something that is filled, both about a centre and
    of a size in pixels; ``script`` a line of writing from a start, of a length and a height in
    pixels; ``set_up`` the camera.

    ``modelling`` is the range of how much the logarithms of a paint's shares vary over a region.
    ``streaks`` says how the four components of a paint follow the brush, the light one first and
    the dark one last; ``relief`` how the logarithm of its thickness does.
    """

    compose: Callable[[np.random.Generator, Shape], IntArray]
    brush: Callable[[np.random.Generator, IntArray, int], FloatArray]
    motif: Callable[[np.random.Generator, FloatArray, float], list[FloatArray]]
    script: Callable[[np.random.Generator, FloatArray, float, float], FloatArray]
    form: Callable[[np.random.Generator, FloatArray, float], list[FloatArray]]
    set_up: Callable[[np.random.Generator, Shape, Conditions], Camera]
    modelling: tuple[float, float]
    streaks: tuple[float, float, float, float]
    relief: float
