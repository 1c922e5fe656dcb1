"""Pigments, mixtures and media of this world."""
