"""From a scene to superpixel graphs, and graphs on disk."""
