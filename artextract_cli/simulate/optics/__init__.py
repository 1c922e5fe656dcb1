"""Optics of paint: pigments, mixtures, layers and the camera."""
