"""How fast graphs are built from one scene in memory, against the published way and NumPy's best.

One photograph and eight bands of 256 × 256 pixels, 5000 superpixels asked for. Nothing is read or
written. Every side ends with 14 features per superpixel and view, the edges between superpixels
that touch, and a weight per edge and view:

- *published way*: nine segmentations by scikit-image, one for each picture, and Python loops
  (`published_way.py`).
- *scikit-image and NumPy*: one segmentation of the photograph by scikit-image, then vectorised
  NumPy (`numpy_way.py`).
- *artextract*: `build_graphs` with shared segmentation and published features, as
  ``artextract graph build --features published -s n_segments=5000`` runs it. It does more than the
  others: it segments the principal components of all pictures and standardises the features.
- *artextract, photograph cut*: our plugin cuts the photograph alone, in CIELAB, and our compiled
  passes do the rest; features and weights as they are, laid out by the same NumPy as above.
- *artextract, nine cuts*: `build_graphs` with separate segmentation, the published recipe to the
  letter: nine segmentations, nine graphs.

The default recipe is timed beside them: superpixels of the principal components at their default
size with all evidence of hidden layers (`evidence_graph`), and what ``graph build`` itself makes.
"""

from functools import partial

import numpy as np
import numpy_way
import published_way
from interleaved import interleaved
from numpy_way import Regions, SharedGraph
from outcome import Outcome, ratio_of
from pictures import SIDE, astronaut
from skimage.color import rgb2lab

from artextract_cli.evidence_graph import evidence_graph
from artextract_cli.plugin_manager import plugin_host
from artextract_cli.region_kernels import (
    gradient_magnitude,
    region_adjacency,
    region_means,
    region_statistics,
)
from artextract_cli.scene import Scene
from artextract_cli.superpixel_graph import (
    GraphRecipe,
    build_graphs,
    segmentation_picture,
    superpixels,
)

N_SEGMENTS = 5000
SHARED = GraphRecipe(features="published", superpixel_options={"n_segments": N_SEGMENTS})
SEPARATE = GraphRecipe(
    features="published",
    segmentation="separate",
    superpixel_options={"n_segments": N_SEGMENTS, "compactness": 1.0, "bands.compactness": 0.01},
)
OURS, PHOTOGRAPH_CUT, NINE_CUTS = (
    "artextract",
    "artextract, photograph cut",
    "artextract, nine cuts",
)
PUBLISHED, NUMPY = "published way", "scikit-image and NumPy"
DEFAULT, DEFAULT_GRAPH = "default recipe, all evidence", "default recipe, graph build"


def photograph_cut(scene: Scene) -> SharedGraph:
    """The published features of all views on superpixels of the photograph."""
    plugin = plugin_host().find("superpixels", "slic")
    lab = np.asarray(rgb2lab(scene.rgb), np.float32)
    labels, n = superpixels(lab, plugin, {"n_segments": N_SEGMENTS})
    picture = np.concatenate([scene.rgb, scene.bands], axis=-1)
    s = region_statistics(picture, labels, n)
    gradient = region_means(gradient_magnitude(picture), labels, n)
    found = Regions(s.mean, s.std, s.minimum, s.maximum, gradient, s.centroid)
    return numpy_way.shared_graph(found, region_adjacency(labels, n))


def superpixels_made(scene: Scene) -> dict[str, list[int]]:
    """How many superpixels each way ends with, graph by graph, of the 5000 asked for."""
    return {
        # Row 0 belongs to no superpixel.
        PUBLISHED: [len(g.features) - 1 for g in published_way.build(scene, N_SEGMENTS)],
        NUMPY: [len(numpy_way.build(scene, N_SEGMENTS).features)],
        OURS: [graph.n_nodes for graph in build_graphs(scene, SHARED).graphs],
        PHOTOGRAPH_CUT: [len(photograph_cut(scene).features)],
        NINE_CUTS: [graph.n_nodes for graph in build_graphs(scene, SEPARATE).graphs],
        DEFAULT: [evidence_graph(scene, GraphRecipe()).n_nodes],
    }


def measure(turns: int) -> Outcome:
    """Time all ways."""
    scene = astronaut()
    ours = {
        OURS: partial(build_graphs, scene, SHARED),
        PHOTOGRAPH_CUT: partial(photograph_cut, scene),
    }
    slow = interleaved(
        {
            PUBLISHED: partial(published_way.build, scene, N_SEGMENTS),
            NINE_CUTS: partial(build_graphs, scene, SEPARATE),
            **ours,
        },
        turns=turns,
    )
    quick = interleaved(
        {
            NUMPY: partial(numpy_way.build, scene, N_SEGMENTS),
            **ours,
            DEFAULT: partial(evidence_graph, scene, GraphRecipe()),
            DEFAULT_GRAPH: partial(build_graphs, scene, GraphRecipe()),
            "segmentation picture alone": partial(segmentation_picture, scene),
        },
        turns=turns,
    )
    return Outcome(
        what=__doc__ or "",
        settings={
            "side": SIDE,
            "bands": scene.bands.shape[-1],
            "n_segments": N_SEGMENTS,
            "superpixels_made": superpixels_made(scene),
        },
        timed={"against the published way": slow, "against NumPy": quick},
        ratios={
            "graph_build_vs_published": ratio_of(slow, PUBLISHED, OURS),
            "graph_build_vs_skimage_numpy": ratio_of(quick, NUMPY, OURS),
            "photograph_cut_vs_published": ratio_of(slow, PUBLISHED, PHOTOGRAPH_CUT),
            "photograph_cut_vs_skimage_numpy": ratio_of(quick, NUMPY, PHOTOGRAPH_CUT),
            "nine_cuts_vs_published": ratio_of(slow, PUBLISHED, NINE_CUTS),
        },
        figures={
            "default_recipe_ms": quick.milliseconds(DEFAULT),
            "default_recipe_over_graph_build": quick.ratio(DEFAULT, OURS),
            "default_graph_build_ms": quick.milliseconds(DEFAULT_GRAPH),
        },
    )
