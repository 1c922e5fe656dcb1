"""Detectors that need no training: what any network has to beat."""
