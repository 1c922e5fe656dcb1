"""Superpixel graphs: construction from scenes, and graph files."""
