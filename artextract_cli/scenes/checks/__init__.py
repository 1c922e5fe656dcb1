"""Checks of values, scenes and whole datasets."""
