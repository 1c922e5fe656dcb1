"""Results on disk: scores and maps of every scene, regions and the summary."""
