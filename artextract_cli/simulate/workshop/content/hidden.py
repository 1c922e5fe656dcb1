"""Hidden content: drawings, washes, another picture, inks and pale corrections."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from artextract_cli.simulate.settings import KINDS
from artextract_cli.simulate.workshop.arrays import FloatArray
from artextract_cli.simulate.workshop.content.compositions import compose
from artextract_cli.simulate.workshop.content.picture import Picture
from artextract_cli.simulate.workshop.content.strokes import along, drawn, limited
from artextract_cli.simulate.workshop.noise import Sheet, blob, blurred, cloud, highest, moved
from artextract_cli.simulate.workshop.paint.media import Medium

_MOST_IN_LINES = 0.12  # share of a picture; more would be a tone, not lines
_UNSEEN = 0.02  # less of a pixel is nothing


@dataclass(frozen=True, kw_only=True)
class HiddenLayer:
    """One kind of content (H, W): the share of each pixel it covers, and how much of it lies there.

    It consists of one ``pigment``, or of the paint of a whole picture with ``colours`` (H, W, 3),
    of which ``amount`` 1 just hides its ground.
    """

    presence: FloatArray
    amount: FloatArray
    pigment: str | None = None
    colours: FloatArray | None = None


@dataclass(frozen=True, kw_only=True)
class _Task:
    rng: np.random.Generator
    picture: Picture
    medium: Medium
    room: FloatArray
    share: float

    def layer(self, mask: FloatArray, pigment: str, amounts: tuple[float, float]) -> HiddenLayer:
        uneven = np.exp(0.3 * cloud(self.rng, self.picture.shape, 12, 2.0))
        amount = self.rng.uniform(*amounts) * uneven
        return HiddenLayer(presence=mask, amount=amount, pigment=pigment)


def hide(
    rng: np.random.Generator,
    picture: Picture,
    medium: Medium,
    kinds: Sequence[str],
    room: FloatArray,
    share: float,
) -> list[HiddenLayer]:
    """Content of each kind, from below upwards, only where ``room`` (H, W) is 1."""
    # A stream for each kind, wanted or not: one kind does not change another.
    streams = dict(zip(KINDS, rng.spawn(len(KINDS)), strict=True))
    # From the ground up, as painters work: an earlier picture, washes, lights, then lines.
    ordered = sorted(set(kinds), key=("reuse", "underpainting", "light", "drawing", "ink").index)
    part = share / max(len(ordered), 1)
    layers = []
    for kind in ordered:
        task = _Task(rng=streams[kind], picture=picture, medium=medium, room=room, share=part)
        layers.append(_MAKERS[kind](task))
    return layers


def _lines(task: _Task, width: float, written: float, following: float) -> FloatArray:
    """Lines that follow the visible forms in part, and are otherwise independent of them."""
    share = min(task.share, _MOST_IN_LINES)
    near = _pentimenti(task, width)
    order = cloud(task.rng, task.picture.shape, max(task.picture.shape) / 4, 2.5)
    near = limited(near * task.room, order, following * share)
    # Strokes fall anywhere, but only those on paint count; a picture hardly painted gets few.
    free = max(float(task.room.mean()), 0.05)
    lost = (share - float(near.mean())) / free
    # More than is needed, since strokes cross and fall where there is no paint; the surplus is cut
    # off.
    others = drawn(task.rng, task.picture.shape, 1.4 * min(lost, 0.4), width, written)
    # The reversed order: lines that follow the forms and free ones lie in different parts.
    others = limited(others * task.room, -order, share - float(near.mean()))
    return np.maximum(near, others)


def _pentimenti(task: _Task, width: float) -> FloatArray:
    """Contours of the visible forms (H, W), a little beside where they were painted in the end."""
    shape = task.picture.shape
    line = along(task.picture.outlines(), width)
    shift = task.rng.normal(0, 0.012 * min(shape) + 1, 2)
    bends = [1.2 * cloud(task.rng, shape, max(shape) / 6, 3.0) for _ in range(2)]
    return moved(line, shift[0] + bends[0], shift[1] + bends[1]).astype(np.float32)


def _drawing(task: _Task) -> HiddenLayer:
    width = float(task.rng.uniform(1.5, 4.0))
    # A detector cannot rely on contours, nor on their absence.
    following = float(task.rng.choice([0.0, 0.4, 0.8]))
    mask = _lines(task, width, written=0.08, following=following)
    return task.layer(mask, _one(task, task.medium.drawing), (0.35, 1.6))


def _ink(task: _Task) -> HiddenLayer:
    width = float(task.rng.uniform(1.2, 3.0))
    mask = _lines(task, width, written=float(task.rng.choice([0.1, 0.9])), following=0.15)
    return task.layer(mask, _one(task, task.medium.inks), (1.0, 4.0))


def _underpainting(task: _Task) -> HiddenLayer:
    mask = _areas(task, cloud(task.rng, task.picture.shape, max(task.picture.shape) / 4, 2.8))
    return task.layer(mask, _one(task, task.medium.dark_washes), (0.3, 2.0))


def _light(task: _Task) -> HiddenLayer:
    """Pale corrections, mostly under dark paint."""
    shape = task.picture.shape
    order = cloud(task.rng, shape, max(shape) / 5, 2.5)
    # Four deviations for a step from black to white: darkness decides, the noise only varies it.
    order = order - 4 * blurred(task.picture.colours.mean(axis=2), max(shape) / 20)
    pigment = _one(task, task.medium.lights)
    if task.rng.random() < 0.5:
        return task.layer(_areas(task, order), pigment, (1.5, 7.0))
    width = float(task.rng.uniform(2.5, 6.0))
    share = min(task.share, _MOST_IN_LINES)
    free = max(float(task.room.mean()), 0.05)
    strokes = drawn(task.rng, shape, 2.5 * min(share / free, 0.3), width, 0.15)
    return task.layer(limited(strokes * task.room, order, share), pigment, (1.5, 7.0))


def _areas(task: _Task, order: FloatArray) -> FloatArray:
    """Filled shapes (H, W): forms of the visible picture, shifted, and others."""
    shape, rng = task.picture.shape, task.rng
    forms = np.unique(task.picture.forms)
    chosen = rng.choice(forms, min(len(forms), 2), replace=False)
    same = np.isin(task.picture.forms, chosen).astype(np.float32)
    shift = rng.normal(0, 0.03 * min(shape) + 1, 2)
    free = Sheet(shape)
    for _ in range(int(rng.integers(1, 6))):
        radius = min(shape) * rng.uniform(0.08, 0.3)
        free.polygon(blob(rng, rng.uniform(0, 1, 2) * shape, radius, 0.2))
    spread = highest(order, min(2.5 * task.share, 1.0))
    mask = np.maximum(moved(same, shift[0], shift[1]) * rng.integers(2), free.mask())
    mask = np.maximum(mask, spread) if float((mask * task.room).mean()) < task.share else mask
    mask = blurred(mask, float(rng.choice([0.0, 0.8, 2.5])))
    return limited(mask * task.room, order, task.share)


def _reuse(task: _Task) -> HiddenLayer:
    """Another picture, of which some forms are kept and the rest was scraped off."""
    shape, rng = task.picture.shape, task.rng
    other = compose(rng, shape)
    turned = rng.random() < 0.3
    colours, forms = (m[::-1, ::-1] if turned else m for m in (other.colours, other.forms))
    # Whole forms are kept in a random order; with the small factor, pieces of them.
    rank = rng.permutation(int(forms.max()) + 1)[forms.astype(int)]
    order = rng.choice([0.6, 3.0]) * rank + cloud(rng, shape, max(shape) / 4, 2.8)
    presence = limited(np.ones(shape, np.float32) * task.room, order, task.share)
    amount = rng.uniform(0.6, 1.5) * np.exp(0.2 * cloud(rng, shape, 20, 2.0))
    return HiddenLayer(presence=blurred(presence, 0.4) * task.room, amount=amount, colours=colours)


def _one(task: _Task, names: Sequence[str]) -> str:
    return str(task.rng.choice(list(names)))


_MAKERS: Mapping[str, Callable[[_Task], HiddenLayer]] = MappingProxyType(
    {
        "drawing": _drawing,
        "underpainting": _underpainting,
        "reuse": _reuse,
        "ink": _ink,
        "light": _light,
    }
)


def covered(layers: Sequence[HiddenLayer], shape: tuple[int, int]) -> FloatArray:
    """Share of each pixel (H, W) that something hidden covers."""
    bare: FloatArray = np.ones(shape, np.float32)
    for layer in layers:
        bare = bare * (1 - layer.presence)
    share = 1 - bare
    return np.where(share < _UNSEEN, 0, share).astype(np.float32)
