"""Checks of pixel values, scenes and whole datasets."""
