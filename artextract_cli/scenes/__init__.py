"""Scenes and datasets: a photograph and its bands on one pixel grid, with their metadata."""
