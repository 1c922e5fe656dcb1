"""The batch of graphs for timing networks: eight scenes of about 5000 superpixels each.

Letters: N nodes, E directed edges, V views (photograph and bands), F features.
"""

from functools import cache

from pictures import astronaut_parts

from artextract_cli.graphs.recipe import GraphRecipe
from artextract_cli.graphs.superpixel_graph import SceneGraphs, build_graphs

# Our SLIC segments such an image into about 5000 superpixels if this number is requested.
N_SEGMENTS = 5900
RECIPE = GraphRecipe(features="published", superpixel_options={"n_segments": N_SEGMENTS})


@cache
def eight_scenes() -> tuple[SceneGraphs, ...]:
    """Eight parts of the astronaut, each with one graph for its photograph and eight bands."""
    return tuple(build_graphs(scene, RECIPE) for scene in astronaut_parts())


def sizes(scenes: tuple[SceneGraphs, ...]) -> dict[str, int]:
    """Size of the batch of these scenes."""
    return {
        "graphs": len(scenes),
        "nodes": sum(scene.graphs[0].n_nodes for scene in scenes),
        "directed_edges": sum(scene.graphs[0].edges.shape[1] for scene in scenes),
        "views": scenes[0].n_views,
    }
