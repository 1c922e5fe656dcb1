"""One random painting: the physics of the other palettes, and everything else drawn anew."""

from collections.abc import Sequence

import numpy as np

from artextract_cli.scenes.scene import HIDDEN
from artextract_cli.simulate.content.underlayers import HiddenLayer
from artextract_cli.simulate.optics.kubelka_munk import FloatArray
from artextract_cli.simulate.optics.pigments import Batch
from artextract_cli.simulate.radiograph.taking import depths_of_loads, further_layers
from artextract_cli.simulate.random_worlds.capture import draw_files, draw_relief, draw_studio
from artextract_cli.simulate.random_worlds.conditions import BENIGN_ODDS, draw_conditions
from artextract_cli.simulate.random_worlds.painting import paint_surface
from artextract_cli.simulate.random_worlds.palette import draw_workshop
from artextract_cli.simulate.random_worlds.underlayers import draw_ground, hide
from artextract_cli.simulate.scene import SimulatedScene, mark_truth, render
from artextract_cli.simulate.settings import SceneSettings, draw_kinds

_STREAM = (3, 7919)  # sets these scenes apart from those of the palettes
_THINNER = (1.0, 0.7, 0.45, 0.25)  # of a cover that lets nothing through
# A scene that shows nothing of what it hides teaches that nothing can be found; if all of it had to
# show, faint content would be missing from training.
_VISIBLE_SHARE = 0.25  # of the hidden content that the bands should show
_KIND_ODDS = (0.32, 0.22, 0.18, 0.12, 0.16)  # in the order of `KINDS`
# A sixteenth of the pixels, and so of the time, up to four times.
_STEP = 4  # pixels between those that are tried


def simulate_random(rng_seed_parts: Sequence[int], settings: SceneSettings) -> SimulatedScene:
    """Simulate the scene that belongs to the seed parts, integers ≥ 0.

    Pigments, conditions, surface, hidden content and camera have random streams of their own: to
    change one setting leaves everything else of the scene as it was. Only a cover that hides
    everything is thinned, unless the settings give its thickness.
    """
    streams = np.random.SeedSequence([*rng_seed_parts, *_STREAM]).spawn(8)
    rng = [np.random.default_rng(stream) for stream in streams]
    workshop = draw_workshop(rng[0])
    batch = workshop.batch
    benign = bool(rng[1].random() < BENIGN_ODDS)
    conditions = draw_conditions(rng[1], settings, benign=benign)
    kinds = draw_kinds(rng[2], settings, _KIND_ODDS)
    surface = paint_surface(rng[3], settings.shape, workshop, conditions)
    ground = draw_ground(rng[4], batch, kinds)
    hidden = hide(rng[5], settings.shape, batch, kinds, conditions)
    # A given thickness is left as it is, even if it hides everything.
    if settings.thickness is None and kinds:
        surface *= _thinning(surface, hidden, ground, batch, settings.wavelengths)
    # After the thinning: the relief follows the paint as it is in the end.
    relief = draw_relief(rng[6], surface, conditions)
    painting = render(surface, hidden, ground, batch, settings.wavelengths)
    files = draw_files(rng[7], benign=benign)
    studio = draw_studio(rng[7], conditions, benign=benign)
    return SimulatedScene(
        rgb=studio.photograph(rng[7], painting.colour, relief, files),
        bands=studio.capture(rng[7], painting.with_hidden, settings.wavelengths, relief, files),
        truth=mark_truth(painting, hidden.presence),
        layer=painting.layer,
        kinds=kinds,
        clean=not kinds,
        layers=further_layers(
            rng_seed_parts,
            settings,
            depths_of_loads(batch.palette, (surface, hidden.loads), ground),
            canvas=conditions.weave > 0,
        ),
    )


def _thinning(
    surface: FloatArray,
    hidden: HiddenLayer,
    ground: FloatArray,
    batch: Batch,
    wavelengths: Sequence[float],
) -> np.float32:
    """By how much the surface must be thinned to show some of what it hides, 1 or less."""
    some = (slice(None, None, _STEP), slice(None, None, _STEP))
    presence = hidden.presence[some]
    below = HiddenLayer(loads=hidden.loads[:, *some], presence=presence)
    for share in _THINNER:
        painting = render(surface[:, *some] * np.float32(share), below, ground, batch, wavelengths)
        shown = (mark_truth(painting, presence) == HIDDEN).sum()
        if shown >= _VISIBLE_SHARE * (presence > 0.5).sum():
            break
    return np.float32(share)
