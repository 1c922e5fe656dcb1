"""Scenes and datasets: a photograph and its bands on one grid, and what describes them."""
