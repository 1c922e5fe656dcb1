"""The materials of one scene: pigments, what is mixed from them, the ground and the surface."""

from dataclasses import dataclass

import numpy as np

from artextract_cli.simulate.workshop.paint.media import Medium
from artextract_cli.simulate.workshop.paint.mixing import Library, draw_library
from artextract_cli.simulate.workshop.paint.pigments import Batch, draw_batch

_TONED_ODDS = 0.2  # of grounds, where no light content needs a dark one


@dataclass(frozen=True, kw_only=True)
class Materials:
    """What a scene is made of.

    ``libraries`` are those of the painter, of the painter's other palette and of the retouching,
    all in the pigments of ``visible``; ``earlier`` is that of a hidden picture, in those of
    ``hidden``. ``ground`` is of `media.GROUNDS`, ``tint`` its strength; ``line`` and ``ink`` are
    the pigments of dark lines and of writing on the surface, ``softness`` the spread of light in
    the layers in px.
    """

    visible: Batch
    hidden: Batch
    libraries: tuple[Library, Library, Library]
    earlier: Library
    ground: str
    tint: float
    line: str
    ink: str
    gloss: float
    softness: float


def draw_materials(rng: np.random.Generator, medium: Medium, dark_ground: bool) -> Materials:
    """Materials of one scene; ``dark_ground`` alters the ground alone."""
    # Palettes may coincide: then the picture is painted with one, and reused by the same painter.
    first, second, earlier = (int(i) for i in rng.integers(len(medium.palettes), size=3))
    palettes = medium.palettes[first], medium.palettes[second], medium.later
    line = str(rng.choice(list(medium.drawing + medium.dark_washes + medium.inks)))
    ink = str(rng.choice(list(medium.inks + medium.drawing)))
    # Sorted: the order of a set depends on the hash seed of the process.
    visible = draw_batch(rng, sorted({*sum(palettes, ()), line, ink}))
    below = medium.palettes[earlier]
    extra = {*medium.drawing, *medium.dark_washes, *medium.inks, *medium.lights}
    hidden = draw_batch(rng, sorted({*below, *extra}))
    gloss = float(rng.uniform(*medium.gloss))
    libraries = [draw_library(rng, visible, palette, gloss) for palette in palettes]
    pale, toned = (str(rng.choice(list(names))) for names in (medium.pale, medium.toned))
    # The draw comes first, and so happens in any case.
    is_toned = rng.random() < _TONED_ODDS or dark_ground
    return Materials(
        visible=visible,
        hidden=hidden,
        libraries=(libraries[0], libraries[1], libraries[2]),
        earlier=draw_library(rng, hidden, below, gloss),
        ground=toned if is_toned else pale,
        tint=float(rng.uniform(0.8, 1.25)),
        line=line,
        ink=ink,
        gloss=gloss,
        softness=float(rng.uniform(0.15, 0.6)),
    )
