"""Speed of graph building from a scene in memory, compared with published scripts and with NumPy.

One photograph and eight bands of 256 × 256 pixels, 5000 superpixels requested. Nothing is read or
written. Every side computes 14 features per superpixel and view, the edges between adjacent
superpixels, and a weight per edge and view:

- *published way*: nine segmentations by scikit-image, one for each image, and Python loops
  (`published_way.py`).
- *scikit-image and NumPy*: one segmentation of the photograph by scikit-image, then vectorised
  NumPy (`numpy_way.py`).
- *artextract*: `build_graphs` on superpixels of the photograph with published features, as in
  ``artextract graph build --segmentation photograph --features published -s n_segments=5000``.
  Unlike the others, it also standardises the features.
- *artextract, all cut*: the same on superpixels of the principal components of all images, as in
  ``--segmentation shared``, the default.
- *artextract, nine cuts*: `build_graphs` with separate segmentations, exactly the published recipe:
  nine segmentations, nine graphs.

The default recipe is timed too: superpixels of the principal components at their default size with
all evidence of hidden layers (`evidence_graph`), and the graph that ``graph build`` itself stores.
"""

from functools import partial

import numpy_way
import published_way
from interleaved import interleaved
from outcome import Outcome, ratio_of
from pictures import SIDE, astronaut

from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.segmentation_input import Components
from artextract_cli.graphs.superpixel_graph import build_graphs
from artextract_cli.pipelines.hidden_layers.evidence_graph import evidence_graph
from artextract_cli.scenes.scene import Scene
from artextract_cli.utils.memory import keep_freed_memory

N_SEGMENTS = 5000
OPTIONS = {"n_segments": N_SEGMENTS}
PHOTOGRAPH = GraphRecipe(
    features="published", segmentation="photograph", superpixel_options=OPTIONS
)
SHARED = GraphRecipe(features="published", superpixel_options=OPTIONS)
SEPARATE = GraphRecipe(
    features="published",
    segmentation="separate",
    superpixel_options={"n_segments": N_SEGMENTS, "compactness": 1.0, "bands.compactness": 0.01},
)
OURS, ALL_CUT, NINE_CUTS = "artextract", "artextract, all cut", "artextract, nine cuts"
PUBLISHED, NUMPY = "published way", "scikit-image and NumPy"
DEFAULT, DEFAULT_GRAPH = "default recipe, all evidence", "default recipe, graph build"


def superpixels_made(scene: Scene) -> dict[str, list[int]]:
    """Number of superpixels that each side produces, graph by graph, of the 5000 requested."""
    return {
        # Row 0 belongs to no superpixel.
        PUBLISHED: [len(g.features) - 1 for g in published_way.build(scene, N_SEGMENTS)],
        NUMPY: [len(numpy_way.build(scene, N_SEGMENTS).features)],
        OURS: [graph.n_nodes for graph in build_graphs(scene, PHOTOGRAPH).graphs],
        ALL_CUT: [graph.n_nodes for graph in build_graphs(scene, SHARED).graphs],
        NINE_CUTS: [graph.n_nodes for graph in build_graphs(scene, SEPARATE).graphs],
        DEFAULT: [evidence_graph(scene, GraphRecipe()).n_nodes],
    }


def measure(turns: int) -> Outcome:
    """Time all sides, with freed memory kept as in ``graph build``."""
    keep_freed_memory(however_large=False)
    scene = astronaut()
    ours = {
        OURS: partial(build_graphs, scene, PHOTOGRAPH),
        ALL_CUT: partial(build_graphs, scene, SHARED),
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
            "segmentation picture alone": lambda: Components(scene)(scene),
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
            "all_cut_vs_published": ratio_of(slow, PUBLISHED, ALL_CUT),
            "all_cut_vs_skimage_numpy": ratio_of(quick, NUMPY, ALL_CUT),
            "nine_cuts_vs_published": ratio_of(slow, PUBLISHED, NINE_CUTS),
        },
        figures={
            "default_recipe_ms": quick.milliseconds(DEFAULT),
            "default_recipe_over_graph_build": quick.ratio(DEFAULT, OURS),
            "default_graph_build_ms": quick.milliseconds(DEFAULT_GRAPH),
        },
    )
