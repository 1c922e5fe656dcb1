"""Installing plugins into the environment that artextract runs in, and taking them out again."""
